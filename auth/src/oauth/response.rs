//! Reading the response of a token endpoint.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, StatusCode, header};
use secrecy::{SecretString, zeroize::Zeroize};
use serde_json::Value;

use crate::{AuthError, AuthErrorKind, json, redact};

/// A successful response of a token endpoint (RFC 6749, section 5.1).
pub(crate) struct TokenResponse {
    pub(crate) access_token: SecretString,
    pub(crate) expires_in: Option<Duration>,
    /// The first refresh token, or one that replaces the one that was sent.
    pub(crate) refresh_token: Option<SecretString>,
    pub(crate) id_token: Option<SecretString>,
    /// The scopes that were granted, if the response contains them.
    pub(crate) scopes: Option<Vec<String>>,
}

/// A refusal of a token endpoint, with the difference of its clock.
pub(crate) struct Refusal {
    pub(crate) error: AuthError,
    /// The server's clock minus the local clock, in seconds.
    pub(crate) skew: Option<i64>,
}

/// Reads a response that arrived at `now`.
pub(crate) fn read(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: SystemTime,
) -> Result<TokenResponse, Refusal> {
    read_with(status, headers, body, now, granted)
}

/// Reads a response that contains an ID token.
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
                    "the token endpoint responded with HTTP {} without an id_token: {}",
                    status.as_u16(),
                    redact::excerpt(body)
                ),
            )
        })
    })
}

/// Reads the fields of a successful response.
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
                Ok(response) => return Ok(response),
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

/// Returns the fields of a response. They are a [`Value`], because the functions of a map would be compiled into this crate again.
fn fields(body: &[u8]) -> Option<Value> {
    json::value(body).filter(Value::is_object)
}

/// Reads a refusal of `who` that arrived at `now`.
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
                "the token endpoint responded with HTTP {} {what}: {}",
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

/// Removes a secret from the response and wipes it there.
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

/// Reads a number of seconds, also from text. A negative number is zero.
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
        let suffix = description
            .as_ref()
            .map_or_else(String::new, |text| format!(": {text}"));
        return AuthError::new(
            AuthErrorKind::OAuth,
            format!("{who} refused with {code}{suffix} (HTTP {number})"),
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
    // Proxies and load balancers respond in HTML with any status. Only an OAuth error code is a definite refusal.
    AuthError::new(
        AuthErrorKind::Http,
        format!(
            "{who} responded with HTTP {number} and no OAuth 2.0 response: {}",
            redact::excerpt(body)
        ),
    )
    .with_transient(true)
    .with_retry_after(retry_after)
}

/// Returns the code and the description of RFC 6749, section 5.2, or of Google's APIs (AIP-193), whose `error` is an object.
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
    // A long text or one with other characters is not a code. It may repeat what was sent.
    let is_code = !code.is_empty()
        && code
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
        && redact::words(code) == code;
    is_code.then(|| (code.to_owned(), description))
}
