//! The document as it is written, and how it is read.

mod foreign;
mod read;
mod record;
mod types;

pub(crate) use read::value;
pub use types::*;
