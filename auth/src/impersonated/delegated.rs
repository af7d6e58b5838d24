//! Domain-wide delegation without a key: IAM signs the assertion, and Google's token endpoint takes it (RFC 7523).

use std::time::{Duration, SystemTime};

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::source::Source;
use crate::{
    AuthError, AuthErrorKind, DEFAULT_UNIVERSE, FetchContext, Token, iam,
    oauth::{self, GOOGLE_TOKEN_URI, Refusal, TokenResponse, metrics_header},
};

/// How far back assertions are dated, for servers whose clocks are behind ours.
const BACKDATED: Duration = Duration::from_secs(10);
/// How long assertions are valid: the longest that Google accepts.
const VALID: u64 = 3600;

/// A token for `subject`. Where the token endpoint shows that our clock is wrong, its time is used.
pub(super) async fn token(
    source: &Source,
    subject: &str,
    cx: &FetchContext,
) -> Result<Token, AuthError> {
    if source.universe().await? != DEFAULT_UNIVERSE {
        return Err(AuthError::new(
            AuthErrorKind::Universe,
            "a subject is set, but domain-wide delegation exists in the universe googleapis.com only",
        )
        .with_hint("leave out the subject"));
    }
    let now = cx.clock().now();
    let refusal = match ask(source, subject, cx, now).await? {
        Ok(answer) => return Ok(answer.into_token(now)),
        Err(refusal) => refusal,
    };
    let Some(skew) = refusal.clock_skew() else {
        return Err(hint(refusal.error, source, subject, cx.scopes()));
    };
    let now = cx.clock().now();
    match ask(source, subject, cx, oauth::shifted(now, skew)).await? {
        Ok(answer) => Ok(answer.into_token(now)),
        Err(refusal) => Err(hint(refusal.error, source, subject, cx.scopes())),
    }
}

async fn ask(
    source: &Source,
    subject: &str,
    cx: &FetchContext,
    now: SystemTime,
) -> Result<Result<TokenResponse, Refusal>, AuthError> {
    let assertion = assertion(source, subject, cx, now).await?;
    let fields = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("assertion", assertion.expose_secret()),
    ];
    let metrics = metrics_header("auth-request-type/at cred-type/sa");
    oauth::post(
        &source.token_uri()?,
        &fields,
        Some(&metrics),
        cx.transport(),
        cx.clock(),
    )
    .await
}

/// The assertion, signed by IAM with a key of the target that nobody has.
async fn assertion(
    source: &Source,
    subject: &str,
    cx: &FetchContext,
    now: SystemTime,
) -> Result<SecretString, AuthError> {
    let iat = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default()
        .saturating_sub(BACKDATED)
        .as_secs();
    let claims = json!({
        "iss": source.target,
        "sub": subject,
        "aud": GOOGLE_TOKEN_URI,
        "scope": cx.scopes().join(" "),
        "iat": iat,
        "exp": iat + VALID,
    });
    let body = json!({ "payload": claims.to_string() });
    let metrics = metrics_header("auth-request-type/at cred-type/imp");
    let mut answer = source
        .call("signJwt", body, Some(metrics), cx.transport(), cx.clock())
        .await?;
    iam::text(&mut answer, "signedJwt")
}

fn hint(error: AuthError, source: &Source, subject: &str, scopes: &[String]) -> AuthError {
    match error.oauth_error() {
        Some("unauthorized_client" | "access_denied") => {
            let domain = subject.rsplit('@').next().unwrap_or(subject);
            let hint = format!(
                "in the Admin console of {domain}, under Security > API controls > Domain-wide delegation, an administrator has to authorize \
                 the unique ID of {} for exactly these scopes: {}",
                source.target,
                scopes.join(",")
            );
            error.with_hint(hint)
        }
        Some("invalid_grant") => {
            let hint = format!(
                "{subject} has to be the primary address of an active user; aliases and groups do not work"
            );
            error.with_hint(hint)
        }
        _ => error,
    }
}
