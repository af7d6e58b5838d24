//! Makes calls that are given as JSON lines through generated code, and prints what was sent.
//!
//! A call is one [`Line`]; the functions that make it are printed by `gapi-conformance-glue`. Every parameter of a method
//! goes through its argument or setter, every body through its struct. What the generated types do not know, such as a property
//! that lands in `extra`, an enum's new value, or a parameter without a setter, is a [`Fault`].

mod arguments;
mod check;
mod dynamic;
mod line;
mod recorder;
mod run;

pub use arguments::Arguments;
pub use check::{Check, Visit};
pub use dynamic::dynamic_request;
pub use line::{Fault, Line};
pub use run::{Document, Entry, Make, RoundTrip, Sending, Table, main, request, round_trip};
pub use serde_json::Value;
