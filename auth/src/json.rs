//! JSON of any shape.
//!
//! It is read by the code that serde_json has for [`Value`] itself. Its generic functions would be compiled once more for this crate, with all
//! that they need to read numbers.

use serde_json::{Map, Value};

/// A file's JSON, and where it is none why. A byte order mark, as editors write it, does not count.
pub(crate) fn file(text: &str) -> Result<Value, serde_json::Error> {
    text.trim_start_matches('\u{feff}').parse()
}

/// Any JSON.
pub(crate) fn value(text: &[u8]) -> Option<Value> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// The fields of an object.
pub(crate) fn object(text: &[u8]) -> Option<Map<String, Value>> {
    match value(text)? {
        Value::Object(fields) => Some(fields),
        _ => None,
    }
}

/// The text of any JSON.
pub(crate) fn text(json: &Value) -> String {
    serde_json::to_string(json).unwrap_or_default() // Values can always be written.
}
