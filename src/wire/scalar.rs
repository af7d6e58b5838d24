//! What a JSON document holds, as far as a scalar can be made of it.

use std::fmt;

use serde_json::Value;

/// What a JSON document holds where a value is expected.
#[allow(missing_debug_implementations)] // It may hold a secret.
#[derive(Clone, Copy)]
#[doc(hidden)]
pub enum Found<'a> {
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
    /// A number that arrives as its digits (serde_json's `arbitrary_precision`).
    Digits(&'a str),
    /// A string.
    Text(&'a str),
    /// A list, whatever is in it.
    List,
    /// An object, whatever is in it.
    Map,
}

/// Longest text that an error message quotes.
const QUOTED: usize = 40;

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Found::Bool(value) => write!(f, "{value}"),
            Found::Int(value) => write!(f, "{value}"),
            Found::Unsigned(value) => write!(f, "{value}"),
            Found::Float(value) => write!(f, "{value:?}"),
            Found::Digits(digits) => write!(f, "{}", Short(digits)),
            Found::Text(text) if text.chars().nth(QUOTED).is_some() => {
                write!(f, "{:?}...", Short(text).as_ref())
            }
            Found::Text(text) => write!(f, "{text:?}"),
            Found::Null | Found::List | Found::Map => f.write_str(self.kind()),
        }
    }
}

/// The first [`QUOTED`] characters.
struct Short<'a>(&'a str);

impl AsRef<str> for Short<'_> {
    fn as_ref(&self) -> &str {
        let end = self
            .0
            .char_indices()
            .nth(QUOTED)
            .map_or(self.0.len(), |(index, _)| index);
        &self.0[..end]
    }
}

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_ref())
    }
}

impl Found<'_> {
    /// A scalar as JSON.
    pub(super) fn to_value(self) -> Value {
        match self {
            Found::Null | Found::List | Found::Map => Value::Null,
            Found::Bool(value) => value.into(),
            Found::Int(value) => value.into(),
            Found::Unsigned(value) => value.into(),
            Found::Float(value) => value.into(),
            Found::Digits(digits) => serde_json::from_str(digits).unwrap_or_default(),
            Found::Text(text) => text.into(),
        }
    }

    pub(super) fn kind(&self) -> &'static str {
        match self {
            Found::Null => "null",
            Found::Bool(_) => "a boolean",
            Found::Int(_) | Found::Unsigned(_) | Found::Float(_) | Found::Digits(_) => "a number",
            Found::Text(_) => "a string",
            Found::List => "a list",
            Found::Map => "an object",
        }
    }
}
