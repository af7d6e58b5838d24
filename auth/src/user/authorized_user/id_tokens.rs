//! ID tokens of a user who signed in.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use futures_util::future::Either;
use gapi_transport::BoxFuture;
use secrecy::{ExposeSecret, SecretString};

use super::source::{Source, is_worth_using};
use crate::{AuthError, AuthErrorKind, FetchContext, IdTokenSource, Token, TokenSource};

/// The ID tokens that come with refreshes of the grant.
pub(super) struct IdTokens {
    source: Source,
    /// The one that was handed out last: when the cache asks again, it is of no use any more.
    given: Mutex<Option<SecretString>>,
}

impl IdTokens {
    pub(super) fn new(source: Source) -> Self {
        Self {
            source,
            given: Mutex::default(),
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
        let token = match source.refreshed(cx, None, |now| self.known(now)).await? {
            Either::Left(known) => known,
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
        *self.given.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(SecretString::from(token.secret()));
        Ok(token)
    }

    /// The token of the last refresh, whoever made it.
    fn known(&self, now: SystemTime) -> Option<Token> {
        let token = Token::from_jwt(self.source.info().id_token?).ok()?;
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let was_given = given
            .as_ref()
            .is_some_and(|given| given.expose_secret() == token.secret());
        let is_worth = token
            .expiry()
            .is_some_and(|expiry| is_worth_using(expiry, now));
        (is_worth && !was_given).then_some(token)
    }
}

impl IdTokenSource for IdTokens {
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

impl fmt::Debug for IdTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}
