//! The canonical form of what is signed.

use std::{collections::BTreeMap, fmt};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::config;
use crate::AuthError;

/// RFC 3986's unreserved characters stay.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// In an object's name slashes stay too.
const ENCODED_IN_PATH: &AsciiSet = &ENCODED.remove(b'/');

/// What the payload's hash is while nobody fixes it.
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

    /// Sorted, white space collapsed, several values of one name in one line.
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

/// The value is not shown: it may be a key.
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

/// Encoded, and sorted by what is encoded.
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
