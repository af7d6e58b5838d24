//! Reads values of any type from any serde format.
//!
//! Within an object, a value that does not fit its place is no error: it is returned to the object, which stores it in its `extra`
//! (see [`Misfits`]). Without an object around it, it is an error.

use std::{borrow::Cow, fmt};

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
    value::{MapAccessDeserializer, SeqAccessDeserializer},
};
use serde_json::Value;

use super::{
    place::{
        AnyObject, Besides, Container, Elements, Entries, Misfits, Open, PartPlace, PathStep,
        Place, Properties, Property, add_misfits, mismatch, no_token, store_misfits, whole_misfit,
        whole_value,
    },
    scalar::Scalar,
};

/// Reads one JSON value into a place, and refuses anything after it.
///
/// Not generic, so that the parser is compiled in this crate and not again in programs.
pub(crate) fn slice(body: &[u8], place: &mut dyn Place) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    value(place, &mut deserializer, false)?;
    deserializer.end()
}

/// Reads a value that is not `null`. With `keeps`, a value that does not fit is returned, and is no error.
pub(super) fn value<'de, D: Deserializer<'de>>(
    place: &mut dyn Place,
    deserializer: D,
    keeps: bool,
) -> Result<Misfits, D::Error> {
    deserializer.deserialize_any(ToPlace { place, keeps })
}

/// Reads a value or `null`. A property is cleared by `null`, and by a value that does not fit and is returned.
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
        self.visit_unit()
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Misfits, D::Error> {
        let misfits = value(self.property, deserializer, self.keeps)?;
        if whole_value(&misfits).is_some() {
            self.property.clear();
        }
        Ok(misfits)
    }
}

/// Reads a value that is not `null`.
struct ToPlace<'a> {
    place: &'a mut dyn Place,
    /// Whether a value that does not fit is returned.
    keeps: bool,
}

/// The key of a number as serde_json passes it with its feature `arbitrary_precision`.
const DIGITS: &str = "$serde_json::private::Number";

impl ToPlace<'_> {
    #[inline]
    fn take<E: Error>(self, scalar: Scalar<'_>) -> Result<Misfits, E> {
        if self.place.take(scalar) {
            Ok(None)
        } else {
            self.misfit(scalar)
        }
    }

    /// Returns a scalar that does not fit, or an error.
    #[cold]
    fn misfit<E: Error>(self, scalar: Scalar<'_>) -> Result<Misfits, E> {
        if self.keeps {
            return Ok(whole_misfit(scalar.to_value()));
        }
        let expected = self.place.expected();
        if expected.is_quoted {
            Err(mismatch(expected, scalar))
        } else {
            Err(mismatch(expected, scalar.kind()))
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
        self.take(Scalar::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Misfits, E> {
        self.take(Scalar::Int(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Misfits, E> {
        self.take(Scalar::Unsigned(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Misfits, E> {
        self.take(Scalar::Float(value))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Misfits, E> {
        self.take(Scalar::Text(value))
    }

    fn visit_unit<E: Error>(self) -> Result<Misfits, E> {
        self.take(Scalar::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Misfits, E> {
        self.take(Scalar::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Misfits, D::Error> {
        value(self.place, deserializer, self.keeps)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Misfits, A::Error> {
        let keeps = self.keeps;
        match self.place.open(Container::List) {
            Some(Open::List(list)) => {
                let mut misfits = None;
                let mut index = 0;
                while let Some(inner) = items.next_element_seed(ToList { list, keeps })? {
                    add_misfits(&mut misfits, || PathStep::Index(index), inner);
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
            return Err(mismatch(self.place.expected(), "a list"));
        }
        Value::deserialize(SeqAccessDeserializer::new(items)).map(whole_misfit)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Misfits, A::Error> {
        let keeps = self.keeps;
        match self.place.open(Container::Map) {
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
            return self.take(Scalar::Digits(&digits));
        }
        if !keeps {
            if first.is_some() {
                map.next_value::<IgnoredAny>()?;
            }
            return Err(mismatch(self.place.expected(), "an object"));
        }
        let mut entries = serde_json::Map::new();
        let mut next = first;
        while let Some(key) = next {
            entries.insert(key, map.next_value()?);
            next = map.next_key()?;
        }
        Ok(whole_misfit(Value::Object(entries)))
    }
}

/// Reads an element, and adds it to a list.
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
            !done
                .as_ref()
                .is_ok_and(|misfits| whole_value(misfits).is_some())
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
                .map(|inner| add_misfits(&mut misfits, || PathStep::Key(key.to_owned()), inner));
        });
        done?;
    }
    Ok(misfits)
}

/// Reads the properties of an object, and stores values that do not fit in its `extra`.
fn properties<'de, A: MapAccess<'de>>(
    object: &mut dyn AnyObject,
    mut map: A,
) -> Result<Misfits, A::Error> {
    while let Some(name) = map.next_key_seed(ToName(object))? {
        match name {
            Name::Known(property, name) => {
                let nullable = Nullable {
                    property,
                    keeps: true,
                };
                if let Some(misfits) = map.next_value_seed(nullable)? {
                    store_misfits(object, &name, *misfits);
                }
            }
            Name::Unknown(name) => unknown(object, name, &mut map)?,
        }
    }
    Ok(None)
}

/// Stores a property that the document does not declare.
#[cold]
fn unknown<'de, A: MapAccess<'de>>(
    object: &mut dyn AnyObject,
    name: String,
    map: &mut A,
) -> Result<(), A::Error> {
    object.extra_mut().insert(name, map.next_value::<Value>()?);
    Ok(())
}

enum Name<'a, 'de> {
    Known(&'a mut dyn Property, Cow<'de, str>),
    Unknown(String),
}

/// Reads the name of a property, and finds the property.
struct ToName<'a>(&'a mut dyn AnyObject);

impl<'a> ToName<'a> {
    #[inline]
    fn named<'de>(self, name: Cow<'de, str>) -> Name<'a, 'de> {
        match self.0.property_mut(&name) {
            Some(property) => Name::Known(property, name),
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

/// Reads a part of the object that a map is.
fn read_part<'de, A: MapAccess<'de>>(
    part: &mut dyn PartPlace,
    besides: Option<Besides<'_>>,
    map: A,
) -> Result<(), A::Error> {
    let mut properties = MapProperties {
        map,
        besides,
        is_besides: false,
        done: Ok(()),
    };
    part.read(&mut properties);
    properties.done
}

/// The entries of a map as [`Properties`].
struct MapProperties<'a, 'de, A: MapAccess<'de>> {
    map: A,
    besides: Option<Besides<'a>>,
    /// Whether the current property is that of `besides`, whose value has been read already.
    is_besides: bool,
    done: Result<(), A::Error>,
}

impl<'de, A: MapAccess<'de>> MapProperties<'_, 'de, A> {
    fn try_next(&mut self, names: &[&str]) -> Result<Option<usize>, A::Error> {
        while let Some(key) = self.map.next_key::<Cow<'de, str>>()? {
            self.is_besides = false;
            if let Some(besides) = &mut self.besides
                && besides.name == key
            {
                *besides.text = match self.map.next_value()? {
                    Value::Null => None,
                    Value::String(text) => Some(text),
                    // Ignoring it would end the list here.
                    _ => return Err(no_token(besides.name)),
                };
                self.is_besides = true;
            }
            if let Some(index) = names.iter().position(|name| *name == key) {
                return Ok(Some(index));
            }
            if !self.is_besides {
                self.map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(None)
    }

    fn try_value(&mut self, property: &mut dyn Property, keeps: bool) -> Result<(), A::Error> {
        let text = self
            .besides
            .as_ref()
            .and_then(|besides| besides.text.as_deref());
        match (self.is_besides, text) {
            // A field of a program has no `extra` for a value that does not fit.
            (false, _) => self
                .map
                .next_value_seed(Nullable { property, keeps })
                .map(|_| ()),
            (true, None) => {
                property.clear();
                Ok(())
            }
            (true, Some(text)) => {
                let place: &mut dyn Place = &mut *property;
                let misfits = ToPlace { place, keeps }.take(Scalar::Text(text))?;
                if misfits.is_some() {
                    property.clear();
                }
                Ok(())
            }
        }
    }
}

impl<'de, A: MapAccess<'de>> Properties for MapProperties<'_, 'de, A> {
    fn next(&mut self, names: &[&str]) -> Option<usize> {
        if self.done.is_err() {
            return None;
        }
        match self.try_next(names) {
            Ok(index) => index,
            Err(error) => {
                self.done = Err(error);
                None
            }
        }
    }

    fn value(&mut self, property: &mut dyn Property, is_optional: bool) {
        self.done = self.try_value(property, is_optional);
    }

    fn fail(&mut self, message: fmt::Arguments<'_>) {
        if self.done.is_ok() {
            self.done = Err(A::Error::custom(message));
        }
    }
}
