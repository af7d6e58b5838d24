//! The functions that `body!` expands to: values, lists and maps, which take their types from the property that they are written to.

mod containers;
mod convert;

pub use self::{containers::*, convert::*};
use crate::wire::Object;

/// Can be written after `..`: a message, or an option of one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no base for `{T}`",
    label = "expected a `{T}`, or an option of one, after `..`"
)]
#[doc(hidden)]
pub trait Base<T> {
    /// Returns the message that other properties are taken from.
    fn into_base(self) -> T;
}

/// Returns the message after `..`.
pub fn base<T, B: Base<T>>(base: B) -> T {
    base.into_base()
}

#[diagnostic::do_not_recommend]
impl<T: Object> Base<T> for T {
    fn into_base(self) -> T {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<T: Object> Base<T> for Option<T> {
    fn into_base(self) -> T {
        self.unwrap_or_default()
    }
}

#[diagnostic::do_not_recommend]
impl<T: Object> Base<Box<T>> for T {
    fn into_base(self) -> Box<T> {
        Box::new(self)
    }
}
