//! Where everything is in the text of a document, found without reading the schemas and methods themselves.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// A method of a document that is not lowered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MethodEntry {
    /// The path of its resource and its name: `instances.list`.
    pub name: String,
    /// Its id in the document: `sql.instances.list`.
    pub id: String,
    /// Its HTTP method: `GET`.
    pub verb: String,
    /// Its resources, and its own name.
    pub(crate) segments: Vec<String>,
    /// The schema of its response.
    pub(crate) response: Option<String>,
    pub(crate) text: Range<usize>,
}

impl MethodEntry {
    /// Returns its resources.
    pub(crate) fn resource(&self) -> &[String] {
        self.segments.split_last().map_or(&[], |(_, above)| above)
    }
}

/// The parts of a document, as positions in its text.
#[derive(Debug)]
pub(crate) struct Outline {
    /// All keys but those of methods and schemas.
    pub(crate) head: Vec<(String, Range<usize>)>,
    pub(crate) schemas: BTreeMap<String, Range<usize>>,
    /// In the order of the resource tree.
    pub(crate) methods: Vec<MethodEntry>,
    /// The scopes that methods name.
    pub(crate) scopes: Vec<String>,
}

impl Outline {
    pub(crate) fn of(text: &str) -> Result<Self, serde_json::Error> {
        let top: Top<'_> = serde_json::from_str(text)?;
        let range = |raw: &RawValue| {
            let start = raw.get().as_ptr() as usize - text.as_ptr() as usize;
            start..start + raw.get().len()
        };
        let named = |(name, raw): (Cow<'_, str>, &RawValue)| (name.into_owned(), range(raw));
        let mut outline = Self {
            head: top.head.into_iter().map(named).collect(),
            schemas: top.schemas.into_iter().map(named).collect(),
            methods: Vec::new(),
            scopes: Vec::new(),
        };
        outline.add(&range, &[], top.tree)?;
        outline.scopes.sort_unstable();
        outline.scopes.dedup();
        Ok(outline)
    }

    fn add(
        &mut self,
        range: &dyn Fn(&RawValue) -> Range<usize>,
        above: &[String],
        node: Node<'_>,
    ) -> Result<(), serde_json::Error> {
        for (name, raw) in node.methods.0 {
            let head: MethodHead<'_> = serde_json::from_str(raw.get())?;
            let mut segments = above.to_vec();
            segments.push(name.into_owned());
            let name = segments.join(".");
            for scope in head.scopes.unwrap_or_default() {
                // Most methods name the scopes of the one before.
                if !self
                    .scopes
                    .iter()
                    .rev()
                    .take(16)
                    .any(|known| **known == *scope.0)
                {
                    self.scopes.push(scope.0.into_owned());
                }
            }
            self.methods.push(MethodEntry {
                id: head.id.map_or_else(|| name.clone(), Cow::into_owned),
                verb: head.verb.map(Cow::into_owned).unwrap_or_default(),
                response: head
                    .response
                    .and_then(|response| response.reference)
                    .map(Cow::into_owned),
                text: range(raw),
                name,
                segments,
            });
        }
        for (name, child) in node.resources.0 {
            let path = [above, &[name.into_owned()]].concat();
            self.add(range, &path, child)?;
        }
        Ok(())
    }
}

/// The text of a key or a name, without a copy where it has no escapes.
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// The entries of an object; the last one of a name counts.
struct Entries<'a, T>(BTreeMap<Cow<'a, str>, T>);

impl<T> Default for Entries<'_, T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<'de: 'a, 'a, T: Deserialize<'de>> Deserialize<'de> for Entries<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object<'a, T>(PhantomData<(&'a (), T)>);

        impl<'de: 'a, 'a, T: Deserialize<'de>> Visitor<'de> for Object<'a, T> {
            type Value = Entries<'a, T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Entries::default())
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = BTreeMap::new();
                while let Some((Name(name), value)) = map.next_entry()? {
                    entries.insert(name, value);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_any(Object(PhantomData))
    }
}

/// A resource, or the document as one.
#[derive(Default, Deserialize)]
struct Node<'a> {
    #[serde(borrow, default)]
    methods: Entries<'a, &'a RawValue>,
    #[serde(borrow, default)]
    resources: Entries<'a, Node<'a>>,
}

/// What the outline has of a method.
#[derive(Deserialize)]
struct MethodHead<'a> {
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, rename = "httpMethod")]
    verb: Option<Cow<'a, str>>,
    #[serde(borrow)]
    response: Option<Reference<'a>>,
    #[serde(borrow)]
    scopes: Option<Vec<Name<'a>>>,
}

#[derive(Deserialize)]
struct Reference<'a> {
    #[serde(borrow, rename = "$ref")]
    reference: Option<Cow<'a, str>>,
}

/// The keys of a document.
#[derive(Default)]
struct Top<'a> {
    head: BTreeMap<Cow<'a, str>, &'a RawValue>,
    schemas: BTreeMap<Cow<'a, str>, &'a RawValue>,
    tree: Node<'a>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Top<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Keys<'a>(PhantomData<&'a ()>);

        impl<'de: 'a, 'a> Visitor<'de> for Keys<'a> {
            type Value = Top<'a>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Top<'a>, A::Error> {
                let mut top = Top::default();
                while let Some(Name(key)) = map.next_key()? {
                    match &*key {
                        "schemas" => top.schemas = map.next_value::<Entries<'a, _>>()?.0,
                        "methods" => top.tree.methods = map.next_value()?,
                        "resources" => top.tree.resources = map.next_value()?,
                        _ => {
                            top.head.insert(key, map.next_value()?);
                        }
                    }
                }
                Ok(top)
            }
        }

        deserializer.deserialize_map(Keys(PhantomData))
    }
}

/// Adds the names of all schemas that a JSON text refers to.
pub(crate) fn references(text: &str, into: &mut Vec<String>) -> Result<(), serde_json::Error> {
    let search = References {
        into,
        is_name: false,
    };
    search.deserialize(&mut serde_json::Deserializer::from_str(text))
}

struct References<'a> {
    into: &'a mut Vec<String>,
    /// Whether a text here is the value of a `$ref`.
    is_name: bool,
}

impl<'de> DeserializeSeed<'de> for References<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for References<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        if self.is_name {
            self.into.push(text.to_owned());
        }
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list
            .next_element_seed(References {
                into: &mut *self.into,
                is_name: false,
            })?
            .is_some()
        {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Name(key)) = map.next_key()? {
            map.next_value_seed(References {
                into: &mut *self.into,
                is_name: key == "$ref",
            })?;
        }
        Ok(())
    }
}
