//! The JWT bearer grant (RFC 7523, section 2.1): an assertion for an access token.

use std::time::{Duration, SystemTime};

use gapi_transport::Body;
use http::{Method, Request, header};
use secrecy::{ExposeSecret, SecretString};

use super::{GOOGLE_TOKEN_URI, assertion::Claims, hints, source::Source};
use crate::{
    AuthError, AuthErrorKind, FetchContext, Token,
    oauth::{ANSWER_LIMIT, Refusal, TokenAnswer, form, metrics_header, read},
};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// Clocks that differ by less are not why a token endpoint refuses.
const SKEW: u64 = 10;

/// Fetches an access token. When the endpoint refuses the assertion and its clock shows that ours is wrong, asks
/// once more with its time.
pub(super) async fn exchange(source: &Source, cx: &FetchContext) -> Result<Token, AuthError> {
    let now = cx.clock().now();
    let refusal = match ask(source, cx, now).await? {
        Ok(answer) => return Ok(token(answer, now)),
        Err(refusal) => refusal,
    };
    let skew = refusal.skew.filter(|skew| skew.unsigned_abs() >= SKEW);
    let (Some(skew), Some("invalid_grant")) = (skew, refusal.error.oauth_error()) else {
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
            Ok(token(answer, now))
        }
        Err(refusal) => Err(hints::add(refusal.error, source, cx.scopes(), Some(skew))),
    }
}

fn token(answer: TokenAnswer, asked_at: SystemTime) -> Token {
    let token = Token::new(answer.access_token);
    match answer
        .expires_in
        .and_then(|lifetime| asked_at.checked_add(lifetime))
    {
        Some(expiry) => token.expires_at(expiry),
        None => token,
    }
}

fn shifted(time: SystemTime, seconds: i64) -> SystemTime {
    let by = Duration::from_secs(seconds.unsigned_abs());
    let shifted = if seconds < 0 {
        time.checked_sub(by)
    } else {
        time.checked_add(by)
    };
    shifted.unwrap_or(time)
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
    let answer = cx
        .transport()
        .send(request(&source.token_uri, &assertion)?)
        .await?;
    let (head, body) = answer.into_parts();
    let body = body.collect(ANSWER_LIMIT).await?;
    Ok(read(head.status, &head.headers, &body, cx.clock().now()))
}

fn request(token_uri: &str, assertion: &SecretString) -> Result<Request<Body>, AuthError> {
    let body = form(&[
        ("grant_type", GRANT),
        ("assertion", assertion.expose_secret()),
    ]);
    Request::builder()
        .method(Method::POST)
        .uri(token_uri)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(
            "x-goog-api-client",
            metrics_header("auth-request-type/at cred-type/sa"),
        )
        .body(Body::from(body))
        .map_err(|error| {
            AuthError::new(AuthErrorKind::Config, "the token request cannot be built")
                .with_source(error)
        })
}
