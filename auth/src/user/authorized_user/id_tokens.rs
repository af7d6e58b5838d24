//! ID tokens of a user.

use std::{fmt, time::SystemTime};

use futures_util::future::Either;
use gapi_transport::BoxFuture;

use super::source::{LastReturned, Source, is_worth_using};
use crate::{AuthError, AuthErrorKind, FetchContext, IdTokenSource, Token, TokenSource};

/// A source of the ID tokens that refreshes of the grant return.
pub(super) struct UserIdTokens {
    source: Source,
    returned: LastReturned,
}

impl UserIdTokens {
    pub(super) fn new(source: Source) -> Self {
        Self {
            source,
            returned: LastReturned::default(),
        }
    }

    async fn token(&self, audience: &str, cx: &FetchContext) -> Result<Token, AuthError> {
        let source = &self.source;
        if audience != source.client_id {
            return Err(AuthError::new(
                AuthErrorKind::Config,
                format!(
                    "a user's ID token is for the client that the user signed in to, {}, and not for {audience}",
                    source.client_id
                ),
            )
            .with_hint("make the client's ID the audience, or impersonate a service account, whose ID tokens are for any audience"));
        }
        let token = match source.refreshed(cx, None, |now| self.current(now)).await? {
            Either::Left(current) => current,
            Either::Right(_) => {
                let new = source.info().id_token.ok_or_else(|| {
                    AuthError::new(
                        AuthErrorKind::Config,
                        "the user granted no ID token: the scope `openid` is not among those of the sign-in",
                    )
                    .with_hint("let the user sign in again, with `openid`")
                })?;
                Token::from_jwt(new)?
            }
        };
        self.returned.set(&token);
        Ok(token)
    }

    /// Returns the token of the last refresh.
    fn current(&self, now: SystemTime) -> Option<Token> {
        let token = Token::from_jwt(self.source.info().id_token?).ok()?;
        let expiry = token.expiry()?;
        (is_worth_using(expiry, now) && !self.returned.is(&token)).then_some(token)
    }
}

impl IdTokenSource for UserIdTokens {
    fn fetch_id_token<'a>(
        &'a self,
        audience: &'a str,
        cx: &'a FetchContext,
    ) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(async move {
            self.source.check_endpoints()?;
            self.token(audience, cx).await
        })
    }

    fn describe(&self) -> String {
        TokenSource::describe(&self.source)
    }

    fn metrics(&self) -> Option<&'static str> {
        TokenSource::metrics(&self.source)
    }
}

impl fmt::Debug for UserIdTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}
