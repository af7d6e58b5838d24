//! Changes and their classes.

use std::fmt;

use serde::Serialize;

use super::{Class, Rule};
use crate::{Errors, json_path};

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Change {
    /// What it means.
    pub class: Class,
    /// Why it has this class.
    pub rule: Rule,
    /// Where it is in the document (in the old one, if it is about something that is gone).
    pub place: String,
    /// What changed, as a clause.
    pub message: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
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
    /// `sqladmin`, as the new document says.
    pub name: String,
    /// `v1`, as the new document says.
    pub version: String,
    /// Both revisions.
    pub revision: Revision,
    /// The worst first; within a class, by place.
    pub changes: Vec<Change>,
    /// What is wrong in either document and is left out of the comparison, such as a method of which nothing can be made.
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

/// The changes so far.
#[derive(Debug, Default)]
pub(super) struct Changes(Vec<Change>);

impl Changes {
    pub(super) fn push(
        &mut self,
        rule: Rule,
        place: impl Into<String>,
        message: impl Into<String>,
    ) {
        self.0.push(Change {
            class: rule.class(),
            rule,
            place: place.into(),
            message: message.into(),
        });
    }

    /// Records the keys that differ, without those that are compared on their own: only readers take notice of the others.
    pub(super) fn texts(&mut self, at: &str, differing: &[&str], compared: &[&str]) {
        for key in differing.iter().filter(|key| !compared.contains(key)) {
            self.push(
                Rule::Text,
                json_path::join(at, key),
                format!("`{key}` changed"),
            );
        }
    }

    /// A key of which only readers take notice.
    pub(super) fn text<T: PartialEq>(&mut self, at: &str, key: &str, old: &T, new: &T) {
        if old != new {
            self.push(
                Rule::Text,
                json_path::join(at, key),
                format!("`{key}` changed"),
            );
        }
    }

    /// A key whose value is written differently and means the same.
    pub(super) fn respelled<T: PartialEq>(&mut self, at: &str, key: &str, old: &T, new: &T) {
        if old != new {
            self.push(
                Rule::SameMeaning,
                json_path::join(at, key),
                format!("`{key}` is written differently and means the same"),
            );
        }
    }

    /// A mark of deprecation: the code gets or loses a warning.
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

    /// Whether a breaking change is told at a place, above it or below it.
    pub(super) fn is_broken(&self, place: &str) -> bool {
        self.0.iter().any(|change| {
            change.class == Class::Breaking
                && (is_within(place, &change.place) || is_within(&change.place, place))
        })
    }

    pub(super) fn sorted(self) -> Vec<Change> {
        let mut changes = self.0;
        changes
            .sort_by(|a, b| (b.class, &a.place, &a.message).cmp(&(a.class, &b.place, &b.message)));
        changes
    }
}

/// Whether a place is another one or a part of it.
fn is_within(inner: &str, outer: &str) -> bool {
    inner
        .strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// `` `a` became `b` ``, `` `a` is gone ``, `` is `b` ``
pub(super) fn told(old: &Option<String>, new: &Option<String>) -> String {
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
            .map(|change| format!("{} {}", change.class, change.place))
            .collect();
        assert_eq!(
            places,
            ["breaking b", "breaking c", "additive b", "docs-only a"]
        );
    }
}
