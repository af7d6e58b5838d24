//! The state and the helpers that all parts of a comparison share.

use std::collections::{BTreeMap, BTreeSet};

use super::Rule;
use super::change::Changes;
use crate::document::{self, Schema};
use crate::model::{self, Api};

/// A comparison in progress.
pub(super) struct Comparison {
    /// The schemas that requests carry, in either document.
    pub(super) sent: BTreeSet<String>,
    pub(super) bases: Bases,
    pub(super) changes: Changes,
}

/// The first part of all addresses, before and after.
pub(super) struct Bases {
    pub(super) old: String,
    pub(super) new: String,
}

impl Bases {
    pub(super) fn of(old: &Api, new: &Api) -> Self {
        let base = |api: &Api| normal(&format!("{}{}", api.root_url, api.service_path));
        Self {
            old: base(old),
            new: base(new),
        }
    }

    /// Whether a method's requests go to the same URL.
    pub(super) fn lead_to_one(&self, old: ComparedMethod<'_>, new: ComparedMethod<'_>) -> bool {
        let address =
            |base: &str, method: ComparedMethod<'_>| format!("{base}{}", method.meant.path);
        address(&self.old, old) == address(&self.new, new)
    }
}

/// A method as the document and the model have it.
#[derive(Clone, Copy)]
pub(super) struct ComparedMethod<'a> {
    pub(super) written: &'a document::RestMethod,
    pub(super) meant: &'a model::Method,
}

impl Comparison {
    /// Records that something is no longer offered, or newly.
    pub(super) fn offered(
        &mut self,
        at: impl Into<String>,
        (before, after): (bool, bool),
        gone: (Rule, &str),
        new: (Rule, &str),
    ) {
        match (before, after) {
            (true, false) => self.changes.push(gone.0, at, gone.1),
            (false, true) => self.changes.push(new.0, at, new.1),
            _ => {}
        }
    }

    /// Records that something is gone. `twin` is its probable new name.
    pub(super) fn gone(&mut self, at: &str, rule: Rule, what: &str, twin: Option<&str>) {
        let message = match twin {
            Some(twin) => format!("the {what} is gone; `{twin}`, which is new, is like it"),
            None => format!("the {what} is gone"),
        };
        self.changes.push(rule, at, message);
    }
}

/// Returns an address without the slashes around it, which are ignored.
pub(super) fn slashless(address: &Option<String>) -> &str {
    address.as_deref().unwrap_or_default().trim_matches('/')
}

/// Returns a URL with its scheme and host in lower case (RFC 3986, section 6.2.2.1).
fn normal(url: &str) -> String {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find('/').map_or(url.len(), |at| host + at);
    format!("{}{}", url[..end].to_ascii_lowercase(), &url[end..])
}

/// Returns the keys that only the first map has, and those that only the second has.
pub(super) fn apart<'a, T>(
    old: &'a BTreeMap<String, T>,
    new: &'a BTreeMap<String, T>,
) -> (Vec<&'a str>, Vec<&'a str>) {
    let only = |a: &'a BTreeMap<String, T>, b: &BTreeMap<String, T>| {
        a.keys()
            .filter(|key| !b.contains_key(*key))
            .map(String::as_str)
            .collect()
    };
    (only(old, new), only(new, old))
}

/// Returns a schema without its name.
pub(super) fn nameless(schema: &Schema) -> Schema {
    Schema {
        id: None,
        ..schema.clone()
    }
}

/// Returns, for names that are gone, the new name of the same thing, where there is only one on both sides.
pub(super) fn twins<'a, K: PartialEq>(
    gone: &[&'a str],
    added: &[&'a str],
    old: impl Fn(&str) -> Option<K>,
    new: impl Fn(&str) -> Option<K>,
) -> BTreeMap<&'a str, &'a str> {
    let known = |names: &[&'a str], of: &dyn Fn(&str) -> Option<K>| -> Vec<(&'a str, K)> {
        names
            .iter()
            .filter_map(|name| Some((*name, of(name)?)))
            .collect()
    };
    let (gone, added) = (known(gone, &old), known(added, &new));
    let only = |wanted: &K, among: &[(&'a str, K)]| {
        let mut same = among.iter().filter(|(_, other)| other == wanted);
        let first = same.next()?.0;
        same.next().is_none().then_some(first)
    };
    gone.iter()
        .filter_map(|(name, thing)| {
            only(thing, &gone)?;
            Some((*name, only(thing, &added)?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_unique_pair_is_returned() {
        let of = |name: &str| name.chars().next();
        let found = twins(&["a1", "b1", "b2", "c1"], &["a9", "b9", "c8", "c9"], of, of);
        assert_eq!(found, BTreeMap::from([("a1", "a9")]));
    }
}
