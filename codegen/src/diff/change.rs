//! The changes between two documents.

use std::fmt;

use serde::Serialize;

use super::{Class, Rule};
use crate::{Errors, json_path};

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// Its class.
    pub class: Class,
    /// The reason for the class.
    pub rule: Rule,
    /// The path in the document (in the old one, if it is about something that is gone).
    #[serde(rename = "place")]
    pub path: String,
    /// The change, as a clause.
    pub message: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.message)
    }
}

/// The revisions that were compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Revision {
    /// Of the old document.
    pub old: String,
    /// Of the new one.
    pub new: String,
}

/// Everything that changed between two documents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Diff {
    /// `sqladmin`, of the new document.
    pub name: String,
    /// `v1`, of the new document.
    pub version: String,
    /// Both revisions.
    pub revision: Revision,
    /// The worst first; within a class, by place.
    pub changes: Vec<Change>,
    /// Parts of either document that have errors and are not compared, such as a method without an HTTP method.
    #[serde(skip)]
    pub warnings: Errors,
}

impl Diff {
    /// The worst class of all changes; `None` when nothing changed.
    #[must_use]
    pub fn class(&self) -> Option<Class> {
        self.changes.iter().map(|change| change.class).max()
    }

    /// How many changes have a class.
    #[must_use]
    pub fn count(&self, class: Class) -> usize {
        self.changes
            .iter()
            .filter(|change| change.class == class)
            .count()
    }
}

/// `2 breaking, 5 additive, 1 docs-only`, or `no changes`.
impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts: Vec<String> = [Class::Breaking, Class::Additive, Class::DocsOnly]
            .into_iter()
            .map(|class| (class, self.count(class)))
            .filter(|(_, count)| *count > 0)
            .map(|(class, count)| format!("{count} {class}"))
            .collect();
        if counts.is_empty() {
            f.write_str("no changes")
        } else {
            f.write_str(&counts.join(", "))
        }
    }
}

/// The recorded changes.
#[derive(Debug, Default)]
pub(super) struct Changes(Vec<Change>);

impl Changes {
    pub(super) fn push(&mut self, rule: Rule, path: impl Into<String>, message: impl Into<String>) {
        self.0.push(Change {
            class: rule.class(),
            rule,
            path: path.into(),
            message: message.into(),
        });
    }

    /// Records keys that differ and that only readers notice: all but those that are compared on their own.
    pub(super) fn texts(&mut self, at: &str, differing: &[&str], compared: &str) {
        let is_compared = |key: &&&str| compared.split(' ').any(|other| other == **key);
        for key in differing.iter().filter(|key| !is_compared(key)) {
            self.push(
                Rule::Text,
                json_path::join(at, key),
                format!("`{key}` changed"),
            );
        }
    }

    /// Records a key that only readers notice.
    pub(super) fn text<T: PartialEq>(&mut self, at: &str, key: &str, old: &T, new: &T) {
        if old != new {
            self.push(
                Rule::Text,
                json_path::join(at, key),
                format!("`{key}` changed"),
            );
        }
    }

    /// Records a key whose value is written differently and means the same.
    pub(super) fn respelled<T: PartialEq>(&mut self, at: &str, key: &str, old: &T, new: &T) {
        if old != new {
            self.push(
                Rule::SameMeaning,
                json_path::join(at, key),
                format!("`{key}` is written differently and means the same"),
            );
        }
    }

    /// Records a mark of deprecation: the code gets or loses a warning.
    pub(super) fn deprecation(&mut self, at: &str, old: bool, new: bool) {
        match (old, new) {
            (false, true) => self.push(
                Rule::Deprecation,
                json_path::join(at, "deprecated"),
                "is deprecated",
            ),
            (true, false) => {
                self.push(
                    Rule::Deprecation,
                    json_path::join(at, "deprecated"),
                    "is no longer deprecated",
                );
            }
            _ => {}
        }
    }

    /// Whether there is a breaking change at a path, above it or below it.
    pub(super) fn is_broken(&self, path: &str) -> bool {
        self.0.iter().any(|change| {
            change.class == Class::Breaking
                && (is_within(path, &change.path) || is_within(&change.path, path))
        })
    }

    pub(super) fn sorted(self) -> Vec<Change> {
        let mut changes = self.0;
        changes.sort_by(|a, b| (b.class, &a.path, &a.message).cmp(&(a.class, &b.path, &b.message)));
        changes
    }
}

/// Whether a path is another one or below it.
fn is_within(inner: &str, outer: &str) -> bool {
    inner
        .strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// Returns `` `a` became `b` ``, `` `a` is gone ``, `` is `b` ``
pub(super) fn became(old: &Option<String>, new: &Option<String>) -> String {
    match (old, new) {
        (Some(old), Some(new)) => format!("`{old}` became `{new}`"),
        (Some(old), None) => format!("`{old}` is gone"),
        (None, Some(new)) => format!("is `{new}`, and was nothing"),
        (None, None) => "did not change".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_places() {
        assert!(is_within("a.b", "a") && is_within("a[1]", "a") && is_within("a", "a"));
        assert!(!is_within("ab", "a") && !is_within("a", "a.b"));
    }

    #[test]
    fn the_worst_comes_first() {
        let mut changes = Changes::default();
        changes.push(Rule::Text, "a", "x");
        changes.push(Rule::Type, "c", "x");
        changes.push(Rule::ValueNew, "b", "x");
        changes.push(Rule::Type, "b", "x");
        let places: Vec<String> = changes
            .sorted()
            .iter()
            .map(|change| format!("{} {}", change.class, change.path))
            .collect();
        assert_eq!(
            places,
            ["breaking b", "breaking c", "additive b", "docs-only a"]
        );
    }
}
