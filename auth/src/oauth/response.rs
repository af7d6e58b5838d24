//! Reading a token endpoint's answer.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode, header};
use secrecy::{SecretString, zeroize::Zeroize};
use serde_json::Value;

use crate::{AuthError, AuthErrorKind, json, redact};

/// What a token endpoint gives (RFC 6749, section 5.1).
pub(crate) struct TokenResponse {
    pub(crate) access_token: SecretString,
    pub(crate) expires_in: Option<Duration>,
    /// A refresh token: the first one, or the one that replaces the one that was sent.
    pub(crate) refresh_token: Option<SecretString>,
    pub(crate) id_token: Option<SecretString>,
    /// The scopes that were granted, where the answer says so.
    pub(crate) scopes: Option<Vec<String>>,
}

/// Why it gives nothing, and how far its clock is from ours.
pub(crate) struct Refusal {
    pub(crate) error: AuthError,
    /// The server's clock minus ours, in seconds.
    pub(crate) skew: Option<i64>,
}

/// Reads an answer that came at `now`.
pub(crate) fn read(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: SystemTime,
) -> Result<TokenResponse, Refusal> {
    read_with(status, headers, body, now, granted)
}

/// Reads an answer that holds an ID token and need not hold anything else.
#[cfg(all(feature = "service-account", feature = "id-token"))]
pub(crate) fn read_id_token(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: SystemTime,
) -> Result<SecretString, Refusal> {
    read_with(status, headers, body, now, |mut fields, status, body| {
        secret(&mut fields, "id_token").ok_or_else(|| {
            AuthError::new(
                AuthErrorKind::Http,
                format!(
                    "the token endpoint answered HTTP {} without an id_token: {}",
                    status.as_u16(),
                    redact::excerpt(body)
                ),
            )
        })
    })
}

/// What makes something of the fields of a success.
type Granted<T> = fn(Value, StatusCode, &[u8]) -> Result<T, AuthError>;

fn read_with<T>(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: SystemTime,
    granted: Granted<T>,
) -> Result<T, Refusal> {
    let date = headers
        .get(header::DATE)
        .and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
    let error = match (status.is_success(), fields(body)) {
        (true, Some(fields)) if fields.get("error").is_none() => {
            match granted(fields, status, body) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            }
        }
        (_, fields) => refused(
            "the token endpoint",
            status,
            headers,
            body,
            fields,
            date.unwrap_or(now),
        ),
    };
    let skew = date.map(|date| match date.duration_since(now) {
        Ok(behind) => i64::try_from(behind.as_secs()).unwrap_or(i64::MAX),
        Err(ahead) => -i64::try_from(ahead.duration().as_secs()).unwrap_or(i64::MAX),
    });
    Err(Refusal {
        error: error.with_status(status),
        skew,
    })
}

/// The fields of an answer, as a [`Value`]: the compiler would copy the functions of a map to here.
fn fields(body: &[u8]) -> Option<Value> {
    json::value(body).filter(Value::is_object)
}

/// Reads a refusal of `who` that came at `now`.
pub(crate) fn refuse(
    who: &str,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: SystemTime,
) -> AuthError {
    let fields = fields(body);
    refused(who, status, headers, body, fields, now).with_status(status)
}

fn granted(mut fields: Value, status: StatusCode, body: &[u8]) -> Result<TokenResponse, AuthError> {
    let unusable = |what: &str| {
        AuthError::new(
            AuthErrorKind::Http,
            format!(
                "the token endpoint answered HTTP {} {what}: {}",
                status.as_u16(),
                redact::excerpt(body)
            ),
        )
    };
    let Some(access_token) = secret(&mut fields, "access_token") else {
        return Err(unusable("without an access_token"));
    };
    match fields.get("token_type") {
        None | Some(Value::Null) => {}
        Some(Value::String(kind)) if kind.eq_ignore_ascii_case("bearer") => {}
        Some(_) => return Err(unusable("with a token_type other than Bearer")),
    }
    let expires_in = match fields.get("expires_in") {
        None | Some(Value::Null) => None,
        Some(value) => Some(
            seconds(value)
                .ok_or_else(|| unusable("with an expires_in that is not a number of seconds"))?,
        ),
    };
    Ok(TokenResponse {
        access_token,
        expires_in,
        refresh_token: secret(&mut fields, "refresh_token"),
        id_token: secret(&mut fields, "id_token"),
        scopes: fields
            .get("scope")
            .and_then(Value::as_str)
            .map(|scopes| scopes.split_whitespace().map(str::to_owned).collect()),
    })
}

/// Takes a secret out of the answer, and wipes it there.
fn secret(fields: &mut Value, name: &str) -> Option<SecretString> {
    match fields.get_mut(name)? {
        Value::String(token) if !token.is_empty() => {
            let secret = SecretString::from(token.as_str());
            token.zeroize();
            Some(secret)
        }
        _ => None,
    }
}

/// Numbers, also as text; a time that is already over counts as none left.
fn seconds(value: &Value) -> Option<Duration> {
    let seconds = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => json::value(text.as_bytes())?.as_f64()?,
        _ => return None,
    };
    Duration::try_from_secs_f64(seconds.max(0.0)).ok()
}

fn refused(
    who: &str,
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    fields: Option<Value>,
    now: SystemTime,
) -> AuthError {
    let retry_after = headers.get(header::RETRY_AFTER).and_then(|value| {
        let value = value.to_str().ok()?.trim();
        match value.parse() {
            Ok(seconds) => Some(Duration::from_secs(seconds)),
            Err(_) => {
                let date = httpdate::parse_http_date(value).ok()?;
                Some(date.duration_since(now).unwrap_or_default())
            }
        }
    });
    let busy = matches!(status.as_u16(), 408 | 425 | 429 | 500..=599);
    let number = status.as_u16();
    if let Some((code, description)) = fields.as_ref().and_then(oauth_error) {
        let transient = busy
            || matches!(
                code.as_str(),
                "internal_failure" | "server_error" | "temporarily_unavailable" | "slow_down"
            );
        let said = description
            .as_ref()
            .map_or_else(String::new, |text| format!(": {text}"));
        return AuthError::new(
            AuthErrorKind::OAuth,
            format!("{who} refused with {code}{said} (HTTP {number})"),
        )
        .with_oauth(code, description)
        .with_transient(transient)
        .with_retry_after(retry_after);
    }
    if status.is_redirection() {
        return AuthError::new(
            AuthErrorKind::Http,
            format!("{who} redirects (HTTP {number})"),
        )
        .with_hint(
            "token requests are never redirected, because they carry secrets; check the token URI",
        );
    }
    // Proxies and load balancers answer in HTML with any status; only an OAuth error code is a considered refusal.
    AuthError::new(
        AuthErrorKind::Http,
        format!(
            "{who} answered HTTP {number} without an OAuth 2.0 answer: {}",
            redact::excerpt(body)
        ),
    )
    .with_transient(true)
    .with_retry_after(retry_after)
}

/// The code and description of RFC 6749, section 5.2, or of Google's APIs (AIP-193), whose `error` is an object.
fn oauth_error(fields: &Value) -> Option<(String, Option<String>)> {
    let text = |value: Option<&Value>| {
        value
            .and_then(Value::as_str)
            .map(redact::words)
            .filter(|text| !text.is_empty())
    };
    let (code, description) = match fields.get("error")? {
        Value::String(code) => {
            let mut description = text(fields.get("error_description")).unwrap_or_default();
            if let Some(subtype) = text(fields.get("error_subtype")) {
                if !description.is_empty() {
                    description.push_str(", ");
                }
                description.push_str(&subtype);
            }
            let description = Some(description).filter(|text| !text.is_empty());
            (code.as_str(), description)
        }
        error @ Value::Object(_) => (error.get("status")?.as_str()?, text(error.get("message"))),
        _ => return None,
    };
    // What is long or has other characters is no code; it may be an echo of what was sent.
    let is_code = !code.is_empty()
        && code
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
        && redact::words(code) == code;
    is_code.then(|| (code.to_owned(), description))
}
