//! JSON of any shape.
//!
//! It is read by the code of serde_json for [`Value`]. Generic functions would be compiled into this crate again.

use serde_json::{Map, Value};

/// Returns the JSON of a file. A byte order mark is ignored.
pub(crate) fn file(text: &str) -> Result<Value, serde_json::Error> {
    text.trim_start_matches('\u{feff}').parse()
}

/// Returns any JSON.
pub(crate) fn value(text: &[u8]) -> Option<Value> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Returns the fields of an object.
pub(crate) fn object(text: &[u8]) -> Option<Map<String, Value>> {
    match value(text)? {
        Value::Object(fields) => Some(fields),
        _ => None,
    }
}

/// Returns the text of any JSON.
pub(crate) fn text(json: &Value) -> String {
    serde_json::to_string(json).unwrap_or_default() // Writing a value cannot fail.
}
