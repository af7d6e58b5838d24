//! Booleans and numbers.
//!
//! The 64-bit integers travel as strings, since JavaScript's numbers cannot hold them; servers and emulators send
//! either form, and numbers with a fraction of zero too.

use super::Wire;
use super::property::{Expected, View};
use super::scalar::Found;

impl Wire for bool {
    const EXPECTED: Expected = Expected::scalar("a boolean");

    fn from_scalar(found: Found<'_>) -> Option<bool> {
        match found {
            Found::Bool(value) => Some(value),
            Found::Text("true") => Some(true),
            Found::Text("false") => Some(false),
            _ => None,
        }
    }

    fn view(&self) -> View<'_> {
        View::Bool(*self)
    }
}

/// Below this every integral `f64` stands for itself alone: no other integer was rounded to it.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// The integer that a float is, if it is one and was not rounded.
fn integral(value: f64) -> Option<i64> {
    // Truncation cannot happen: the value is integral and below 2^53.
    #[allow(clippy::cast_possible_truncation)]
    (value.fract() == 0.0 && value.abs() < EXACT).then_some(value as i64)
}

macro_rules! integer {
    ($type:ident, $expected:literal, $view:ident) => {
        impl Wire for $type {
            const EXPECTED: Expected = Expected::scalar($expected);

            fn from_scalar(found: Found<'_>) -> Option<$type> {
                match found {
                    Found::Int(value) => $type::try_from(value).ok(),
                    Found::Unsigned(value) => $type::try_from(value).ok(),
                    Found::Float(value) => {
                        integral(value).and_then(|value| $type::try_from(value).ok())
                    }
                    Found::Text(text) | Found::Digits(text) => match text.parse() {
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

/// The text that stands for a float which JSON has no number for.
pub(super) fn non_finite(value: f64) -> Option<&'static str> {
    if value.is_finite() {
        None
    } else if value.is_nan() {
        Some("NaN")
    } else if value.is_sign_positive() {
        Some("Infinity")
    } else {
        Some("-Infinity")
    }
}

impl Wire for f64 {
    const EXPECTED: Expected = Expected::scalar("a number");

    fn from_scalar(found: Found<'_>) -> Option<f64> {
        match found {
            // A number above 2^53 may round here, as it does in every reader of JSON numbers.
            #[allow(clippy::cast_precision_loss)]
            Found::Int(value) => Some(value as f64),
            #[allow(clippy::cast_precision_loss)]
            Found::Unsigned(value) => Some(value as f64),
            Found::Float(value) => Some(value),
            Found::Text("NaN") => Some(f64::NAN),
            Found::Text("Infinity") => Some(f64::INFINITY),
            Found::Text("-Infinity") => Some(f64::NEG_INFINITY),
            Found::Text(text) | Found::Digits(text) => {
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

    fn from_scalar(found: Found<'_>) -> Option<f32> {
        let wide = f64::from_scalar(found)?;
        // Rounding to the nearest is meant; a finite number that becomes infinite is not.
        #[allow(clippy::cast_possible_truncation)]
        let narrow = wide as f32;
        (narrow.is_finite() || !wide.is_finite()).then_some(narrow)
    }

    fn view(&self) -> View<'_> {
        View::F32(*self)
    }
}
