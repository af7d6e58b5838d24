//! Reads an operation so that one odd property does not hide its end.

use serde_json::{Map, Value};

use crate::wire::{Object, from_slice};

/// The operation in `fields`. A property whose value does not fit its declared type stays in `extra` as it came: waiting needs a few
/// properties only, and servers that imitate an API are loose with the rest.
pub(super) fn read<R: Object>(fields: &Map<String, Value>) -> R {
    let whole = Value::Object(fields.clone()).to_string();
    if let Ok(operation) = from_slice(whole.as_bytes()) {
        return operation;
    }
    let (fits, odd): (Map<_, _>, Map<_, _>) =
        fields.clone().into_iter().partition(|(name, value)| {
            let alone = Map::from_iter([(name.clone(), value.clone())]);
            from_slice::<R>(Value::Object(alone).to_string().as_bytes()).is_ok()
        });
    let mut operation: R =
        from_slice(Value::Object(fits).to_string().as_bytes()).unwrap_or_default();
    operation.extra_mut().extend(odd);
    operation
}
