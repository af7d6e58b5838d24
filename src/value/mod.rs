//! Values of API messages that Rust's own types do not cover.
//!
//! [`DateTime`], [`Date`], [`Duration`] and [`FieldMask`] keep the text that a server sent, so that an odd value never
//! fails a whole answer and goes back as it came. Conversions to `jiff` and `std` (and, behind features of those
//! names, `chrono` and `time`) are made on demand, and those can fail.

// What calls jiff is inlined: a program that converts nothing does not hold it.

#[cfg(feature = "chrono")]
mod chrono;
mod date;
mod date_time;
mod duration;
mod extra;
mod field_mask;
#[cfg(test)]
mod tests;
mod text;
#[cfg(feature = "time")]
mod time;

pub use bytes::Bytes;
pub use date::Date;
pub use date_time::DateTime;
pub use duration::Duration;
pub use extra::Extra;
pub use field_mask::FieldMask;
pub use text::InvalidValue;
