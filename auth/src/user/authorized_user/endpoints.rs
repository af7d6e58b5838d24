//! The endpoints that a user's refresh token may be sent to, and the refresh token grant (RFC 6749, section 6).

use std::borrow::Cow;

use http::Uri;
use secrecy::ExposeSecret;

use super::info::UserInfo;
use crate::{
    AuthError, AuthErrorKind, FetchContext,
    oauth::{GOOGLE_TOKEN_URI, TokenResponse, metrics_header, post_form},
    reach::{Named, Purpose, Reach, check_endpoint, is_google_token_endpoint},
};

const GOOGLE_REVOKE_URI: &str = "https://oauth2.googleapis.com/revoke";

/// The client of `gcloud`.
const GCLOUD_CLIENT: &str =
    "764086051850-6qr4p6gpi6hn506pt8ejuq83di341hur.apps.googleusercontent.com";

/// The endpoints of the server that issued the refresh token.
#[derive(Clone, Debug)]
pub(crate) struct Endpoints {
    token_uri: Named,
    revoke_uri: Option<Named>,
}

impl Endpoints {
    pub(super) fn from_info(info: &UserInfo) -> Self {
        Self {
            token_uri: match info.token_uri.as_deref() {
                // Old files of gcloud have an address that still works. The documented one replaces it.
                None | Some(GOOGLE_TOKEN_URI | "https://accounts.google.com/o/oauth2/token") => {
                    Named::constant(GOOGLE_TOKEN_URI)
                }
                Some(uri) => Named::by_file(uri),
            },
            revoke_uri: info.revoke_uri.as_deref().map(Named::by_file),
        }
    }

    pub(super) fn write_into(&self, info: &mut UserInfo) {
        let text = |named: &Named| named.text().to_owned();
        info.token_uri = Some(text(&self.token_uri));
        info.revoke_uri = self.revoke_uri.as_ref().map(text);
    }

    /// Sets the token endpoint. The program names it, so it is trusted.
    pub(super) fn set_token_uri(&mut self, uri: String) {
        self.token_uri = Named::by_program(uri);
    }

    pub(super) fn set_revoke_uri(&mut self, uri: String) {
        self.revoke_uri = Some(Named::by_program(uri));
    }

    /// Trusts the endpoint, which was checked when the credentials were stored.
    pub(super) fn trust(&mut self) {
        self.token_uri = Named::by_program(self.token_uri.text());
    }

    /// Returns the token endpoint.
    pub(super) fn token_uri(&self, reach: &Reach) -> Result<Cow<'_, str>, AuthError> {
        let what = "the token URI";
        reach.url(Purpose::User, what, &self.token_uri, &Named::GOOGLE)
    }

    /// Returns the revocation endpoint, and whether it requires the client (RFC 7009, section 2.1; Google does not).
    pub(super) fn revocation(&self, reach: &Reach) -> Result<(&str, bool), AuthError> {
        let token_uri = self.token_uri(reach)?;
        let uri = match &self.revoke_uri {
            Some(uri) => uri.text(),
            None if is_google_token_endpoint(&token_uri) => GOOGLE_REVOKE_URI,
            None => {
                return Err(AuthError::new(
                    AuthErrorKind::Config,
                    format!("it is not known where {} revokes tokens", host(&token_uri)),
                )
                .with_hint("name the server's revocation endpoint with `.revoke_uri(...)`"));
            }
        };
        check_endpoint("the revocation URI", uri)?;
        let is_google = is_google_token_endpoint(uri);
        if host(uri) != host(&token_uri) && !is_google {
            return Err(AuthError::new(
                AuthErrorKind::Config,
                format!(
                    "the revocation URI is on {}, but the token URI on {}",
                    host(uri),
                    host(&token_uri)
                ),
            ));
        }
        Ok((uri, !is_google))
    }
}

fn host(uri: &str) -> String {
    uri.parse::<Uri>()
        .ok()
        .and_then(|uri| uri.host().map(str::to_ascii_lowercase))
        .unwrap_or_default()
}

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
