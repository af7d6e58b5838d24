//! Where a user's refresh token may go.

use http::Uri;

use super::info::UserInfo;
use crate::{
    AuthError, AuthErrorKind,
    oauth::{check_endpoint, is_loopback},
};

/// Google's token endpoint.
pub(crate) const GOOGLE_TOKEN_URI: &str = "https://oauth2.googleapis.com/token";
const GOOGLE_REVOKE_URI: &str = "https://oauth2.googleapis.com/revoke";

/// The endpoints of the server that issued the refresh token.
#[derive(Clone, Debug)]
pub(crate) struct Endpoints {
    pub(super) token_uri: String,
    revoke_uri: Option<String>,
    /// Whether somebody vouches for `token_uri`: the program, Google's name, or that it is this machine.
    trusted: bool,
}

impl Endpoints {
    pub(super) fn from_info(info: &UserInfo) -> Self {
        let token_uri = info.token_uri.as_deref().unwrap_or(GOOGLE_TOKEN_URI);
        Self {
            // The address that gcloud wrote once is still answered; the documented one is its successor.
            token_uri: match token_uri {
                "https://accounts.google.com/o/oauth2/token" => GOOGLE_TOKEN_URI.to_owned(),
                uri => uri.to_owned(),
            },
            revoke_uri: info.revoke_uri.clone(),
            trusted: is_known(token_uri),
        }
    }

    pub(super) fn write_into(&self, info: &mut UserInfo) {
        info.token_uri = Some(self.token_uri.clone());
        info.revoke_uri.clone_from(&self.revoke_uri);
    }

    /// The program names the endpoint, and so vouches for it.
    pub(super) fn set_token_uri(&mut self, uri: String) {
        (self.token_uri, self.trusted) = (uri, true);
    }

    pub(super) fn set_revoke_uri(&mut self, uri: String) {
        self.revoke_uri = Some(uri);
    }

    pub(super) fn check(&self) -> Result<(), AuthError> {
        check_endpoint("the token URI", &self.token_uri)?;
        if self.trusted {
            return Ok(());
        }
        let host = host(&self.token_uri);
        Err(AuthError::new(
            AuthErrorKind::Config,
            format!("the credentials' file wants the refresh token to be sent to {host}, which is not Google"),
        )
        .with_hint("if that is right, say so with `.token_uri(...)`"))
    }

    /// Where to revoke, and whether that server wants to know the client (RFC 7009, section 2.1; Google does not).
    pub(super) fn revocation(&self) -> Result<(&str, bool), AuthError> {
        self.check()?;
        let uri = match &self.revoke_uri {
            Some(uri) => uri,
            None if self.token_uri == GOOGLE_TOKEN_URI => GOOGLE_REVOKE_URI,
            None => {
                return Err(AuthError::new(
                    AuthErrorKind::Config,
                    format!(
                        "it is not known where {} revokes tokens",
                        host(&self.token_uri)
                    ),
                )
                .with_hint("name the server's revocation endpoint with `.revoke_uri(...)`"));
            }
        };
        check_endpoint("the revocation URI", uri)?;
        if host(uri) != host(&self.token_uri) && !is_google(&host(uri)) {
            return Err(AuthError::new(
                AuthErrorKind::Config,
                format!(
                    "the revocation URI is on {}, but the token URI on {}",
                    host(uri),
                    host(&self.token_uri)
                ),
            ));
        }
        Ok((uri, uri != GOOGLE_REVOKE_URI))
    }
}

fn host(uri: &str) -> String {
    uri.parse::<Uri>()
        .ok()
        .and_then(|uri| uri.host().map(str::to_ascii_lowercase))
        .unwrap_or_default()
}

fn is_known(uri: &str) -> bool {
    let host = host(uri);
    is_google(&host) || is_loopback(&host)
}

fn is_google(host: &str) -> bool {
    host == "accounts.google.com" || host == "googleapis.com" || host.ends_with(".googleapis.com")
}
