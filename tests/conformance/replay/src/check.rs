//! Walks decoded values, to find what their types do not know.

use std::collections::BTreeMap;

use gapi::value::{Bytes, Date, DateTime, Duration, Extra, FieldMask};
use serde_json::Value;

use crate::Fault;

/// A value that can say what in it is unknown. Written for every generated type by the glue.
pub trait Check {
    /// Tells `walk` what is unknown.
    fn check(&self, walk: &mut Walk);
}

/// Where a walk is, and what it found.
#[derive(Debug, Default)]
pub struct Walk {
    at: Vec<String>,
    found: Vec<String>,
}

impl Walk {
    /// Walks the whole of `value`.
    ///
    /// # Errors
    /// All that was found, each with its place.
    pub fn over<T: Check>(value: &T) -> Result<(), Fault> {
        let mut walk = Self::default();
        value.check(&mut walk);
        if walk.found.is_empty() {
            return Ok(());
        }
        Err(Fault::new(walk.found.join("; ")))
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
    fn check(&self, walk: &mut Walk) {
        for (index, value) in self.iter().enumerate() {
            walk.part(&index.to_string(), value);
        }
    }
}

impl<T: Check> Check for BTreeMap<String, T> {
    fn check(&self, walk: &mut Walk) {
        for (name, value) in self {
            walk.part(name, value);
        }
    }
}

impl<T: Check> Check for Box<T> {
    fn check(&self, walk: &mut Walk) {
        (**self).check(walk);
    }
}

macro_rules! plain {
    ($($type:ty),*) => {
        $(impl Check for $type {
            fn check(&self, _: &mut Walk) {}
        })*
    };
}

plain!(
    String, bool, i32, u32, i64, u64, f32, f64, Bytes, DateTime, Date, Duration, FieldMask, Value
);
