//! V4 signatures: their scope, and the canonical form of what is signed.

use std::{
    collections::BTreeMap,
    fmt,
    time::{Duration, SystemTime},
};

use jiff::{Timestamp, tz::TimeZone};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{AuthError, AuthErrorKind};

/// The longest lifetime of a signature: 7 days.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// The algorithm of [`Signer`](crate::Signer)s.
pub(super) const ALGORITHM: &str = "GOOG4-RSA-SHA256";
/// Characters that are percent-encoded: all but the unreserved ones of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// The same in the name of an object, except slashes.
const ENCODED_IN_PATH: &AsciiSet = &ENCODED.remove(b'/');

/// The hash of a payload that is not signed.
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// Headers to sign. `Debug` shows names only: customer-supplied encryption keys travel in headers.
#[derive(Clone, Default)]
pub(super) struct Headers(Vec<(String, String)>);

/// Headers in their canonical form.
pub(super) struct Canonical {
    /// `name:value` and a line break for each.
    pub(super) lines: String,
    /// The names, with semicolons between them.
    pub(super) names: String,
    /// The payload's hash.
    pub(super) payload: String,
}

impl Headers {
    pub(super) fn add(&mut self, name: String, value: String) {
        self.0.push((name.to_ascii_lowercase(), value));
    }

    /// Sorts the headers, collapses white space, and joins values of one name.
    pub(super) fn canonical(&self, host: &str) -> Result<Canonical, AuthError> {
        let mut headers: BTreeMap<&str, String> = BTreeMap::new();
        headers.insert("host", host.to_owned());
        for (name, value) in &self.0 {
            check(name, value)?;
            let words: Vec<_> = value.split_ascii_whitespace().collect();
            let value = words.join(" ");
            headers
                .entry(name)
                .and_modify(|all| {
                    all.push(',');
                    all.push_str(&value);
                })
                .or_insert(value);
        }
        let lines = headers
            .iter()
            .map(|(name, value)| format!("{name}:{value}\n"));
        Ok(Canonical {
            lines: lines.collect(),
            names: headers.keys().copied().collect::<Vec<_>>().join(";"),
            payload: headers
                .get("x-goog-content-sha256")
                .map_or(UNSIGNED, String::as_str)
                .to_owned(),
        })
    }
}

/// Refuses a header that cannot be signed. The error has no value, which may be a key.
fn check(name: &str, value: &str) -> Result<(), AuthError> {
    if name == "host" {
        return Err(config("the header `host` is signed by itself")
            .with_hint("name another host with `endpoint` or `bucket_bound_host`"));
    }
    let is_name = |b: u8| b.is_ascii_graphic() && !matches!(b, b':' | b';' | b',' | b'"');
    if name.is_empty() || !name.bytes().all(is_name) {
        return Err(config(format!(
            "`{}` is no name of a header",
            name.escape_debug()
        )));
    }
    if value.chars().any(|c| c.is_control() && c != '\t') {
        return Err(config(format!(
            "the value of the header `{name}` holds a control character"
        )));
    }
    Ok(())
}

/// Encodes pairs and sorts the encoded ones.
pub(super) fn query_string(pairs: &[(&str, &str)]) -> Result<String, AuthError> {
    let mut encoded: Vec<(String, String)> = pairs
        .iter()
        .map(|(name, value)| (encode(name), encode(value)))
        .collect();
    encoded.sort();
    let reserved = encoded.windows(2).find(|pair| {
        pair[0].0.eq_ignore_ascii_case(&pair[1].0) && pair[0].0.starts_with("X-Goog-")
    });
    if let Some(pair) = reserved {
        return Err(config(format!(
            "the query parameter `{}` is set by the signature itself",
            pair[0].0
        )));
    }
    let pairs: Vec<_> = encoded
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    Ok(pairs.join("&"))
}

fn encode(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

pub(super) fn encode_path(text: &str) -> String {
    utf8_percent_encode(text, ENCODED_IN_PATH).to_string()
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.0.iter().map(|(name, _)| name))
            .finish()
    }
}

/// The time and the scope that a V4 signature names.
pub(super) struct CredentialScope {
    /// Such as `20260131T090000Z`.
    pub(super) time: String,
    /// Such as `20260131/auto/storage/goog4_request`.
    pub(super) scope: String,
    /// The signer's e-mail address and the scope.
    pub(super) credential: String,
    now: Timestamp,
}

impl CredentialScope {
    pub(super) fn new(email: &str, now: SystemTime) -> Result<Self, AuthError> {
        if email.is_empty() {
            return Err(config("the signer has no e-mail address"));
        }
        let now = Timestamp::try_from(now)
            .map_err(|_| config("the signature's time is out of the calendar's range"))?;
        let utc = now.to_zoned(TimeZone::UTC);
        let time = utc.strftime("%Y%m%dT%H%M%SZ").to_string();
        let scope = format!("{}/auto/storage/goog4_request", utc.strftime("%Y%m%d"));
        Ok(Self {
            credential: format!("{email}/{scope}"),
            time,
            scope,
            now,
        })
    }

    /// Returns the time `seconds` later in the format of policies.
    pub(super) fn after(&self, seconds: u64) -> Result<String, AuthError> {
        let later = i64::try_from(seconds)
            .ok()
            .and_then(|seconds| Timestamp::from_second(self.now.as_second() + seconds).ok());
        let later = later.ok_or_else(|| config("the expiry is out of the calendar's range"))?;
        Ok(later
            .to_zoned(TimeZone::UTC)
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string())
    }
}

/// Returns the lifetime in seconds, if Cloud Storage accepts it.
pub(super) fn check_lifetime(lifetime: Duration) -> Result<u64, AuthError> {
    match lifetime.as_secs() {
        0 => Err(config("a signature has to be valid for a second at least")),
        seconds if seconds > LONGEST.as_secs() => Err(config(
            "Cloud Storage accepts no signature that is valid for more than 7 days",
        )
        .with_hint("shorten `expires_in`, and sign anew when it is needed")),
        seconds => Ok(seconds),
    }
}

/// An error for what Cloud Storage would not accept.
pub(super) fn config(message: impl Into<String>) -> AuthError {
    AuthError::new(AuthErrorKind::Config, message)
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}
