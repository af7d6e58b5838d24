//! The codecs of plain types: scalars, the text types of [`value`](crate::value), lists, maps and any JSON.
//!
//! 64-bit integers are written as strings, since JavaScript's numbers cannot hold them; servers and emulators send either form, and
//! numbers with a fraction of zero too.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::de::{Deserialize, Deserializer};
use serde_json::Value;

use super::{
    Param, Selection, Wire,
    place::{Container, Elements, Entries, Expected, Open, Pairs, Place, View},
    scalar::{Scalar, decode_base64, encode_base64},
};
use crate::value::{Date, DateTime, Duration, FieldMask};

impl Wire for bool {
    const EXPECTED: Expected = Expected::scalar("a boolean");

    fn from_scalar(scalar: Scalar<'_>) -> Option<bool> {
        match scalar {
            Scalar::Bool(value) => Some(value),
            Scalar::Text("true") => Some(true),
            Scalar::Text("false") => Some(false),
            _ => None,
        }
    }

    fn view(&self) -> View<'_> {
        View::Bool(*self)
    }
}

/// 2^53: no other integer was rounded to an integral `f64` below this.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Returns the integer that a float is, if it is integral and was not rounded.
fn integral(value: f64) -> Option<i64> {
    // Truncation cannot happen: the value is integral and below 2^53.
    #[allow(clippy::cast_possible_truncation)]
    (value.fract() == 0.0 && value.abs() < EXACT).then_some(value as i64)
}

macro_rules! integer {
    ($type:ident, $expected:literal, $view:ident) => {
        impl Wire for $type {
            const EXPECTED: Expected = Expected::scalar($expected);

            fn from_scalar(scalar: Scalar<'_>) -> Option<$type> {
                match scalar {
                    Scalar::Int(value) => $type::try_from(value).ok(),
                    Scalar::Unsigned(value) => $type::try_from(value).ok(),
                    Scalar::Float(value) => {
                        integral(value).and_then(|value| $type::try_from(value).ok())
                    }
                    Scalar::Text(text) | Scalar::Digits(text) => match text.parse() {
                        Ok(value) => Some(value),
                        Err(_) => {
                            let value = text.parse().ok().and_then(integral)?;
                            $type::try_from(value).ok()
                        }
                    },
                    _ => None,
                }
            }

            fn view(&self) -> View<'_> {
                View::$view(*self)
            }
        }
    };
}

integer!(i32, "a 32-bit integer", I32);
integer!(u32, "an unsigned 32-bit integer", U32);
integer!(i64, "a 64-bit integer", I64);
integer!(u64, "an unsigned 64-bit integer", U64);

impl Wire for f64 {
    const EXPECTED: Expected = Expected::scalar("a number");

    fn from_scalar(scalar: Scalar<'_>) -> Option<f64> {
        match scalar {
            // A number above 2^53 may be rounded, as by all readers of JSON numbers.
            #[allow(clippy::cast_precision_loss)]
            Scalar::Int(value) => Some(value as f64),
            #[allow(clippy::cast_precision_loss)]
            Scalar::Unsigned(value) => Some(value as f64),
            Scalar::Float(value) => Some(value),
            Scalar::Text("NaN") => Some(f64::NAN),
            Scalar::Text("Infinity") => Some(f64::INFINITY),
            Scalar::Text("-Infinity") => Some(f64::NEG_INFINITY),
            Scalar::Text(text) | Scalar::Digits(text) => {
                text.parse().ok().filter(|value: &f64| value.is_finite())
            }
            _ => None,
        }
    }

    fn view(&self) -> View<'_> {
        View::F64(*self)
    }
}

impl Wire for f32 {
    const EXPECTED: Expected = Expected::scalar("a 32-bit number");

    fn from_scalar(scalar: Scalar<'_>) -> Option<f32> {
        let wide = f64::from_scalar(scalar)?;
        // Rounding is allowed, but not from a finite number to infinity.
        #[allow(clippy::cast_possible_truncation)]
        let narrow = wide as f32;
        (narrow.is_finite() || !wide.is_finite()).then_some(narrow)
    }

    fn view(&self) -> View<'_> {
        View::F32(*self)
    }
}

impl Wire for String {
    const EXPECTED: Expected = Expected::unquoted("a string");

    fn from_scalar(scalar: Scalar<'_>) -> Option<String> {
        match scalar {
            Scalar::Text(text) => Some(text.to_owned()),
            _ => None,
        }
    }

    fn view(&self) -> View<'_> {
        View::Text(self)
    }
}

impl Wire for Bytes {
    const EXPECTED: Expected = Expected::unquoted("base64 data");

    fn from_scalar(scalar: Scalar<'_>) -> Option<Bytes> {
        match scalar {
            Scalar::Text(text) => decode_base64(text).map(Bytes::from),
            _ => None,
        }
    }

    fn view(&self) -> View<'_> {
        View::Bytes(self)
    }
}

impl Param for Bytes {
    fn into_wire(self) -> String {
        encode_base64(&self)
    }
}

/// Implements the traits of JSON and of parameters for types over a text. Any text is taken; converting it checks it.
macro_rules! text_types {
    ($($name:ident)*) => {$(
        impl Wire for $name {
            const EXPECTED: Expected = Expected::scalar($name::EXPECTED);

            fn from_scalar(scalar: Scalar<'_>) -> Option<Self> {
                match scalar {
                    Scalar::Text(text) => Some(text.into()),
                    _ => None,
                }
            }

            fn view(&self) -> View<'_> {
                View::Text(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Wire::read(deserializer)
            }
        }

        impl Param for $name {
            fn into_wire(self) -> String {
                self.into()
            }
        }
    )*};
}

text_types!(DateTime Date Duration FieldMask);

impl<T: Wire> Wire for Vec<T> {
    const EXPECTED: Expected = Expected::unquoted("a list");

    fn open(place: &mut Option<Vec<T>>, container: Container) -> Option<Open<'_>> {
        match container {
            Container::List => Some(Open::List(T::list(place))),
            Container::Map => None,
        }
    }

    fn view(&self) -> View<'_> {
        View::List(self)
    }

    fn select(selection: &mut Selection) {
        T::select(selection);
    }
}

impl<T: Wire> Elements for Vec<T> {
    fn add(&mut self, read: &mut dyn FnMut(&mut dyn Place) -> bool) {
        T::add(self, read);
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn element(&self, index: usize) -> View<'_> {
        self[index].view()
    }
}

impl<T: Wire> Wire for BTreeMap<String, T> {
    const EXPECTED: Expected = Expected::unquoted("an object");

    fn open(place: &mut Option<Self>, container: Container) -> Option<Open<'_>> {
        match container {
            Container::Map => Some(Open::Map(T::entries(place))),
            Container::List => None,
        }
    }

    fn view(&self) -> View<'_> {
        View::Map(self)
    }

    fn select(selection: &mut Selection) {
        selection.entries(T::select);
    }
}

impl<T: Wire> Entries for BTreeMap<String, T> {
    fn add(&mut self, key: String, read: &mut dyn FnMut(&str, &mut dyn Place)) {
        T::add_entry(self, key, read);
    }
}

impl<T: Wire> Pairs for BTreeMap<String, T> {
    fn each(&self, visit: &mut dyn FnMut(&str, View<'_>) -> bool) {
        for (key, value) in self {
            if !visit(key, value.view()) {
                return;
            }
        }
    }

    fn count(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl Wire for Value {
    const EXPECTED: Expected = Expected::unquoted("any value");

    fn from_scalar(scalar: Scalar<'_>) -> Option<Value> {
        match scalar {
            // serde_json reads these itself, by `open`.
            Scalar::Digits(_) => None,
            scalar => Some(scalar.to_value()),
        }
    }

    fn open(place: &mut Option<Value>, _: Container) -> Option<Open<'_>> {
        Some(Open::Json(place))
    }

    fn view(&self) -> View<'_> {
        View::Json(self)
    }
}
