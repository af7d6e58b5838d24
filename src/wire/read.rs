//! Reads values from any serde format, whatever their types.
//!
//! Below an object, a value that does not fit its place is no error: it is handed up to the object, which keeps it (see `misfit`). Where there is no object
//! to keep it, it is one.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;

use std::borrow::Cow;

use super::Wire;
use super::misfit::{self, Misfits, Step, add, keep as keep_misfits};
use super::object::{AnyObject, Object};
use super::property::{Elements, Entries, Expected, Kind, Open, Place, Property, Within};
use super::scalar::Found;
use crate::fields::read_part;

/// Reads an object.
///
/// # Errors
/// When the value is no object.
#[inline]
pub fn deserialize<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut object = T::default();
    value(&mut Within(&mut object), deserializer, false)?;
    Ok(object)
}

/// Decodes one value, and refuses anything after it.
///
/// # Errors
/// When the text is not JSON, or the value has another type.
#[inline]
pub fn from_slice<T: Wire>(body: &[u8]) -> Result<T, serde_json::Error> {
    let mut place = None;
    slice(body, &mut place)?;
    made(place)
}

/// As [`from_slice`], whatever the type: the parser of JSON is compiled here, once, and not in every program.
pub(crate) fn slice(body: &[u8], place: &mut dyn Place) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    value(place, &mut deserializer, false)?;
    deserializer.end()
}

/// Reads a value that is not `null`. With `keeps`, what does not fit is given back, and is no error.
pub(super) fn value<'de, D: Deserializer<'de>>(
    place: &mut dyn Place,
    deserializer: D,
    keeps: bool,
) -> Result<Misfits, D::Error> {
    deserializer.deserialize_any(ToPlace { place, keeps })
}

/// What was put in a place. Whoever reads without an error puts something there.
pub(crate) fn made<T: Wire, E: Error>(place: Option<T>) -> Result<T, E> {
    place.ok_or_else(|| E::custom(format_args!("expected {}", T::EXPECTED)))
}

/// Reads a value, or `null`, which empties the property; so does what does not fit and is kept.
pub(crate) struct Nullable<'a> {
    pub(crate) property: &'a mut dyn Property,
    pub(crate) keeps: bool,
}

impl<'de> DeserializeSeed<'de> for Nullable<'_> {
    type Value = Misfits;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Misfits, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for Nullable<'_> {
    type Value = Misfits;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_unit<E: Error>(self) -> Result<Misfits, E> {
        self.property.clear();
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Misfits, E> {
        self.property.clear();
        Ok(None)
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Misfits, D::Error> {
        let misfits = value(self.property, deserializer, self.keeps)?;
        if misfit::is_whole(&misfits) {
            self.property.clear();
        }
        Ok(misfits)
    }
}

/// Puts a value that was read already in a property: a scalar, or any JSON where that is what the property takes.
pub(crate) fn put<E: Error>(
    property: &mut dyn Property,
    value: Value,
    keeps: bool,
) -> Result<Misfits, E> {
    let take = |place: &mut dyn Property, found| ToPlace { place, keeps }.take(found);
    let misfits = match value {
        Value::Null => {
            property.clear();
            None
        }
        Value::Bool(value) => take(property, Found::Bool(value))?,
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => take(property, Found::Int(value))?,
            (None, Some(value)) => take(property, Found::Unsigned(value))?,
            (None, None) => take(property, Found::Float(number.as_f64().unwrap_or(f64::NAN)))?,
        },
        Value::String(text) => take(property, Found::Text(&text))?,
        Value::Array(_) | Value::Object(_) => {
            let (kind, found) = if value.is_array() {
                (Kind::List, Found::List)
            } else {
                (Kind::Map, Found::Map)
            };
            if let Some(Open::Json(place)) = property.open(kind) {
                *place = Some(value);
                return Ok(None);
            }
            if !keeps {
                return Err(mismatch(property.expected(), found));
            }
            misfit::whole(value)
        }
    };
    if misfit::is_whole(&misfits) {
        property.clear();
    }
    Ok(misfits)
}

/// The error for a value that did not fit as a whole, if one did not.
pub(crate) fn refuse<E: Error>(expected: Expected, misfits: &Misfits) -> Result<(), E> {
    match misfit::value(misfits) {
        None => Ok(()),
        Some(value) => Err(mismatch(
            expected,
            match value {
                Value::Null => Found::Null,
                Value::Bool(value) => Found::Bool(*value),
                Value::Number(_) => Found::Digits("a number"),
                Value::String(text) => Found::Text(text),
                Value::Array(_) => Found::List,
                Value::Object(_) => Found::Map,
            },
        )),
    }
}

/// Reads a value that is not `null`.
struct ToPlace<'a> {
    place: &'a mut dyn Place,
    /// Whether what does not fit is given back.
    keeps: bool,
}

/// The key under which serde_json's `arbitrary_precision` hands over numbers.
const DIGITS: &str = "$serde_json::private::Number";

impl ToPlace<'_> {
    #[inline]
    fn take<E: Error>(self, found: Found<'_>) -> Result<Misfits, E> {
        if self.place.take(found) {
            Ok(None)
        } else {
            self.misfit(found)
        }
    }

    /// A scalar that does not fit.
    #[cold]
    fn misfit<E: Error>(self, found: Found<'_>) -> Result<Misfits, E> {
        if self.keeps {
            Ok(misfit::whole(found.to_value()))
        } else {
            Err(mismatch(self.place.expected(), found))
        }
    }
}

impl<'de> DeserializeSeed<'de> for ToPlace<'_> {
    type Value = Misfits;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Misfits, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ToPlace<'_> {
    type Value = Misfits;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.place.expected())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Misfits, E> {
        self.take(Found::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Misfits, E> {
        self.take(Found::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Misfits, E> {
        self.take(Found::Unsigned(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Misfits, E> {
        self.take(Found::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Misfits, E> {
        self.take(Found::Text(value))
    }

    fn visit_unit<E: Error>(self) -> Result<Misfits, E> {
        self.take(Found::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Misfits, E> {
        self.take(Found::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Misfits, D::Error> {
        value(self.place, deserializer, self.keeps)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Misfits, A::Error> {
        let keeps = self.keeps;
        match self.place.open(Kind::List) {
            Some(Open::List(list)) => {
                let mut misfits = None;
                let mut index = 0;
                while let Some(inner) = items.next_element_seed(ToList { list, keeps })? {
                    add(&mut misfits, || Step::Index(index), inner);
                    index += 1;
                }
                return Ok(misfits);
            }
            Some(Open::Json(place)) => {
                *place = Some(Value::deserialize(SeqAccessDeserializer::new(items))?);
                return Ok(None);
            }
            _ => {}
        }
        if !keeps {
            return Err(mismatch(self.place.expected(), Found::List));
        }
        Value::deserialize(SeqAccessDeserializer::new(items)).map(misfit::whole)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Misfits, A::Error> {
        let keeps = self.keeps;
        match self.place.open(Kind::Map) {
            Some(Open::Object(object)) => return properties(object, map),
            Some(Open::Map(entries)) => return fill(entries, map, keeps),
            Some(Open::Part(part, besides)) => {
                return read_part(part, besides, map).map(|()| None);
            }
            Some(Open::Json(place)) => {
                *place = Some(Value::deserialize(MapAccessDeserializer::new(map))?);
                return Ok(None);
            }
            Some(Open::List(_)) | None => {}
        }
        let first = map.next_key::<String>()?;
        if first.as_deref() == Some(DIGITS) {
            let digits = map.next_value::<String>()?;
            return self.take(Found::Digits(&digits));
        }
        if !keeps {
            if first.is_some() {
                map.next_value::<IgnoredAny>()?;
            }
            return Err(mismatch(self.place.expected(), Found::Map));
        }
        let mut entries = serde_json::Map::new();
        let mut next = first;
        while let Some(key) = next {
            entries.insert(key, map.next_value()?);
            next = map.next_key()?;
        }
        Ok(misfit::whole(Value::Object(entries)))
    }
}

/// The error for a value of another type than a property takes.
#[cold]
fn mismatch<E: Error>(expected: Expected, found: Found<'_>) -> E {
    if expected.is_quoted {
        E::custom(format_args!("expected {expected}, found {found}"))
    } else {
        E::custom(format_args!("expected {expected}, found {}", found.kind()))
    }
}

/// Reads an element to the end of a list.
struct ToList<'a> {
    list: &'a mut dyn Elements,
    keeps: bool,
}

impl<'de> DeserializeSeed<'de> for ToList<'_> {
    type Value = Misfits;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Misfits, D::Error> {
        let mut deserializer = Some(deserializer);
        let mut done = Ok(None);
        self.list.add(&mut |place| {
            if let Some(deserializer) = deserializer.take() {
                done = value(place, deserializer, self.keeps);
            }
            !done.as_ref().is_ok_and(misfit::is_whole)
        });
        done
    }
}

/// Reads the entries of a map.
fn fill<'de, A: MapAccess<'de>>(
    entries: &mut dyn Entries,
    mut map: A,
    keeps: bool,
) -> Result<Misfits, A::Error> {
    let mut misfits = None;
    while let Some(key) = map.next_key()? {
        let mut done = Ok(());
        entries.add(key, &mut |key, place| {
            done = map
                .next_value_seed(ToPlace { place, keeps })
                .map(|inner| add(&mut misfits, || Step::Key(key.to_owned()), inner));
        });
        done?;
    }
    Ok(misfits)
}

/// Reads the properties of an object, which keeps what does not fit.
fn properties<'de, A: MapAccess<'de>>(
    object: &mut dyn AnyObject,
    mut map: A,
) -> Result<Misfits, A::Error> {
    while let Some(name) = map.next_key_seed(ToName(object))? {
        match name {
            Name::Of(property, name) => {
                let nullable = Nullable {
                    property,
                    keeps: true,
                };
                if let Some(misfits) = map.next_value_seed(nullable)? {
                    keep_misfits(object, &name, *misfits);
                }
            }
            Name::Unknown(name) => keep(object, name, &mut map)?,
        }
    }
    Ok(None)
}

/// Keeps a property that the document does not know.
#[cold]
fn keep<'de, A: MapAccess<'de>>(
    object: &mut dyn AnyObject,
    name: String,
    map: &mut A,
) -> Result<(), A::Error> {
    object.extra_mut().insert(name, map.next_value::<Value>()?);
    Ok(())
}

enum Name<'a, 'de> {
    Of(&'a mut dyn Property, Cow<'de, str>),
    Unknown(String),
}

/// Reads a name, and finds its property.
struct ToName<'a>(&'a mut dyn AnyObject);

impl<'a> ToName<'a> {
    #[inline]
    fn named<'de>(self, name: Cow<'de, str>) -> Name<'a, 'de> {
        match self.0.property_mut(&name) {
            Some(property) => Name::Of(property, name),
            None => Name::Unknown(name.into_owned()),
        }
    }
}

impl<'de, 'a> DeserializeSeed<'de> for ToName<'a> {
    type Value = Name<'a, 'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name<'a, 'de>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, 'a> Visitor<'de> for ToName<'a> {
    type Value = Name<'a, 'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a property name")
    }

    #[inline]
    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Name<'a, 'de>, E> {
        Ok(self.named(Cow::Borrowed(name)))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name<'a, 'de>, E> {
        Ok(self.named(Cow::Owned(name.to_owned())))
    }
}
