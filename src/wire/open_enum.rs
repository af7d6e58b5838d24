//! Values that are texts: open enums, and the parameters of requests.

use super::write::non_finite;
pub use super::{
    place::{Expected, View},
    scalar::Scalar,
    write::debug_symbol,
};

/// The JSON type of an enum.
pub const EXPECTED: Expected = Expected::scalar("a string");

/// Returns the variant of a text, and `None` for other scalars.
#[inline]
pub fn from_scalar<T: OpenEnum>(scalar: Scalar<'_>) -> Option<T> {
    match scalar {
        Scalar::Text(text) => Some(T::from(text)),
        _ => None,
    }
}

/// Returns a value as it is written.
#[inline]
pub fn view<T: OpenEnum>(value: &T) -> View<'_> {
    View::Symbol(value.as_ref())
}

/// An enum of a Discovery document. Services may add values at any time, so each enum has a variant for other texts.
///
/// Generated code implements it; programs use the variants, `Display` and `From`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a text nor an enum",
    label = "text belongs to a property that is text or an enum"
)]
pub trait OpenEnum: Clone + AsRef<str> + for<'a> From<&'a str> {}

/// A value that can be in a path or a query.
///
/// Text is written unchanged, numbers in decimal, booleans as `true` and `false`, bytes as URL-safe base64.
pub trait Param {
    /// Returns the text of the value, before percent-encoding.
    fn into_wire(self) -> String;
}

impl Param for String {
    fn into_wire(self) -> String {
        self
    }
}

impl Param for &str {
    fn into_wire(self) -> String {
        self.to_owned()
    }
}

impl<T: OpenEnum> Param for T {
    fn into_wire(self) -> String {
        self.as_ref().to_owned()
    }
}

macro_rules! by_display {
    ($($type:ty),*) => {
        $(impl Param for $type {
            fn into_wire(self) -> String {
                self.to_string()
            }
        })*
    };
}

by_display!(bool, i32, u32, i64, u64);

impl Param for f64 {
    fn into_wire(self) -> String {
        // `Debug` writes a fraction (`5.0`), and an exponent where it is shorter, as JSON numbers have them.
        non_finite(self).map_or_else(|| format!("{self:?}"), str::to_owned)
    }
}

impl Param for f32 {
    fn into_wire(self) -> String {
        non_finite(f64::from(self)).map_or_else(|| format!("{self:?}"), str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::Param;
    use crate::value::{Bytes, DateTime, Duration, FieldMask};

    #[test]
    fn values_have_their_text() {
        assert_eq!(String::from("a b").into_wire(), "a b");
        assert_eq!("x".into_wire(), "x");
        assert_eq!(true.into_wire(), "true");
        assert_eq!((-7_i64).into_wire(), "-7");
        assert_eq!(i32::MIN.into_wire(), "-2147483648");
        assert_eq!(u64::MAX.into_wire(), "18446744073709551615");
        assert_eq!(5.0_f64.into_wire(), "5.0");
        assert_eq!(0.1_f32.into_wire(), "0.1");
        assert_eq!(1e22_f64.into_wire(), "1e22");
        assert_eq!(f64::NAN.into_wire(), "NaN");
        assert_eq!(f32::NEG_INFINITY.into_wire(), "-Infinity");
        assert_eq!(Bytes::from_static(&[0xfb, 0xff]).into_wire(), "-_8=");
        assert_eq!(
            DateTime::from("2026-10-18T00:00:00Z").into_wire(),
            "2026-10-18T00:00:00Z"
        );
        assert_eq!(
            Duration::from(std::time::Duration::from_secs(3)).into_wire(),
            "3s"
        );
        assert_eq!(FieldMask::new(["a", "b.c"]).into_wire(), "a,b.c");
    }
}
