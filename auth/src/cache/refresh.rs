//! One fetch of a token, with its attempts.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;

use super::{dual_instant::DualInstant, policy, slot::RefreshGuard};
use crate::{
    AuthError, AuthErrorKind, AuthHeaders, FetchContext, Token, TokenSource, token_retry::Limits,
};

/// Fetches a token and completes the refresh with it or with the error.
pub(super) async fn refresh<S: TokenSource>(
    source: &S,
    guard: RefreshGuard,
    cx: &FetchContext,
    limits: Limits,
) {
    // A source that panics must not block its callers.
    let fetched = AssertUnwindSafe(fetch(source, cx, limits))
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
    guard.complete(fetched, &DualInstant::now(&*cx.clock));
}

async fn fetch<S: TokenSource>(
    source: &S,
    cx: &FetchContext,
    limits: Limits,
) -> Result<Token, AuthError> {
    let deadline = cx.clock.monotonic() + limits.deadline;
    let left = || deadline.saturating_sub(cx.clock.monotonic());
    let mut attempt = 1;
    loop {
        let timeout = left().min(limits.attempt_timeout);
        let fetched = cx.within(timeout, "no token came", source.fetch(cx)).await;
        let error = match fetched {
            Ok(token) => return Ok(token),
            Err(error) => error,
        };
        let wait = policy::between_attempts(limits.initial_delay, attempt)
            .max(error.retry_after().unwrap_or_default());
        if !error.is_transient() || attempt >= limits.attempts || wait >= left() {
            return Err(error);
        }
        tracing::debug!(credentials = source.describe(), %error, attempt, ?wait, "trying again to fetch a token");
        cx.clock.sleep(wait).await;
        attempt += 1;
    }
}
