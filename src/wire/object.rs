//! Objects: the trait that every generated struct implements, and all that is built on it.

use super::collection::reject_scalars;
use super::{Wire, Written};
use crate::value::Extra;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde_json::Value;
use std::fmt;
use std::marker::PhantomData;

/// What [`Object::index`] answers for a name that is no property.
pub const UNKNOWN: usize = usize::MAX;

/// A schema with properties: a struct of optional fields, plus [`Extra`].
///
/// Generated code implements it; programs use the struct's fields.
pub trait Object: Default + Clone + fmt::Debug + Send + Sync + 'static {
    /// The schema's name.
    const NAME: &'static str;
    /// Properties by wire name whose values `Debug` never shows.
    const SECRETS: &'static [&'static str] = &[];

    /// The position of a property, or [`UNKNOWN`].
    fn index(name: &str) -> usize;

    /// Has the property at `index` read from `value`; one at no index is not read.
    fn set<G: Get>(&mut self, index: usize, value: &mut G);

    /// Hands every property to `out`, empty ones too, in the order of the fields.
    fn put<P: Put>(&self, out: &mut P);

    /// What the document does not know.
    fn extra(&self) -> &Extra;

    /// What the document does not know, to change it.
    fn extra_mut(&mut self) -> &mut Extra;
}

/// What gives an [`Object`] the value of one property.
///
/// Like [`Put`], it keeps what goes wrong to itself: results, with a lifetime and an error type that depend on a type parameter, cost the compiler much for
/// every property of every schema.
pub trait Get {
    /// Gives the property its value, once.
    fn field<T: Wire>(&mut self, field: &mut Option<T>);
}

/// What takes the properties of an [`Object`].
pub trait Put {
    /// Takes one property.
    fn field<T: Wire + fmt::Debug>(&mut self, name: &'static str, value: &Option<T>);
}

// --- reading

/// Reads an object from any serde format.
///
/// # Errors
/// When the value is no object, or a property has another type.
#[inline]
pub fn deserialize<'de, T: Object, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut object = T::default();
    Fill(&mut object).deserialize(deserializer)?;
    Ok(object)
}

/// Reads the properties of an object into one that has none yet. Objects are large, so they are read where they are to stay.
pub(super) struct Fill<'a, T>(pub(super) &'a mut T);

impl<'de, T: Object> DeserializeSeed<'de> for Fill<'_, T> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: Object> Visitor<'de> for Fill<'_, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "an object ({})", T::NAME)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let object = self.0;
        while let Some(key) = map.next_key_seed(KeySeed(T::index))? {
            match key {
                Key::Known(index) => {
                    let mut entry = Entry::of(&mut map);
                    object.set(index, &mut entry);
                    entry.end()?;
                }
                Key::Unknown(name) => keep(object.extra_mut(), name, &mut map)?,
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(expected(&self, "a list"))
    }

    reject_scalars!(
        visit_bool(bool, "a boolean"),
        visit_i64(i64, "a number"),
        visit_u64(u64, "a number"),
        visit_f64(f64, "a number"),
        visit_str(&str, "a string")
    );
}

/// The error for a value of another kind than a visitor expects.
#[cold]
pub(crate) fn expected<'de, E: Error>(visitor: &dyn Expecting<'de>, found: &str) -> E {
    struct Expected<'a, 'de>(&'a dyn Expecting<'de>);
    impl fmt::Display for Expected<'_, '_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.expected(f)
        }
    }
    E::custom(format_args!(
        "expected {}, found {found}",
        Expected(visitor)
    ))
}

/// The part of a visitor that can be a trait object.
pub(crate) trait Expecting<'de> {
    fn expected(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

impl<'de, V: Visitor<'de>> Expecting<'de> for V {
    fn expected(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expecting(f)
    }
}

/// The entry of a map whose key has been read.
struct Entry<'a, 'de, A: MapAccess<'de>> {
    map: &'a mut A,
    /// What came of reading the value.
    read: Option<Result<(), A::Error>>,
    data: PhantomData<&'de ()>,
}

impl<'a, 'de, A: MapAccess<'de>> Entry<'a, 'de, A> {
    #[inline]
    fn of(map: &'a mut A) -> Self {
        Self {
            map,
            read: None,
            data: PhantomData,
        }
    }

    /// Passes over a value that nobody has read.
    #[inline]
    fn end(self) -> Result<(), A::Error> {
        match self.read {
            Some(read) => read,
            None => self.map.next_value::<IgnoredAny>().map(|_| ()),
        }
    }
}

impl<'de, A: MapAccess<'de>> Get for Entry<'_, 'de, A> {
    #[inline]
    fn field<T: Wire>(&mut self, field: &mut Option<T>) {
        self.read = Some(super::read(field, self.map));
    }
}

/// Keeps a property that the document does not know.
#[cold]
fn keep<'de, A: MapAccess<'de>>(
    extra: &mut Extra,
    name: String,
    map: &mut A,
) -> Result<(), A::Error> {
    extra.insert(name, map.next_value::<Value>()?);
    Ok(())
}

enum Key {
    Known(usize),
    Unknown(String),
}

/// Reads a name with the function that knows its index, so that all types share the code around it.
struct KeySeed(fn(&str) -> usize);

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a property name")
    }

    #[inline]
    fn visit_str<E: Error>(self, name: &str) -> Result<Key, E> {
        match (self.0)(name) {
            UNKNOWN => Ok(Key::Unknown(name.to_owned())),
            index => Ok(Key::Known(index)),
        }
    }
}

// --- writing

/// Writes an object: the fields that are set, in order, then what [`Extra`] holds for names that no set field has.
///
/// An object in [`Extra`] that has the name of a set field is merged into that field's value, where that is an object too; what the
/// field has wins. This is how one entry of a map travels as `null` beside entries that have values.
///
/// # Errors
/// Only the serializer's own.
pub fn serialize<T: Object, S: Serializer>(object: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let extra = object.extra();
    let mut map = serializer.serialize_map(None)?;
    let mut fields = Fields {
        map: &mut map,
        done: Ok(()),
    };
    if extra.is_empty() {
        object.put(&mut fields);
        fields.done?;
    } else {
        let mut remembering = Remembering {
            fields,
            extra,
            written: Vec::new(),
        };
        object.put(&mut remembering);
        remembering.fields.done?;
        let written = remembering.written;
        for (name, value) in extra {
            if !written.contains(&name) {
                map.serialize_entry(name, value)?;
            }
        }
    }
    map.end()
}

/// Writes the fields that are set, until one fails.
struct Fields<'a, S: SerializeMap> {
    map: &'a mut S,
    done: Result<(), S::Error>,
}

impl<S: SerializeMap> Put for Fields<'_, S> {
    #[inline]
    fn field<T: Wire + fmt::Debug>(&mut self, name: &'static str, value: &Option<T>) {
        if let (Some(value), Ok(())) = (value, &self.done) {
            self.done = self.map.serialize_entry(name, &Written(value));
        }
    }
}

/// Writes the fields that are set, and remembers which, so that no name is written twice.
struct Remembering<'a, S: SerializeMap> {
    fields: Fields<'a, S>,
    extra: &'a Extra,
    written: Vec<&'static str>,
}

impl<S: SerializeMap> Put for Remembering<'_, S> {
    fn field<T: Wire + fmt::Debug>(&mut self, name: &'static str, value: &Option<T>) {
        let Some(set) = value else { return };
        self.written.push(name);
        match self.extra.get(name).and_then(|more| merged(set, more)) {
            Some(merged) => self.fields.field(name, &Some(merged)),
            None => self.fields.field(name, value),
        }
    }
}

/// `value` with the entries of `more` that it lacks, where both are objects.
fn merged<T: Wire>(value: &T, more: &Value) -> Option<Value> {
    let more = more.as_object()?;
    let Value::Object(mut merged) = serde_json::to_value(Written(value)).ok()? else {
        return None;
    };
    for (name, value) in more {
        merged.entry(name).or_insert_with(|| value.clone());
    }
    Some(Value::Object(merged))
}

/// Whether two objects say the same on the wire.
pub fn eq<T: Object>(left: &T, right: &T) -> bool {
    let value = |object: &T| serialize(object, serde_json::value::Serializer).ok();
    value(left) == value(right)
}

// --- names, and what is absent

/// The wire name of a property, found by the place of its field within `object`: the names of fields and properties differ,
/// and only generated code knows both.
///
/// # Panics
/// Never for a field of `object`.
pub(crate) fn wire_name<T: Object, F>(object: &T, field: &Option<F>) -> &'static str {
    struct At {
        place: *const (),
        name: Option<&'static str>,
    }
    impl Put for At {
        fn field<T: Wire>(&mut self, name: &'static str, value: &Option<T>) {
            if std::ptr::from_ref(value).cast() == self.place {
                self.name = Some(name);
            }
        }
    }
    let mut at = At {
        place: std::ptr::from_ref(field).cast(),
        name: None,
    };
    object.put(&mut at);
    at.name.expect("a field of the object itself")
}

/// Gives a property what it stands for when it is absent: a list and a map are empty then.
pub(crate) struct Absent;

impl Get for Absent {
    fn field<T: Wire>(&mut self, field: &mut Option<T>) {
        *field = T::absent();
    }
}

/// The names of all properties, in the order of the fields.
pub(crate) fn names_of<T: Object>() -> Vec<&'static str> {
    struct Names(Vec<&'static str>);
    impl Put for Names {
        fn field<T: Wire>(&mut self, name: &'static str, _: &Option<T>) {
            self.0.push(name);
        }
    }
    let mut names = Names(Vec::new());
    T::default().put(&mut names);
    names.0
}

/// Implements serde's traits, `Debug` and `PartialEq` for a type that is an [`Object`].
#[doc(hidden)]
#[macro_export]
macro_rules! __gapi_object {
    ($($name:ident)*) => {$(
        impl $crate::generated::v1::Serialize for $name {
            #[inline]
            fn serialize<S: $crate::generated::v1::Serializer>(
                &self,
                serializer: S,
            ) -> ::core::result::Result<S::Ok, S::Error> {
                $crate::generated::v1::serialize(self, serializer)
            }
        }
        impl<'de> $crate::generated::v1::Deserialize<'de> for $name {
            #[inline]
            fn deserialize<D: $crate::generated::v1::Deserializer<'de>>(
                deserializer: D,
            ) -> ::core::result::Result<Self, D::Error> {
                $crate::generated::v1::deserialize(deserializer)
            }
        }
        impl ::core::fmt::Debug for $name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                $crate::generated::v1::debug(self, f)
            }
        }
        impl ::core::cmp::PartialEq for $name {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::generated::v1::eq(self, other)
            }
        }
    )*};
}
