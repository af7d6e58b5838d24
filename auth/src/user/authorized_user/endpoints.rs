//! The endpoints that a user's refresh token may be sent to.

use std::borrow::Cow;

use http::Uri;

use super::info::UserInfo;
use crate::{
    AuthError, AuthErrorKind,
    oauth::GOOGLE_TOKEN_URI,
    reach::{Named, Purpose, Reach, check_endpoint, is_google_token_endpoint},
};

const GOOGLE_REVOKE_URI: &str = "https://oauth2.googleapis.com/revoke";

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
