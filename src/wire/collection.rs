//! Lists, maps, boxes and free-form JSON.

use super::{Get, Object, Put, Reading, Selection, Shape, Wire, Written};
use crate::value::Extra;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

/// Most room that is set aside before the items are seen.
const RESERVE: usize = 1024;

/// Failures for all that is not the expected container.
macro_rules! reject_scalars {
    ($($method:ident($type:ty, $found:literal)),*) => {
        $(
            fn $method<E: Error>(self, _: $type) -> Result<Self::Value, E> {
                Err(super::object::expected(&self, $found))
            }
        )*

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Err(super::object::expected(&self, "null"))
        }
    };
}
pub(super) use reject_scalars;

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Wire> Visitor<'de> for ListVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
        let mut list = Vec::with_capacity(items.size_hint().unwrap_or(0).min(RESERVE));
        while T::read_next(&mut list, &mut items)? {}
        Ok(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<Vec<T>, A::Error> {
        Err(super::object::expected(&self, "an object"))
    }

    reject_scalars!(
        visit_bool(bool, "a boolean"),
        visit_i64(i64, "a number"),
        visit_u64(u64, "a number"),
        visit_f64(f64, "a number"),
        visit_str(&str, "a string")
    );
}

impl<T: Wire> Wire for Vec<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Written))
    }

    fn select(selection: &mut Selection) {
        T::select(selection);
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

struct MapVisitor<T>(PhantomData<T>);

impl<'de, T: Wire> Visitor<'de> for MapVisitor<T> {
    type Value = BTreeMap<String, T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<BTreeMap<String, T>, A::Error> {
        let mut map = BTreeMap::new();
        while let Some(key) = entries.next_key()? {
            map.insert(key, entries.next_value_seed(Reading(PhantomData))?);
        }
        Ok(map)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<BTreeMap<String, T>, A::Error> {
        Err(super::object::expected(&self, "a list"))
    }

    reject_scalars!(
        visit_bool(bool, "a boolean"),
        visit_i64(i64, "a number"),
        visit_u64(u64, "a number"),
        visit_f64(f64, "a number"),
        visit_str(&str, "a string")
    );
}

impl<T: Wire> Wire for BTreeMap<String, T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, T>, D::Error> {
        deserializer.deserialize_any(MapVisitor(PhantomData))
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(key, value)| (key, Written(value))))
    }

    fn shape() -> Shape {
        Shape::Map(T::shape)
    }

    fn select(selection: &mut Selection) {
        selection.entries(T::select);
    }

    fn absent() -> Option<Self> {
        Some(Self::new())
    }
}

impl Wire for Value {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        Value::deserialize(deserializer)
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.serialize(serializer)
    }
}

// `Box` is fundamental: another crate could implement `Object` for a box of its own type, so `Wire` must come to boxes
// through `Object` as well.
impl<T: Object> Object for Box<T> {
    const NAME: &'static str = T::NAME;
    const SECRETS: &'static [&'static str] = T::SECRETS;

    fn index(name: &str) -> usize {
        T::index(name)
    }

    fn set<G: Get>(&mut self, index: usize, value: &mut G) {
        T::set(self, index, value);
    }

    fn put<P: Put>(&self, out: &mut P) {
        T::put(self, out);
    }

    fn extra(&self) -> &Extra {
        T::extra(self)
    }

    fn extra_mut(&mut self) -> &mut Extra {
        T::extra_mut(self)
    }
}
