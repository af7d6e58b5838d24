//! `Debug` of objects: set fields only, secrets withheld, names alone of what the document does not know.

use super::{Object, Put, Wire};
use std::fmt;

/// Shows an object.
///
/// # Errors
/// Only the formatter's own.
pub fn debug<T: Object>(object: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut shown = Shown {
        out: f.debug_struct(T::NAME),
        secrets: T::SECRETS,
    };
    object.put(&mut shown);
    let extra = object.extra();
    if !extra.is_empty() {
        shown.out.field("extra", extra);
    }
    shown.out.finish()
}

struct Shown<'a, 'f> {
    out: fmt::DebugStruct<'a, 'f>,
    secrets: &'static [&'static str],
}

impl Put for Shown<'_, '_> {
    fn field<T: Wire + fmt::Debug>(&mut self, name: &'static str, value: &Option<T>) {
        if let Some(value) = value {
            let value: &dyn fmt::Debug = if self.secrets.contains(&name) {
                &Redacted
            } else {
                value
            };
            self.out.field(name, value);
        }
    }
}

struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
