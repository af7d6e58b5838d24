//! What the types that keep a server's text have in common.

use std::fmt;

/// A text that has not the form that a conversion needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidValue {
    expected: &'static str,
    found: String,
}

impl InvalidValue {
    pub(super) fn new(expected: &'static str, found: impl Into<String>) -> InvalidValue {
        InvalidValue {
            expected,
            found: found.into(),
        }
    }

    /// The form that was expected, in words.
    #[must_use]
    pub fn expected(&self) -> &str {
        self.expected
    }

    /// The text that was found.
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

/// Implements what every type over a kept text offers.
macro_rules! kept_text {
    ($name:ident, $expected:literal) => {
        impl $name {
            /// The text, as it was received or made.
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

        /// Keeps the text as it is, unchecked; `parse` checks it.
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $name(text.into())
            }
        }

        /// Keeps the text as it is, unchecked; `parse` checks it.
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

        impl $crate::wire::Wire for $name {
            const EXPECTED: $crate::wire::Expected = $crate::wire::Expected::scalar($expected);

            // Any text is kept: whether it is one of these is asked when it is converted.
            fn from_scalar(found: $crate::wire::Found<'_>) -> Option<Self> {
                match found {
                    $crate::wire::Found::Text(text) => Some(text.into()),
                    _ => None,
                }
            }

            fn view(&self) -> $crate::wire::View<'_> {
                $crate::wire::View::Text(&self.0)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::wire::Wire::read(deserializer)
            }
        }

        impl $crate::wire::Param for $name {
            fn into_wire(self) -> String {
                self.0.into()
            }
        }
    };
}
pub(super) use kept_text;

/// Implements a conversion by value where one by reference exists.
macro_rules! by_value {
    ($name:ident => $($target:ty),*) => {
        $(impl TryFrom<$name> for $target {
            type Error = $crate::value::InvalidValue;

            #[inline]
            fn try_from(value: $name) -> Result<$target, Self::Error> {
                <$target>::try_from(&value)
            }
        })*
    };
}
pub(super) use by_value;
