//! Lists, maps and free-form JSON.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Selection, Wire,
    place::{Container, Elements, Entries, Expected, Open, Pairs, Place, View},
    scalar::Scalar,
};

impl<T: Wire> Wire for Vec<T> {
    const EXPECTED: Expected = Expected::unquoted("a list");

    fn open(place: &mut Option<Vec<T>>, container: Container) -> Option<Open<'_>> {
        match container {
            Container::List => Some(Open::List(T::list(place))),
            Container::Map => None,
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

    fn open(place: &mut Option<Self>, container: Container) -> Option<Open<'_>> {
        match container {
            Container::Map => Some(Open::Map(T::entries(place))),
            Container::List => None,
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
    fn each(&self, visit: &mut dyn FnMut(&str, View<'_>) -> bool) {
        for (key, value) in self {
            if !visit(key, value.view()) {
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

    fn from_scalar(scalar: Scalar<'_>) -> Option<Value> {
        match scalar {
            Scalar::Null => Some(Value::Null),
            Scalar::Bool(value) => Some(value.into()),
            Scalar::Int(value) => Some(value.into()),
            Scalar::Unsigned(value) => Some(value.into()),
            Scalar::Float(value) => Some(value.into()),
            Scalar::Text(text) => Some(text.into()),
            // serde_json reads these itself, by `open`.
            Scalar::Digits(_) => None,
        }
    }

    fn open(place: &mut Option<Value>, _: Container) -> Option<Open<'_>> {
        Some(Open::Json(place))
    }

    fn view(&self) -> View<'_> {
        View::Json(self)
    }
}
