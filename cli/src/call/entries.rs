//! The entries of a page, as they were sent.

use serde_json::value::RawValue;

use super::columns::{entries, properties, property};
use super::failure::{CallFailure, CallResult, Exit};

/// Returns the entries of a page; those of a map as objects of `key` and `value`. A page need not have any.
pub(super) fn entries_of(page: &str, items: &str) -> CallResult<Vec<Box<RawValue>>> {
    let list = match property(page, items).map(RawValue::get) {
        None | Some("null") => return Ok(Vec::new()),
        Some(list) => list,
    };
    if let Some(keyed) = keyed_entries(list) {
        return Ok(keyed);
    }
    let list = entries(list).ok_or_else(|| {
        // The list would seem to be empty.
        CallFailure::new(
            Exit::NoResponse,
            format!("{items}: the response has something else than a list here"),
        )
    })?;
    Ok(list.into_iter().map(ToOwned::to_owned).collect())
}

/// Returns the entries of a map as objects of `key` and `value`; `None` of a list.
fn keyed_entries(json: &str) -> Option<Vec<Box<RawValue>>> {
    let properties = properties(json)?;
    let keyed = properties.into_iter().filter_map(|(key, value)| {
        let key = serde_json::Value::from(key);
        RawValue::from_string(format!("{{\"key\":{key},\"value\":{}}}", value.get())).ok()
    });
    Some(keyed.collect())
}
