//! The scalars of JSON, and bytes as base64.

use std::fmt;

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::Value;

/// A JSON value that contains no others.
#[allow(missing_debug_implementations)] // It may hold a secret.
#[derive(Clone, Copy)]
#[doc(hidden)]
pub enum Scalar<'a> {
    /// `null`
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Int(i64),
    /// A number.
    Unsigned(u64),
    /// A number.
    Float(f64),
    /// A number as its digits (serde_json's feature `arbitrary_precision`).
    Digits(&'a str),
    /// A string.
    Text(&'a str),
}

/// The most characters of a text that an error message quotes.
const QUOTED: usize = 40;

impl fmt::Display for Scalar<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Scalar::Null => f.write_str(self.kind()),
            Scalar::Bool(value) => write!(f, "{value}"),
            Scalar::Int(value) => write!(f, "{value}"),
            Scalar::Unsigned(value) => write!(f, "{value}"),
            Scalar::Float(value) => write!(f, "{value:?}"),
            Scalar::Digits(digits) => f.write_str(quoted(digits)),
            Scalar::Text(text) => {
                let quoted = quoted(text);
                let rest = if quoted.len() < text.len() { "..." } else { "" };
                write!(f, "{quoted:?}{rest}")
            }
        }
    }
}

/// Returns the first [`QUOTED`] characters.
fn quoted(text: &str) -> &str {
    let end = text.char_indices().nth(QUOTED);
    &text[..end.map_or(text.len(), |(index, _)| index)]
}

impl Scalar<'_> {
    /// Returns the scalar as JSON.
    pub(super) fn to_value(self) -> Value {
        match self {
            Scalar::Null => Value::Null,
            Scalar::Bool(value) => value.into(),
            Scalar::Int(value) => value.into(),
            Scalar::Unsigned(value) => value.into(),
            Scalar::Float(value) => value.into(),
            Scalar::Digits(digits) => serde_json::from_str(digits).unwrap_or_default(),
            Scalar::Text(text) => text.into(),
        }
    }

    /// Returns its JSON type, with an article.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Scalar::Null => "null",
            Scalar::Bool(_) => "a boolean",
            Scalar::Int(_) | Scalar::Unsigned(_) | Scalar::Float(_) | Scalar::Digits(_) => {
                "a number"
            }
            Scalar::Text(_) => "a string",
        }
    }
}

/// The type `byte` of Discovery documents is base64 in the URL-safe alphabet, with padding.
const SENT: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, GeneralPurposeConfig::new());

/// Servers send either alphabet, with or without padding, and some set unused bits of the last character.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);

/// The base64 alphabet of bytes in the bodies of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Base64 {
    /// `-` and `_` (RFC 4648 section 5), as Discovery documents define it. Every service of Google takes it.
    #[default]
    UrlSafe,
    /// `+` and `/` (RFC 4648 section 4), for servers that take nothing else, such as some emulators.
    Standard,
}

/// Encodes bytes in the URL-safe alphabet.
pub(super) fn encode_base64(bytes: &[u8]) -> String {
    SENT.encode(bytes)
}

/// Encodes bytes in the standard alphabet.
pub(crate) fn encode_standard(bytes: &[u8]) -> String {
    in_standard(&encode_base64(bytes))
}

/// Returns a text of the URL-safe alphabet in the standard one.
pub(crate) fn in_standard(text: &str) -> String {
    text.replace('-', "+").replace('_', "/")
}

/// Decodes either alphabet.
pub(super) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let engine = if text.contains(['+', '/']) {
        &STANDARD
    } else {
        &URL_SAFE
    };
    engine.decode(text).ok()
}
