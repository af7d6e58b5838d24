//! Finds keys that occur more than once in an object, which serde_json's values do not record.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::json_path;

/// Returns the paths of all such keys of a JSON text.
pub(super) fn keys(text: &str) -> BTreeSet<String> {
    let found = RefCell::default();
    let search = Search {
        at: String::new(),
        found: &found,
    };
    // The text has been read before: it is JSON.
    let _ = search.deserialize(&mut serde_json::Deserializer::from_str(text));
    found.into_inner()
}

/// Searches one value.
struct Search<'a> {
    at: String,
    found: &'a RefCell<BTreeSet<String>>,
}

impl<'de> DeserializeSeed<'de> for Search<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Search<'_> {
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

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut index = 0;
        let search = |index| Search {
            at: json_path::at(&self.at, index),
            found: self.found,
        };
        while list.next_element_seed(search(index))?.is_some() {
            index += 1;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut known = BTreeSet::new();
        while let Some(key) = map.next_key::<String>()? {
            let at = json_path::join(&self.at, &key);
            if !known.insert(key) {
                self.found.borrow_mut().insert(at.clone());
            }
            map.next_value_seed(Search {
                at,
                found: self.found,
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::keys;

    #[test]
    fn keys_that_occur_twice_are_found_at_all_depths() {
        let text = r#"{"a": 1, "b": [{"c": null, "c": true, "d": 0.5}, -1], "a": {"x.y": "", "x.y": 2, "x.y": 3}}"#;
        let found: Vec<String> = keys(text).into_iter().collect();
        assert_eq!(found, ["a", r#"a."x.y""#, "b[0].c"]);
        assert!(keys(r#"{"a": {"b": 1}, "b": {"b": 1}}"#).is_empty());
    }
}
