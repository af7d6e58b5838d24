//! A long-running operation of a method whose types are not compiled in.

use std::ops::Deref;

use bytes::Bytes;
use gapi::LongRunning;
use gapi::discovery::Method;
use gapi::value::Extra;

use crate::{Json, tables};

/// A long-running operation, as waiting for one returns it. It dereferences to its properties.
#[derive(Clone, Default)]
pub struct Operation {
    extra: Extra,
    json: Json,
}

gapi::generated::v1::object!(Operation "Operation");

impl Operation {
    /// Returns the operation as the server sent it, with the order of keys and all digits of numbers.
    #[must_use]
    pub fn json(&self) -> &Json {
        &self.json
    }
}

impl LongRunning for Operation {
    fn has(method: &'static Method, property: &str) -> bool {
        let facts = tables::facts(method);
        facts.is_some_and(|facts| facts.properties.contains(&property))
    }

    fn read(body: &[u8]) -> Self {
        let operation = serde_json::from_slice(body).unwrap_or_default();
        Self {
            json: Json::of(Bytes::copy_from_slice(body)),
            ..operation
        }
    }
}

impl Deref for Operation {
    type Target = Extra;

    fn deref(&self) -> &Extra {
        &self.extra
    }
}
