//! The scalars of JSON.

use std::fmt;

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
