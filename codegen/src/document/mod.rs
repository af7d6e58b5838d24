//! The document as it is written, how it is read, and what old documents mean.

mod mend;
mod misread;
mod read;
mod record;
mod repeated;
mod types;

pub(crate) use mend::is_in;
pub(crate) use read::value;
pub use types::*;
