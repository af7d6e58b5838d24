//! Structs of the document: every known key, and a map for the others.
//!
//! Derived code with a flattened map would buffer every object, which is slow and loses the line and column of an
//! error. This macro reads straight from the text.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

/// Whether a value needs no key in the document.
pub(super) trait Absent {
    fn is_absent(&self) -> bool;
}

/// A struct of the document.
pub(crate) trait Record {
    /// Returns the keys whose values differ, those that this crate does not know last.
    fn differing<'a>(&'a self, other: &'a Self) -> Vec<&'a str>;
}

/// The start of the message about a key that an object has twice.
pub(super) const TWICE: &str = "a key twice";

/// Reads the value of a key.
pub(super) trait Read<'de>: Sized {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

/// Reads by [`Read`].
pub(super) struct By<T>(pub(super) T);

impl<'de, T: Read<'de>> Deserialize<'de> for By<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read(deserializer).map(By)
    }
}

impl<'de, T: Deserialize<'de>> Read<'de> for Option<T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl<'de, T: Deserialize<'de>> Read<'de> for Vec<T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

impl<'de> Read<'de> for bool {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }
}

/// A map in which a key occurs once.
impl<'de, T: Deserialize<'de>> Read<'de> for BTreeMap<String, T> {
    fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = BTreeMap<String, T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = BTreeMap::new();
                while let Some((key, value)) = map.next_entry()? {
                    if entries.insert(key, value).is_some() {
                        return Err(A::Error::custom(TWICE));
                    }
                }
                Ok(entries)
            }
        }

        deserializer.deserialize_map(Entries(PhantomData))
    }
}

impl<T> Absent for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T> Absent for Vec<T> {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl<K, V> Absent for BTreeMap<K, V> {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl Absent for bool {
    fn is_absent(&self) -> bool {
        !*self
    }
}

/// Defines a struct with its `Serialize` and `Deserialize`. A key that is `null` counts as missing; a key that is not
/// known goes to `others`; one that occurs twice is an error, [`TWICE`].
macro_rules! record {
    (@read $map:ident $ty:ty) => {
        $map.next_value::<Option<By<$ty>>>()?.map(|read| read.0).unwrap_or_default()
    };
    (@read $map:ident $ty:ty, $by:ident) => {
        $map.next_value::<Option<$by>>()?.and_then(|read| read.0)
    };
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident { $( $(#[$field_meta:meta])* pub $field:ident: $ty:ty = $key:literal $(by $by:ident)?, )* }
    )*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $ty, )*
            /// Keys that this crate does not know.
            pub others: BTreeMap<String, serde_json::Value>,
        }

        impl Record for $name {
            fn differing<'a>(&'a self, other: &'a Self) -> Vec<&'a str> {
                let mut keys: Vec<&'a str> = Vec::new();
                $( if self.$field != other.$field {
                    keys.push($key);
                } )*
                let (old, new) = (&self.others, &other.others);
                let more = new.keys().filter(|key| !old.contains_key(*key));
                let all = old.keys().chain(more);
                keys.extend(all.filter(|key| old.get(*key) != new.get(*key)).map(String::as_str));
                keys
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Visitor;

                impl<'de> serde::de::Visitor<'de> for Visitor {
                    type Value = $name;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a JSON object")
                    }

                    fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<$name, A::Error> {
                        let mut record = $name::default();
                        while let Some(key) = map.next_key::<String>()? {
                            match key.as_str() {
                                $( $key => {
                                    if !record.$field.is_absent() {
                                        return Err(serde::de::Error::custom(TWICE));
                                    }
                                    record.$field = record!(@read map $ty $(, $by)?);
                                } )*
                                _ => {
                                    if record.others.insert(key, map.next_value()?).is_some() {
                                        return Err(serde::de::Error::custom(TWICE));
                                    }
                                }
                            }
                        }
                        Ok(record)
                    }
                }

                deserializer.deserialize_map(Visitor)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                $( if !self.$field.is_absent() {
                    map.serialize_entry($key, &self.$field)?;
                } )*
                for (key, value) in &self.others {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    )*};
}

pub(super) use record;
