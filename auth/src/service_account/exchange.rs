//! The JWT bearer grant (RFC 7523, section 2.1): an assertion for an access token.

use std::time::SystemTime;

use secrecy::ExposeSecret;

use super::{assertion::Claims, hints, source::Source};
use crate::{
    AuthError, FetchContext, Token,
    oauth::{GOOGLE_TOKEN_URI, Reader, Refusal, metrics_header, post_for, read, shifted},
};

/// What token requests for an ID token say in their metrics.
pub(super) const ID_TOKEN_METRICS: &str = "auth-request-type/it cred-type/sa";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// Fetches an access token.
pub(super) async fn exchange(source: &Source, cx: &FetchContext) -> Result<Token, AuthError> {
    let (answer, asked_at) = by_assertion(source, cx, None, read).await?;
    Ok(answer.into_token(asked_at))
}

/// Sends an assertion, and gives what it was exchanged for and when that was asked for: an ID token for this audience, or else an access token
/// with the context's scopes. When the endpoint refuses the assertion and its clock
/// shows that ours is wrong, asks once more with its time.
pub(super) async fn by_assertion<T>(
    source: &Source,
    cx: &FetchContext,
    audience: Option<&str>,
    read: Reader<T>,
) -> Result<(T, SystemTime), AuthError> {
    let now = cx.clock().now();
    let refusal = match ask(source, cx, audience, now, read).await? {
        Ok(answer) => return Ok((answer, now)),
        Err(refusal) => refusal,
    };
    let Some(skew) = refusal.clock_skew() else {
        return Err(hints::add(refusal.error, source, cx.scopes(), None));
    };
    let now = cx.clock().now();
    let theirs = shifted(now, skew);
    match ask(source, cx, audience, theirs, read).await? {
        Ok(answer) => {
            tracing::warn!(
                seconds = -skew,
                "this machine's clock differs from the token endpoint's: positive is ahead"
            );
            Ok((answer, now))
        }
        Err(refusal) => Err(hints::add(refusal.error, source, cx.scopes(), Some(skew))),
    }
}

async fn ask<T>(
    source: &Source,
    cx: &FetchContext,
    audience: Option<&str>,
    now: SystemTime,
    read: Reader<T>,
) -> Result<Result<T, Refusal>, AuthError> {
    let identity = &*source.identity;
    let claims = Claims::new(&identity.email, now, &source.claims).audience(Some(GOOGLE_TOKEN_URI));
    let (claims, metrics) = match audience {
        None => (
            claims
                .subject(source.subject.as_deref())
                .scopes(cx.scopes()),
            "auth-request-type/at cred-type/sa",
        ),
        Some(audience) => (claims.target_audience(audience), ID_TOKEN_METRICS),
    };
    let assertion = identity.token(&claims, cx).await?;
    let fields = [
        ("grant_type", GRANT),
        ("assertion", assertion.expose_secret()),
    ];
    post_for(
        &source.token_uri()?,
        &fields,
        Some(&metrics_header(metrics)),
        cx.transport(),
        cx.clock(),
        read,
    )
    .await
}
