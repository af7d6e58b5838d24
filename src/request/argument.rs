//! Values of optional parameters: plain, in an `Option`, or none.

use crate::{
    value::{Bytes, Date, DateTime, Duration, FieldMask},
    wire::{OpenEnum, Param},
};

/// No value: as the value of an optional parameter, it removes an earlier one.
///
/// A variable that is `None` does the same; a bare `None` has no type.
///
/// ```
/// # use gapi::{Unset, schema::Argument};
/// fn query<M>(text: impl Argument<String, M>) -> Option<String> {
///     text.into_option()
/// }
/// assert_eq!(query("a"), Some("a".to_owned()));
/// assert_eq!(query(Some("a")), Some("a".to_owned()));
/// assert_eq!(query(Unset), None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unset;

/// The form `M` of an argument: the value itself.
#[derive(Debug)]
pub enum Plain {}

/// The form `M` of an argument: an `Option` of the value.
#[derive(Debug)]
pub enum Optional {}

/// The value of an optional parameter of type `T`: the value, an `Option` of it, or [`Unset`].
///
/// Text, enums, times, durations, masks and bytes take all that converts into them. A number takes its own type, so that a literal
/// needs no suffix, and in an `Option` also smaller numbers: an `i64` takes an `Option<u32>`.
///
/// `M` is found by the compiler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the value of this parameter",
    label = "the parameter is of the type `{T}`",
    note = "the parameter takes a `{T}` or what converts into one, an `Option` of it, or `gapi::Unset`"
)]
pub trait Argument<T, M> {
    /// Returns the value; `None` removes an earlier one.
    fn into_option(self) -> Option<T>;
}

/// The value of a required argument of type `T`: all that converts into it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be this argument",
    label = "the argument is of the type `{T}`",
    note = "it is required, so an `Option` is unwrapped first; a number becomes text by `.to_string()`"
)]
pub trait Required<T> {
    /// Returns the value.
    fn into_required(self) -> T;
}

#[diagnostic::do_not_recommend]
impl<T, V: Into<T>> Required<T> for V {
    #[inline]
    fn into_required(self) -> T {
        self.into()
    }
}

/// The values of a repeated parameter whose values are of type `T`: an iterator, an `Option` of one, or [`Unset`].
///
/// Items are converted as an [`Argument`] is. `M` is found by the compiler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the values of this parameter",
    label = "the parameter is a list of `{T}`",
    note = "a list is an array, a `Vec` or any other iterator of `{T}`, an `Option` of one, or `gapi::Unset`"
)]
pub trait Arguments<T, M> {
    /// Adds the values to `all` under the name of the parameter.
    #[doc(hidden)]
    fn put(self, name: &'static str, all: &mut Vec<(&'static str, String)>);
}

/// A type of parameters that takes what converts into it.
pub trait Converted: Param {}

impl<T: OpenEnum> Converted for T {}

macro_rules! converted {
    ($($type:ty)*) => {
        $(impl Converted for $type {})*
    };
}
converted!(String Bytes Date DateTime Duration FieldMask);

#[diagnostic::do_not_recommend]
impl<T: Converted, V: Into<T>> Argument<T, Plain> for V {
    #[inline]
    fn into_option(self) -> Option<T> {
        Some(self.into())
    }
}

#[diagnostic::do_not_recommend]
impl<T: Converted, V: Fits<T>> Argument<T, Optional> for Option<V> {
    #[inline]
    fn into_option(self) -> Option<T> {
        self.map(Fits::fit)
    }
}

/// A type whose values a parameter of type `T` takes in an `Option`. It has one impl, because the compiler then reports a bare `None` once.
pub trait Fits<T> {
    /// Returns the value of the parameter.
    fn fit(self) -> T;
}

impl<T, V: Widen<T>> Fits<T> for V {
    #[inline]
    fn fit(self) -> T {
        self.widen()
    }
}

/// Converts without loss.
pub trait Widen<T> {
    /// Returns the converted value.
    fn widen(self) -> T;
}

impl<T: Converted, V: Into<T>> Widen<T> for V {
    #[inline]
    fn widen(self) -> T {
        self.into()
    }
}

#[diagnostic::do_not_recommend]
impl<T> Argument<T, Self> for Unset {
    fn into_option(self) -> Option<T> {
        None
    }
}

#[diagnostic::do_not_recommend]
impl<T: Converted, I: IntoIterator<Item: Into<T>>> Arguments<T, Plain> for I {
    fn put(self, name: &'static str, all: &mut Vec<(&'static str, String)>) {
        let values = self.into_iter().map(Into::into);
        all.extend(values.map(|value| (name, value.into_wire())));
    }
}

#[diagnostic::do_not_recommend]
impl<T, I: Arguments<T, Plain>> Arguments<T, Optional> for Option<I> {
    fn put(self, name: &'static str, all: &mut Vec<(&'static str, String)>) {
        if let Some(values) = self {
            values.put(name, all);
        }
    }
}

#[diagnostic::do_not_recommend]
impl<T> Arguments<T, Self> for Unset {
    fn put(self, _: &'static str, _: &mut Vec<(&'static str, String)>) {}
}

/// Implements the traits for numbers.
macro_rules! numbers {
    ($($number:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Argument<$number, Plain> for $number {
            #[inline]
            fn into_option(self) -> Option<$number> {
                Some(self)
            }
        }
        #[diagnostic::do_not_recommend]
        impl<I: IntoIterator<Item = $number>> Arguments<$number, Plain> for I {
            fn put(self, name: &'static str, all: &mut Vec<(&'static str, String)>) {
                all.extend(self.into_iter().map(|value| (name, value.into_wire())));
            }
        }
    )*};
}
numbers!(bool i32 u32 i64 u64 f32 f64);

/// Implements [`Argument`] for `Option`s of the smaller numbers that a literal in `Some` may be.
macro_rules! widened {
    ($($number:ty: $($smaller:ty)*;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<V: Fits<$number>> Argument<$number, Optional> for Option<V> {
            #[inline]
            fn into_option(self) -> Option<$number> {
                self.map(Fits::fit)
            }
        }
        $(impl Widen<$number> for $smaller {
            #[inline]
            fn widen(self) -> $number {
                self.into()
            }
        })*
    )*};
}
widened! {
    i32: i8 i16 i32 u8 u16;
    i64: i8 i16 i32 i64 u8 u16 u32;
    f64: f32 f64 i32 u32;
}

/// The same for numbers of which `i32`, the type of `Some(1)` by default, is not a smaller one.
macro_rules! exact {
    ($($number:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl Argument<$number, Optional> for Option<$number> {
            #[inline]
            fn into_option(self) -> Option<$number> {
                self
            }
        }
    )*};
}
exact!(bool u32 u64 f32);
