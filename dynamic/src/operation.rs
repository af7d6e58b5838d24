//! A long-running operation of a method whose types are not compiled in.

use std::ops::Deref;

use gapi::LongRunning;
use gapi::discovery::Method;
use gapi::value::Extra;
use serde_json::Value;

use crate::tables;

/// A long-running operation, as waiting for one returns it. It dereferences to its properties.
#[derive(Clone, Default)]
pub struct Operation {
    extra: Extra,
}

gapi::generated::v1::object!(Operation "Operation");

impl Operation {
    /// Returns the operation as a value.
    #[must_use]
    pub fn to_value(&self) -> Value {
        // Properties always are JSON.
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl LongRunning for Operation {
    fn has(method: &'static Method, property: &str) -> bool {
        let facts = tables::facts(method);
        facts.is_some_and(|facts| facts.properties.contains(&property))
    }
}

impl Deref for Operation {
    type Target = Extra;

    fn deref(&self) -> &Extra {
        &self.extra
    }
}
