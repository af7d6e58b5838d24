//! Lists, maps and free-form JSON.

use std::collections::BTreeMap;

use serde_json::Value;

use super::property::{Elements, Entries, Expected, Kind, Open, Pairs, Place, View};
use super::scalar::Found;
use super::{Selection, Wire};

impl<T: Wire> Wire for Vec<T> {
    const EXPECTED: Expected = Expected::unquoted("a list");

    fn open(place: &mut Option<Vec<T>>, kind: Kind) -> Option<Open<'_>> {
        match kind {
            Kind::List => Some(Open::List(T::list(place))),
            Kind::Map => None,
        }
    }

    fn view(&self) -> View<'_> {
        View::List(self)
    }

    fn select(selection: &mut Selection) {
        T::select(selection);
    }
}

impl<T: Wire> Elements for Vec<T> {
    fn add(&mut self, read: &mut dyn FnMut(&mut dyn Place) -> bool) {
        T::add(self, read);
    }

    fn len(&self) -> usize {
        self.len()
    }

    fn element(&self, index: usize) -> View<'_> {
        self[index].view()
    }
}

impl<T: Wire> Wire for BTreeMap<String, T> {
    const EXPECTED: Expected = Expected::unquoted("an object");

    fn open(place: &mut Option<Self>, kind: Kind) -> Option<Open<'_>> {
        match kind {
            Kind::Map => Some(Open::Map(T::entries(place))),
            Kind::List => None,
        }
    }

    fn view(&self) -> View<'_> {
        View::Map(self)
    }

    fn select(selection: &mut Selection) {
        selection.entries(T::select);
    }
}

impl<T: Wire> Entries for BTreeMap<String, T> {
    fn add(&mut self, key: String, read: &mut dyn FnMut(&str, &mut dyn Place)) {
        T::add_entry(self, key, read);
    }
}

impl<T: Wire> Pairs for BTreeMap<String, T> {
    fn each(&self, to: &mut dyn FnMut(&str, View<'_>) -> bool) {
        for (key, value) in self {
            if !to(key, value.view()) {
                return;
            }
        }
    }

    fn count(&self) -> Option<usize> {
        Some(self.len())
    }
}

impl Wire for Value {
    const EXPECTED: Expected = Expected::unquoted("any value");

    fn from_scalar(found: Found<'_>) -> Option<Value> {
        match found {
            Found::Null => Some(Value::Null),
            Found::Bool(value) => Some(value.into()),
            Found::Int(value) => Some(value.into()),
            Found::Unsigned(value) => Some(value.into()),
            Found::Float(value) => Some(value.into()),
            Found::Text(text) => Some(text.into()),
            // These are opened.
            Found::Digits(_) | Found::List | Found::Map => None,
        }
    }

    fn open(place: &mut Option<Value>, _: Kind) -> Option<Open<'_>> {
        Some(Open::Json(place))
    }

    fn view(&self) -> View<'_> {
        View::Json(self)
    }
}
