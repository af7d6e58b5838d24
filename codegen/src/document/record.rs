//! Structs of the document: every known key, and a map for the others.
//!
//! Derived code with a flattened map would buffer every object, which is slow and loses the line and column of an
//! error. This macro reads straight from the text.

/// Whether a value needs no key in the document.
pub(super) trait Absent {
    fn is_absent(&self) -> bool;
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

impl<K, V> Absent for std::collections::BTreeMap<K, V> {
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
/// known goes to `others`.
macro_rules! record {
    ($(
        $(#[$meta:meta])*
        pub struct $name:ident { $( $(#[$field_meta:meta])* pub $field:ident: $ty:ty = $key:literal, )* }
    )*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $name {
            $( $(#[$field_meta])* pub $field: $ty, )*
            /// Keys that this crate does not know.
            pub others: BTreeMap<String, serde_json::Value>,
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
                                $( $key => record.$field = map.next_value::<Option<$ty>>()?.unwrap_or_default(), )*
                                _ => {
                                    record.others.insert(key, map.next_value()?);
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
