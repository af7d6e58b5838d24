//! Values of API messages that Rust's own types do not cover.
//!
//! [`DateTime`], [`Date`], [`Duration`] and [`FieldMask`] hold the text that a server sent, so that an unusual value does not fail
//! a whole response and is sent back unchanged. Conversions to `jiff` and `std` (and, behind features of those names, `chrono`
//! and `time`) happen on demand and can fail.

mod extra;
#[cfg(test)]
mod tests;
mod texts;

use std::fmt;

pub use bytes::Bytes;

pub use self::{
    extra::Extra,
    texts::{Date, DateTime, Duration, FieldMask},
};

/// A text that does not have the form which a conversion needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidValue {
    expected: &'static str,
    found: String,
}

impl InvalidValue {
    fn new(expected: &'static str, found: impl Into<String>) -> Self {
        Self {
            expected,
            found: found.into(),
        }
    }

    /// Returns the expected form, in words.
    #[must_use]
    pub fn expected(&self) -> &str {
        self.expected
    }

    /// Returns the text that was found.
    #[must_use]
    pub fn found(&self) -> &str {
        &self.found
    }
}

impl fmt::Display for InvalidValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}, found {:?}", self.expected, self.found)
    }
}

impl std::error::Error for InvalidValue {}

/// Implements what all types over a text have in common. Generated types use them as they use `String`; see `wire::codecs`.
macro_rules! text_type {
    ($name:ident, $expected:literal) => {
        impl $name {
            /// The expected form, for messages.
            pub(crate) const EXPECTED: &str = $expected;

            /// Returns the text, as it was received or made.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                std::fmt::Debug::fmt(&self.0, f)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        /// Takes the text unchecked; `parse` checks it.
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $name(text.into())
            }
        }

        /// Takes the text unchecked; `parse` checks it.
        impl From<String> for $name {
            fn from(text: String) -> Self {
                $name(text.into())
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.0.into()
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    };
}
use text_type;

/// Implements conversions of a text type. `$parse` makes the target of the text, or returns the form that it expects.
///
/// All of it is inlined, so that a program that converts nothing does not contain the parsers of `jiff`.
macro_rules! parsed {
    ($name:ident => $target:ty, $parse:expr) => {
        impl TryFrom<&$name> for $target {
            type Error = $crate::value::InvalidValue;

            #[inline]
            fn try_from(value: &$name) -> Result<$target, Self::Error> {
                let parse: fn(&str) -> Result<$target, &'static str> = $parse;
                parse(value.as_str())
                    .map_err(|expected| $crate::value::InvalidValue::new(expected, value.as_str()))
            }
        }

        impl TryFrom<$name> for $target {
            type Error = $crate::value::InvalidValue;

            #[inline]
            fn try_from(value: $name) -> Result<$target, Self::Error> {
                <$target>::try_from(&value)
            }
        }
    };
}
use parsed;
