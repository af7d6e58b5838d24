//! Writes values of any type to any serde format, and formats them for `Debug`.

use std::{
    cell::{Cell, RefCell},
    fmt, io,
    ops::Range,
};

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;

use super::{
    place::{AnyObject, Property, View},
    scalar::encode_base64,
};
use crate::value::Extra;

/// The JSON text of a value, and the ranges in it of base64 that differs in the standard alphabet.
pub(crate) struct Written {
    pub(crate) text: Vec<u8>,
    pub(crate) base64: Vec<Range<usize>>,
}

/// Encodes a value as JSON.
pub(super) fn to_vec(value: &View<'_>) -> Result<Written, serde_json::Error> {
    let marks = Marks::default();
    let mut text = Counted {
        text: Vec::with_capacity(128),
        at: &marks.at,
    };
    serde_json::to_writer(&mut text, &Marked(value, Some(&marks)))?;
    Ok(Written {
        text: text.text,
        base64: marks.base64.into_inner(),
    })
}

/// The current offset of the writer, and the ranges of base64 so far.
#[derive(Default)]
struct Marks {
    at: Cell<usize>,
    base64: RefCell<Vec<Range<usize>>>,
}

/// A text that publishes its length while it is written.
struct Counted<'a> {
    text: Vec<u8>,
    at: &'a Cell<usize>,
}

impl io::Write for Counted<'_> {
    #[inline]
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        self.write_all(more)?;
        Ok(more.len())
    }

    #[inline]
    fn write_all(&mut self, more: &[u8]) -> io::Result<()> {
        self.text.extend_from_slice(more);
        self.at.set(self.text.len());
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A value, and where to record the ranges of its bytes.
struct Marked<'a, 'v>(&'a View<'v>, Option<&'a Marks>);

impl Serialize for View<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Marked(self, None).serialize(serializer)
    }
}

impl Serialize for Marked<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(view, marks) = *self;
        match *view {
            View::Text(text) | View::Symbol(text) => serializer.serialize_str(text),
            View::Bytes(bytes) => {
                let text = encode_base64(bytes);
                let start = marks.map(|marks| marks.at.get());
                let done = serializer.serialize_str(&text)?;
                if let (Some(marks), Some(start)) = (marks, start)
                    && text.contains(['-', '_'])
                {
                    let range = start..marks.at.get();
                    marks.base64.borrow_mut().push(range);
                }
                Ok(done)
            }
            View::Bool(value) => serializer.serialize_bool(value),
            View::I32(value) => serializer.serialize_i32(value),
            View::U32(value) => serializer.serialize_u32(value),
            View::I64(value) => serializer.collect_str(&value),
            View::U64(value) => serializer.collect_str(&value),
            View::F32(value) => match non_finite(f64::from(value)) {
                Some(text) => serializer.serialize_str(text),
                None => serializer.serialize_f32(value),
            },
            View::F64(value) => match non_finite(value) {
                Some(text) => serializer.serialize_str(text),
                None => serializer.serialize_f64(value),
            },
            View::Json(value) => value.serialize(serializer),
            View::List(list) => {
                let mut out = serializer.serialize_seq(Some(list.len()))?;
                for index in 0..list.len() {
                    out.serialize_element(&Marked(&list.element(index), marks))?;
                }
                out.end()
            }
            View::Map(pairs) => {
                let mut out = serializer.serialize_map(pairs.count())?;
                let mut done = Ok(());
                pairs.each(&mut |key, value| {
                    done = out.serialize_entry(key, &Marked(&value, marks));
                    done.is_ok()
                });
                done?;
                out.end()
            }
            View::Object(object) => self::object(object, marks, serializer),
        }
    }
}

/// Writes an object: the fields that are set, in order, then the properties of [`Extra`] whose names no set field has.
///
/// A property of [`Extra`] that has the name of a set field is merged into the field's value if both are objects; entries of the field
/// take precedence. So one entry of a map can be sent as `null` beside entries with values.
fn object<S: Serializer>(
    object: &dyn AnyObject,
    marks: Option<&Marks>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let extra = object.extra();
    let mut map = serializer.serialize_map(None)?;
    let set = object.about().properties.iter().enumerate();
    let set = set.filter_map(|(index, name)| Some((*name, object.property(index)?.view()?)));
    if extra.is_empty() {
        for (name, value) in set {
            map.serialize_entry(name, &Marked(&value, marks))?;
        }
    } else {
        with_extra(set, extra, marks, &mut map)?;
    }
    map.end()
}

/// Writes the fields that are set, and the properties of `extra`, with no name twice.
fn with_extra<'a, M: SerializeMap>(
    set: impl Iterator<Item = (&'static str, View<'a>)>,
    extra: &Extra,
    marks: Option<&Marks>,
    map: &mut M,
) -> Result<(), M::Error> {
    let mut written = Vec::new();
    for (name, value) in set {
        match extra.get(name).and_then(|more| merged(&value, more)) {
            Some(merged) => map.serialize_entry(name, &merged)?,
            None => map.serialize_entry(name, &Marked(&value, marks))?,
        }
        written.push(name);
    }
    for (name, value) in extra {
        if !written.contains(&name) {
            map.serialize_entry(name, value)?;
        }
    }
    Ok(())
}

/// Returns `value` with the entries of `more` that it lacks, if both are objects.
fn merged(value: &View<'_>, more: &Value) -> Option<Value> {
    let more = more.as_object()?;
    let Value::Object(mut merged) = serde_json::to_value(value).ok()? else {
        return None;
    };
    for (name, value) in more {
        merged.entry(name).or_insert_with(|| value.clone());
    }
    Some(Value::Object(merged))
}

/// Returns the text of a float that JSON has no number for.
pub(super) fn non_finite(value: f64) -> Option<&'static str> {
    if value.is_finite() {
        None
    } else if value.is_nan() {
        Some("NaN")
    } else if value.is_sign_positive() {
        Some("Infinity")
    } else {
        Some("-Infinity")
    }
}

/// Formats an object for `Debug`: set fields only, without secrets, and only the names of properties without fields.
pub(super) fn debug_object(object: &dyn AnyObject, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
            View::Symbol(text) => debug_symbol(text, f),
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
            View::Object(object) => debug_object(object, f),
        }
    }
}

/// Formats the text of an enum: without quotes, as a variant's name, unless a server sent a text that could not be one.
pub fn debug_symbol(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
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
