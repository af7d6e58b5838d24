//! Writes values to any serde format, whatever their types.

use std::cell::{Cell, RefCell};
use std::io;
use std::ops::Range;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;

use super::number::non_finite;
use super::object::{AnyObject, Object};
use super::property::View;
use super::{Wire, text};
use crate::value::Extra;

/// Writes an object: the fields that are set, in order, then what [`Extra`] holds for names that no set field has.
///
/// An object in [`Extra`] that has the name of a set field is merged into that field's value, where that is an object too; what the
/// field has wins. This is how one entry of a map travels as `null` beside entries that have values.
///
/// # Errors
/// Only the serializer's own.
#[inline]
pub fn serialize<T: Object, S: Serializer>(object: &T, serializer: S) -> Result<S::Ok, S::Error> {
    self::object(object, None, serializer)
}

/// Whether two objects say the same on the wire.
#[inline]
pub fn eq<T: Object>(left: &T, right: &T) -> bool {
    same(left, right)
}

fn same(left: &dyn AnyObject, right: &dyn AnyObject) -> bool {
    let value = |object| serde_json::to_value(View::Object(object)).ok();
    value(left) == value(right)
}

/// The text of a value, and where bytes stand in it whose text is another one in the standard alphabet.
pub(crate) struct Written {
    pub(crate) text: Vec<u8>,
    pub(crate) base64: Vec<Range<usize>>,
}

/// Encodes a value.
///
/// # Errors
/// Those of serde_json, such as a map in a program's own `Serialize` that fails.
#[inline]
pub(crate) fn to_vec<T: Wire>(value: &T) -> Result<Written, serde_json::Error> {
    view_to_vec(&value.view())
}

fn view_to_vec(value: &View<'_>) -> Result<Written, serde_json::Error> {
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

/// Where the writer is, and where bytes stood.
#[derive(Default)]
struct Marks {
    at: Cell<usize>,
    base64: RefCell<Vec<Range<usize>>>,
}

/// A text whose length can be asked for while it is written.
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

/// A value, and where to note the places of its bytes.
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
                let text = text::encode(bytes);
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

/// Writes the properties that are set, and what is in `extra` besides, no name twice.
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

/// `value` with the entries of `more` that it lacks, where both are objects.
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
