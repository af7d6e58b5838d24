//! Examples of calls, for the docs of generated code and for `gapi show`.

#[cfg(feature = "emit")]
mod call;
mod spelling;
#[cfg(feature = "emit")]
mod values;

#[cfg(feature = "emit")]
pub(crate) use call::{differs, of_resource, request, statements};
pub(crate) use spelling::{Spelling, likely, settable};
#[cfg(feature = "emit")]
pub(crate) use values::{argument, body};
