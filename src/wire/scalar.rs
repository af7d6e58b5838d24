//! One visitor for every value that is neither a list nor an object.

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// What a JSON document holds where a scalar is expected.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Unsigned(u64),
    Float(f64),
    /// A number that arrives as its digits (serde_json's `arbitrary_precision`).
    Digits(&'a str),
    Text(&'a str),
    List,
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
    fn kind(&self) -> &'static str {
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

/// A type that is read from one scalar.
pub(crate) trait Scalar: Sized {
    /// With its article: `a 64-bit integer`.
    const EXPECTED: &'static str;
    /// Whether an error may quote the value. Strings and bytes may hold secrets, so theirs do not.
    const QUOTED: bool = true;

    fn take(found: Found<'_>) -> Option<Self>;
}

/// Reads a scalar of any JSON type that `T` accepts.
#[inline]
pub(crate) fn read_scalar<'de, T: Scalar, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    deserializer.deserialize_any(ScalarVisitor(PhantomData))
}

/// Hands a text to `to`. The code is the same whatever becomes of the text: modules have hundreds of types that are texts.
pub(crate) fn read_text<'de, D: Deserializer<'de>>(
    deserializer: D,
    to: &mut dyn FnMut(&str),
) -> Result<(), D::Error> {
    deserializer.deserialize_any(ScalarVisitor(Text(to)))
}

/// What takes a scalar.
trait Take {
    type Value;
    const EXPECTED: &'static str;
    const QUOTED: bool;

    fn take(self, found: Found<'_>) -> Option<Self::Value>;
}

impl<T: Scalar> Take for PhantomData<T> {
    type Value = T;
    const EXPECTED: &'static str = T::EXPECTED;
    const QUOTED: bool = T::QUOTED;

    #[inline]
    fn take(self, found: Found<'_>) -> Option<T> {
        T::take(found)
    }
}

struct Text<'a>(&'a mut dyn FnMut(&str));

impl Take for Text<'_> {
    type Value = ();
    const EXPECTED: &'static str = "a string";
    const QUOTED: bool = true;

    fn take(self, found: Found<'_>) -> Option<()> {
        match found {
            Found::Text(text) => {
                (self.0)(text);
                Some(())
            }
            _ => None,
        }
    }
}

struct ScalarVisitor<T>(T);

/// The key under which serde_json's `arbitrary_precision` hands over numbers.
const DIGITS: &str = "$serde_json::private::Number";

#[inline]
fn take<T: Take, E: Error>(taker: T, found: Found<'_>) -> Result<T::Value, E> {
    match taker.take(found) {
        Some(value) => Ok(value),
        None => Err(mismatch(T::EXPECTED, T::QUOTED, found)),
    }
}

#[cold]
fn mismatch<E: Error>(expected: &str, quoted: bool, found: Found<'_>) -> E {
    if quoted {
        E::custom(format_args!("expected {expected}, found {found}"))
    } else {
        E::custom(format_args!("expected {expected}, found {}", found.kind()))
    }
}

impl<'de, T: Take> Visitor<'de> for ScalarVisitor<T> {
    type Value = T::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T::Value, E> {
        take(self.0, Found::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T::Value, E> {
        take(self.0, Found::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T::Value, E> {
        take(self.0, Found::Unsigned(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T::Value, E> {
        take(self.0, Found::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<T::Value, E> {
        take(self.0, Found::Text(value))
    }

    fn visit_unit<E: Error>(self) -> Result<T::Value, E> {
        take(self.0, Found::Null)
    }

    fn visit_none<E: Error>(self) -> Result<T::Value, E> {
        take(self.0, Found::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<T::Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<T::Value, A::Error> {
        take(self.0, Found::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T::Value, A::Error> {
        match map.next_key::<String>()? {
            Some(key) if key == DIGITS => take(self.0, Found::Digits(&map.next_value::<String>()?)),
            Some(_) => {
                map.next_value::<IgnoredAny>()?;
                take(self.0, Found::Map)
            }
            None => take(self.0, Found::Map),
        }
    }
}
