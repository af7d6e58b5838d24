//! Reads values from any serde format, whatever their types.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;

use super::Wire;
use super::object::{AnyObject, Object};
use super::property::{Elements, Entries, Expected, Kind, Open, Place, Property, Within};
use super::scalar::Found;
use crate::fields::read_part;

/// Reads an object.
///
/// # Errors
/// When the value is no object, or a property has another type.
#[inline]
pub fn deserialize<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut object = T::default();
    value(&mut Within(&mut object), deserializer)?;
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
    value(place, &mut deserializer)?;
    deserializer.end()
}

/// Reads a value that is not `null`.
pub(super) fn value<'de, D: Deserializer<'de>>(
    place: &mut dyn Place,
    deserializer: D,
) -> Result<(), D::Error> {
    deserializer.deserialize_any(ToPlace(place))
}

/// What was put in a place. Whoever reads without an error puts something there.
pub(crate) fn made<T: Wire, E: Error>(place: Option<T>) -> Result<T, E> {
    place.ok_or_else(|| E::custom(format_args!("expected {}", T::EXPECTED)))
}

/// Reads a value, or `null`, which empties the property.
pub(crate) struct Nullable<'a>(pub(crate) &'a mut dyn Property);

impl<'de> DeserializeSeed<'de> for Nullable<'_> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de> Visitor<'de> for Nullable<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value or null")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.clear();
        Ok(())
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.0.clear();
        Ok(())
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        value(self.0, deserializer)
    }
}

/// Puts a value that was read already in a property: a scalar, or any JSON where that is what the property takes.
pub(crate) fn put<E: Error>(property: &mut dyn Property, value: Value) -> Result<(), E> {
    let take = |property: &mut dyn Property, found| ToPlace(property).take(found);
    match value {
        Value::Null => {
            property.clear();
            Ok(())
        }
        Value::Bool(value) => take(property, Found::Bool(value)),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => take(property, Found::Int(value)),
            (None, Some(value)) => take(property, Found::Unsigned(value)),
            (None, None) => take(property, Found::Float(number.as_f64().unwrap_or(f64::NAN))),
        },
        Value::String(text) => take(property, Found::Text(&text)),
        Value::Array(_) | Value::Object(_) => {
            let (kind, found) = if value.is_array() {
                (Kind::List, Found::List)
            } else {
                (Kind::Map, Found::Map)
            };
            if let Some(Open::Json(place)) = property.open(kind) {
                *place = Some(value);
                return Ok(());
            }
            take(property, found)
        }
    }
}

/// Reads a value that is not `null`.
struct ToPlace<'a>(&'a mut dyn Place);

/// The key under which serde_json's `arbitrary_precision` hands over numbers.
const DIGITS: &str = "$serde_json::private::Number";

impl ToPlace<'_> {
    #[inline]
    fn take<E: Error>(self, found: Found<'_>) -> Result<(), E> {
        if self.0.take(found) {
            Ok(())
        } else {
            Err(mismatch(self.0.expected(), found))
        }
    }
}

impl<'de> DeserializeSeed<'de> for ToPlace<'_> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ToPlace<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.expected())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.take(Found::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.take(Found::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.take(Found::Unsigned(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.take(Found::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.take(Found::Text(value))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.take(Found::Null)
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.take(Found::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        value(self.0, deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        match self.0.open(Kind::List) {
            Some(Open::List(list)) => {
                while items.next_element_seed(ToList(list))?.is_some() {}
                Ok(())
            }
            Some(Open::Json(place)) => {
                *place = Some(Value::deserialize(SeqAccessDeserializer::new(items))?);
                Ok(())
            }
            _ => self.take(Found::List),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        match self.0.open(Kind::Map) {
            Some(Open::Object(object)) => properties(object, map),
            Some(Open::Map(entries)) => fill(entries, map),
            Some(Open::Part(part, besides)) => read_part(part, besides, map),
            Some(Open::Json(place)) => {
                *place = Some(Value::deserialize(MapAccessDeserializer::new(map))?);
                Ok(())
            }
            Some(Open::List(_)) => self.take(Found::Map),
            None => match map.next_key::<String>()? {
                Some(key) if key == DIGITS => {
                    let digits = map.next_value::<String>()?;
                    self.take(Found::Digits(&digits))
                }
                Some(_) => {
                    map.next_value::<IgnoredAny>()?;
                    self.take(Found::Map)
                }
                None => self.take(Found::Map),
            },
        }
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
struct ToList<'a>(&'a mut dyn Elements);

impl<'de> DeserializeSeed<'de> for ToList<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let mut deserializer = Some(deserializer);
        let mut done = Ok(());
        self.0.add(&mut |place| {
            if let Some(deserializer) = deserializer.take() {
                done = value(place, deserializer);
            }
        });
        done
    }
}

/// Reads the entries of a map.
fn fill<'de, A: MapAccess<'de>>(entries: &mut dyn Entries, mut map: A) -> Result<(), A::Error> {
    while let Some(key) = map.next_key()? {
        let mut done = Ok(());
        entries.add(key, &mut |place| {
            done = map.next_value_seed(ToPlace(place));
        });
        done?;
    }
    Ok(())
}

/// Reads the properties of an object.
fn properties<'de, A: MapAccess<'de>>(
    object: &mut dyn AnyObject,
    mut map: A,
) -> Result<(), A::Error> {
    while let Some(name) = map.next_key_seed(ToName(object))? {
        match name {
            Name::Of(property) => map.next_value_seed(Nullable(property))?,
            Name::Unknown(name) => keep(object, name, &mut map)?,
        }
    }
    Ok(())
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

enum Name<'a> {
    Of(&'a mut dyn Property),
    Unknown(String),
}

/// Reads a name, and finds its property.
struct ToName<'a>(&'a mut dyn AnyObject);

impl<'de, 'a> DeserializeSeed<'de> for ToName<'a> {
    type Value = Name<'a>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name<'a>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'_> for ToName<'a> {
    type Value = Name<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a property name")
    }

    #[inline]
    fn visit_str<E: Error>(self, name: &str) -> Result<Name<'a>, E> {
        match self.0.property_mut(name) {
            Some(property) => Ok(Name::Of(property)),
            None => Ok(Name::Unknown(name.to_owned())),
        }
    }
}
