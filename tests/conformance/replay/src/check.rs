//! Walks decoded values, to find what their types do not know.

use std::collections::BTreeMap;

use gapi::value::{Bytes, Date, DateTime, Duration, Extra, FieldMask};
use serde_json::Value;

use crate::Fault;

/// A value that can report its unknown parts. Written for every generated type by the glue.
pub trait Check {
    /// Reports to `visit` what is unknown.
    fn check(&self, visit: &mut Visit);
}

/// Where a visit is, and what it found.
#[derive(Debug, Default)]
pub struct Visit {
    at: Vec<String>,
    found: Vec<String>,
}

impl Visit {
    /// Walks the whole of `value`.
    ///
    /// # Errors
    /// All that was found, each with its place.
    pub fn over<T: Check>(value: &T) -> Result<(), Fault> {
        let mut visit = Self::default();
        value.check(&mut visit);
        if visit.found.is_empty() {
            return Ok(());
        }
        Err(Fault::new(visit.found.join("; ")))
    }

    /// One property of an object.
    pub fn field<T: Check>(&mut self, name: &str, value: &Option<T>) {
        if let Some(value) = value {
            self.part(name, value);
        }
    }

    /// What an object did not know.
    pub fn extra(&mut self, extra: &Extra) {
        for (name, _) in extra {
            self.note(&format!("{name:?} is in `extra`"));
        }
    }

    /// A value that an enum did not know.
    pub fn unrecognized(&mut self, text: &str) {
        self.note(&format!("{text:?} is unrecognized"));
    }

    fn part<T: Check>(&mut self, name: &str, value: &T) {
        self.at.push(name.to_owned());
        value.check(self);
        self.at.pop();
    }

    fn note(&mut self, what: &str) {
        self.found.push(format!("{}: {what}", self.at.join(".")));
    }
}

impl<T: Check> Check for Vec<T> {
    fn check(&self, visit: &mut Visit) {
        for (index, value) in self.iter().enumerate() {
            visit.part(&index.to_string(), value);
        }
    }
}

impl<T: Check> Check for BTreeMap<String, T> {
    fn check(&self, visit: &mut Visit) {
        for (name, value) in self {
            visit.part(name, value);
        }
    }
}

impl<T: Check> Check for Box<T> {
    fn check(&self, visit: &mut Visit) {
        (**self).check(visit);
    }
}

macro_rules! plain {
    ($($type:ty),*) => {
        $(impl Check for $type {
            fn check(&self, _: &mut Visit) {}
        })*
    };
}

plain!(
    String, bool, i32, u32, i64, u64, f32, f64, Bytes, DateTime, Date, Duration, FieldMask, Value
);
