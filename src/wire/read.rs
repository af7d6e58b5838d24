//! Reads values from any serde format, whatever their types.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;

use super::Wire;
use super::object::{AnyObject, Object};
use super::property::{Elements, Entries, Expected, Kind, Open, Property};
use super::scalar::Found;
use crate::fields::read_part;

/// Reads an object.
///
/// # Errors
/// When the value is no object, or a property has another type.
#[inline]
pub fn deserialize<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut object = T::default();
    deserializer.deserialize_any(ToObject(&mut object))?;
    Ok(object)
}

/// Decodes one value, and refuses anything after it.
///
/// # Errors
/// When the text is not JSON, or the value has another type.
#[inline]
pub(crate) fn from_slice<T: Wire>(body: &[u8]) -> Result<T, serde_json::Error> {
    let mut place = None;
    slice(body, &mut place)?;
    place.ok_or_else(|| serde_json::Error::custom(T::EXPECTED))
}

/// Decodes an object as [`from_slice`] does.
///
/// # Errors
/// As for [`from_slice`].
#[inline]
pub(crate) fn object_from_slice<T: Object>(body: &[u8]) -> Result<T, serde_json::Error> {
    let mut object = T::default();
    object_slice(body, &mut object)?;
    Ok(object)
}

// The parser of JSON is compiled here, once, and not in every program.

fn slice(body: &[u8], place: &mut dyn Property) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    value(place, &mut deserializer)?;
    deserializer.end()
}

fn object_slice(body: &[u8], object: &mut dyn AnyObject) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    deserializer.deserialize_any(ToObject(object))?;
    deserializer.end()
}

/// Reads a value that is not `null`.
pub(super) fn value<'de, D: Deserializer<'de>>(
    property: &mut dyn Property,
    deserializer: D,
) -> Result<(), D::Error> {
    deserializer.deserialize_any(ToProperty(property))
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

/// Reads a value that is not `null`.
struct ToProperty<'a>(&'a mut dyn Property);

/// The key under which serde_json's `arbitrary_precision` hands over numbers.
const DIGITS: &str = "$serde_json::private::Number";

impl ToProperty<'_> {
    #[inline]
    fn take<E: Error>(self, found: Found<'_>) -> Result<(), E> {
        if self.0.take(found) {
            Ok(())
        } else {
            Err(mismatch(self.0.expected(), found))
        }
    }
}

impl<'de> DeserializeSeed<'de> for ToProperty<'_> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ToProperty<'_> {
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
            Some(Open::Object(object)) => ToObject(object).visit_map(map),
            Some(Open::Map(entries)) => fill(entries, map),
            Some(Open::Part(part)) => read_part(part, map),
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
pub(crate) fn mismatch<E: Error>(expected: Expected, found: Found<'_>) -> E {
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
        if let Some(object) = self.0.object() {
            return deserializer.deserialize_any(ToObject(object));
        }
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
            done = map.next_value_seed(ToProperty(place));
        });
        done?;
    }
    Ok(())
}

/// Reads the properties of an object into one that has none yet. Objects are large, so they are read where they are to stay.
struct ToObject<'a>(&'a mut dyn AnyObject);

impl ToObject<'_> {
    #[cold]
    fn refuse<E: Error>(self, found: Found<'_>) -> Result<(), E> {
        Err(mismatch(Expected::object(self.0.about().name), found))
    }
}

impl<'de> Visitor<'de> for ToObject<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Expected::object(self.0.about().name))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let object = self.0;
        while let Some(name) = map.next_key_seed(ToName(object))? {
            match name {
                Name::Of(property) => map.next_value_seed(Nullable(property))?,
                Name::Unknown(name) => keep(object, name, &mut map)?,
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        self.refuse(Found::List)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.refuse(Found::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.refuse(Found::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.refuse(Found::Unsigned(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.refuse(Found::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.refuse(Found::Text(value))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.refuse(Found::Null)
    }
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
