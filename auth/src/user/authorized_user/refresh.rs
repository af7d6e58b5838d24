//! The refresh token grant (RFC 6749, section 6).

use secrecy::ExposeSecret;

use super::{hints, info::UserInfo};
use crate::{
    AuthError, FetchContext,
    oauth::{TokenResponse, metrics_header, post_form},
};

/// Asks for an access token with these scopes; none leaves them to the server.
pub(super) async fn refresh(
    info: &UserInfo,
    scopes: &[String],
    token_uri: &str,
    cx: &FetchContext,
) -> Result<TokenResponse, AuthError> {
    let scope = scopes.join(" ");
    let mut fields = vec![
        ("grant_type", "refresh_token"),
        ("client_id", info.client_id.as_str()),
    ];
    if let Some(secret) = &info.client_secret {
        fields.push(("client_secret", secret.expose_secret()));
    }
    if let Some(token) = &info.refresh_token {
        fields.push(("refresh_token", token.expose_secret()));
    }
    if !scope.is_empty() {
        fields.push(("scope", &scope));
    }
    if let Some(rapt) = &info.rapt_token {
        fields.push(("rapt", rapt.expose_secret()));
    }
    let metrics = Some(metrics_header("cred-type/u"));
    post_form(token_uri, &fields, metrics, cx.transport(), cx.clock())
        .await
        .map_err(|error| hints::add(error, info, scopes))
}
