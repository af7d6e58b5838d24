//! The refresh token grant (RFC 6749, section 6), and what to do when it is refused.

use secrecy::ExposeSecret;

use super::info::UserInfo;
use crate::{
    AuthError, AuthErrorKind, FetchContext,
    oauth::{TokenResponse, metrics_header, post_form},
};

/// The client with which `gcloud` signs users in.
const GCLOUD_CLIENT: &str =
    "764086051850-6qr4p6gpi6hn506pt8ejuq83di341hur.apps.googleusercontent.com";

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
        .map_err(|error| diagnose(error, info, scopes))
}

/// Adds the way out, and tells refusals that only the user can undo.
fn diagnose(error: AuthError, info: &UserInfo, scopes: &[String]) -> AuthError {
    let sign_in = if info.client_id == GCLOUD_CLIENT {
        "run `gcloud auth application-default login`"
    } else {
        "let the user sign in again"
    };
    // Servers do not agree on the case of their codes.
    let said = error
        .oauth_description()
        .unwrap_or_default()
        .to_ascii_lowercase();
    match error.oauth_error() {
        Some("invalid_grant")
            if said.contains("rapt_required") || said.contains("invalid_rapt") =>
        {
            let hint = format!(
                "the organization wants its users to sign in again after some time (session control): {sign_in}"
            );
            error
                .with_hint(hint)
                .with_kind(AuthErrorKind::SignInRequired)
        }
        Some("invalid_grant") => {
            let hint = format!(
                "the refresh token is not valid any more, because the user withdrew the permission or changed the password, it was not used \
                 for six months, more than a hundred newer ones were issued to the same client, or the app's consent screen is in testing, \
                 where tokens live for seven days; {sign_in}"
            );
            error
                .with_hint(hint)
                .with_kind(AuthErrorKind::SignInRequired)
        }
        Some("invalid_client" | "unauthorized_client" | "deleted_client" | "disabled_client") => {
            let hint = format!(
                "check the client {} and its secret: it may have been deleted, or the refresh token belongs to another client",
                info.client_id
            );
            error.with_hint(hint)
        }
        Some("invalid_scope") => {
            let hint = format!(
                "the user did not grant all of these: {}; ask for fewer, or let the user sign in again with these",
                scopes.join(" ")
            );
            error.with_hint(hint)
        }
        _ => error,
    }
}
