//! `Debug` of values: set fields only, without secrets, and only the names of properties without fields.

use std::fmt;

use super::{
    object::Object,
    place::{AnyObject, Property, View},
};

/// Formats an object for `Debug`.
///
/// # Errors
/// Only the formatter's own.
#[inline]
pub fn debug<T: Object>(object: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    self::object(object, f)
}

fn object(object: &dyn AnyObject, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let about = object.about();
    let mut out = f.debug_struct(about.name);
    let mut is_empty = true;
    for (index, name) in about.properties.iter().enumerate() {
        let property = object.property(index);
        let Some(value) = property.and_then(Property::view) else {
            continue;
        };
        is_empty = false;
        if about.secrets.contains(name) {
            out.field(name, &Redacted);
        } else {
            out.field(name, &Visible(value));
        }
    }
    let extra = object.extra();
    if !extra.is_empty() {
        out.field("extra", extra);
    } else if is_empty {
        // Without fields, `debug_struct` writes the name alone, as of a type without properties.
        return f.write_str(" {}");
    }
    out.finish()
}

/// A value that is not secret. [`View`] has no `Debug` itself, since it does not know of which property it is the value.
struct Visible<'a>(View<'a>);

impl fmt::Debug for Visible<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            View::Text(text) => fmt::Debug::fmt(text, f),
            View::Symbol(text) => symbol(text, f),
            View::Bytes(bytes) => fmt::Debug::fmt(bytes, f),
            View::Bool(value) => fmt::Debug::fmt(&value, f),
            View::I32(value) => fmt::Debug::fmt(&value, f),
            View::U32(value) => fmt::Debug::fmt(&value, f),
            View::I64(value) => fmt::Debug::fmt(&value, f),
            View::U64(value) => fmt::Debug::fmt(&value, f),
            View::F32(value) => fmt::Debug::fmt(&value, f),
            View::F64(value) => fmt::Debug::fmt(&value, f),
            View::Json(value) => fmt::Debug::fmt(value, f),
            View::List(list) => {
                let mut out = f.debug_list();
                for index in 0..list.len() {
                    out.entry(&Visible(list.element(index)));
                }
                out.finish()
            }
            View::Map(pairs) => {
                let mut out = f.debug_map();
                pairs.each(&mut |key, value| {
                    out.entry(&key, &Visible(value));
                    true
                });
                out.finish()
            }
            View::Object(object) => self::object(object, f),
        }
    }
}

/// Formats the text of an enum: without quotes, as a variant's name, unless a server sent a text that could not be one.
pub(super) fn symbol(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let is_name = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    if is_name {
        f.write_str(text)
    } else {
        fmt::Debug::fmt(text, f)
    }
}

struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
