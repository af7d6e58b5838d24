//! The JWT bearer grant (RFC 7523, section 2.1): an assertion for an access token.

use std::time::SystemTime;

use secrecy::ExposeSecret;

use super::{assertion::Claims, hints, source::Source};
use crate::{
    AuthError, FetchContext, Token,
    oauth::{GOOGLE_TOKEN_URI, Refusal, TokenAnswer, metrics_header, post, shifted},
};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// Fetches an access token. When the endpoint refuses the assertion and its clock shows that ours is wrong, asks
/// once more with its time.
pub(super) async fn exchange(source: &Source, cx: &FetchContext) -> Result<Token, AuthError> {
    let now = cx.clock().now();
    let refusal = match ask(source, cx, now).await? {
        Ok(answer) => return Ok(answer.into_token(now)),
        Err(refusal) => refusal,
    };
    let Some(skew) = refusal.clock_skew() else {
        return Err(hints::add(refusal.error, source, cx.scopes(), None));
    };
    let now = cx.clock().now();
    let theirs = shifted(now, skew);
    match ask(source, cx, theirs).await? {
        Ok(answer) => {
            tracing::warn!(
                seconds = -skew,
                "this machine's clock differs from the token endpoint's: positive is ahead"
            );
            Ok(answer.into_token(now))
        }
        Err(refusal) => Err(hints::add(refusal.error, source, cx.scopes(), Some(skew))),
    }
}

async fn ask(
    source: &Source,
    cx: &FetchContext,
    now: SystemTime,
) -> Result<Result<TokenAnswer, Refusal>, AuthError> {
    let identity = &*source.identity;
    let assertion = Claims::new(&identity.email, now, &source.claims)
        .subject(source.subject.as_deref())
        .audience(Some(GOOGLE_TOKEN_URI))
        .scopes(cx.scopes())
        .sign(&identity.key, identity.key_id.as_deref())?;
    let fields = [
        ("grant_type", GRANT),
        ("assertion", assertion.expose_secret()),
    ];
    let metrics = metrics_header("auth-request-type/at cred-type/sa");
    post(
        &source.token_uri,
        &fields,
        Some(&metrics),
        cx.transport(),
        cx.clock(),
    )
    .await
}
