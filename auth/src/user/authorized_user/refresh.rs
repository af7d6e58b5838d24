//! The refresh token grant (RFC 6749, section 6), and what to do when it is refused.

use secrecy::ExposeSecret;

use super::info::UserInfo;
use crate::{
    AuthError, AuthErrorKind, FetchContext,
    oauth::{TokenResponse, metrics_header, post_form},
};

/// The client of `gcloud`.
const GCLOUD_CLIENT: &str =
    "764086051850-6qr4p6gpi6hn506pt8ejuq83di341hur.apps.googleusercontent.com";

/// Requests an access token with these scopes. Without scopes the server decides.
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

/// Adds what to do about the error, and the kind of errors that only the user can resolve.
fn diagnose(error: AuthError, info: &UserInfo, scopes: &[String]) -> AuthError {
    let sign_in = if info.client_id == GCLOUD_CLIENT {
        "run `gcloud auth application-default login`"
    } else {
        "let the user sign in again"
    };
    // Servers do not agree on the case of their codes.
    let description = error
        .oauth_description()
        .unwrap_or_default()
        .to_ascii_lowercase();
    match error.oauth_error() {
        Some("invalid_grant")
            if description.contains("rapt_required") || description.contains("invalid_rapt") =>
        {
            let hint = format!(
                "the organization requires its users to sign in again after some time (session control): {sign_in}"
            );
            error
                .with_hint(hint)
                .with_kind(AuthErrorKind::SignInRequired)
        }
        Some("invalid_grant") => {
            let hint = format!(
                "the refresh token is no longer valid, because the user withdrew the permission or changed the password, it was not used \
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
