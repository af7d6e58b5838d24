//! One fetch, with its attempts.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures_util::{
    FutureExt,
    future::{Either, select},
};

use super::{moment::Moment, policy, slot::Ticket};
use crate::{AuthError, AuthErrorKind, AuthHeaders, FetchContext, Token, TokenSource};

/// Fetches a token and lands it, whatever happens.
pub(super) async fn fly<S: TokenSource>(source: &S, ticket: Ticket, cx: &FetchContext) {
    // A source that panics must not leave its callers waiting.
    let fetched = AssertUnwindSafe(fetch(source, cx))
        .catch_unwind()
        .await
        .unwrap_or_else(|_| {
            Err(AuthError::new(
                AuthErrorKind::Other,
                "the source of the tokens panicked",
            ))
        });
    let fetched = fetched.and_then(|token| {
        let headers =
            AuthHeaders::authorization(token.scheme(), token.secret(), source.quota_project())?
                .with_expiry(token.expiry());
        Ok((token, headers))
    });
    match &fetched {
        Ok((token, _)) => {
            tracing::debug!(credentials = source.describe(), expires_at = ?token.expiry(), "fetched a token");
        }
        Err(error) => {
            tracing::warn!(credentials = source.describe(), %error, "no token could be fetched");
        }
    }
    ticket.land(fetched, &Moment::now(&*cx.clock));
}

async fn fetch<S: TokenSource>(source: &S, cx: &FetchContext) -> Result<Token, AuthError> {
    let limit = source.attempt_limit();
    let deadline = cx.clock.instant() + policy::fetch_limit(limit);
    let left = || deadline.saturating_duration_since(cx.clock.instant());
    let mut attempt = 1;
    loop {
        let error = match attempt_once(source, cx, left().min(limit)).await {
            Ok(token) => return Ok(token),
            Err(error) => error,
        };
        let wait = policy::between_attempts(attempt).max(error.retry_after().unwrap_or_default());
        if !error.is_transient() || attempt >= source.attempts() || wait >= left() {
            return Err(error);
        }
        tracing::debug!(credentials = source.describe(), %error, attempt, ?wait, "trying again to fetch a token");
        cx.clock.sleep(wait).await;
        attempt += 1;
    }
}

async fn attempt_once<S: TokenSource>(
    source: &S,
    cx: &FetchContext,
    limit: Duration,
) -> Result<Token, AuthError> {
    match select(source.fetch(cx), cx.clock.sleep(limit)).await {
        Either::Left((fetched, _)) => fetched,
        Either::Right(_) => Err(AuthError::new(
            AuthErrorKind::Transport,
            format!("no token came within {} s", limit.as_secs()),
        )
        .with_transient(true)),
    }
}
