//! What became of each document.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::service::Missing;
use super::spec::Spec;
use crate::diagnostic::{Failure, Outcome};
use crate::print;

/// What became of a document.
#[derive(Clone, Debug)]
pub(super) enum What {
    New(String),
    Same(String),
    Changed {
        old: String,
        new: String,
        counts: Option<Counts>,
    },
    Older {
        present: String,
        offered: String,
    },
    Edited(PathBuf),
    Missing(Missing),
}

/// How much a new revision changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counts {
    pub(super) breaking: usize,
    pub(super) additive: usize,
    pub(super) docs_only: usize,
}

/// What became of all documents.
pub(super) struct Report {
    /// Whether documents were named: then each has to be fetched, and each is reported.
    named: bool,
    documents: BTreeMap<Spec, What>,
}

impl Report {
    pub(super) fn new(named: bool) -> Self {
        Self {
            named,
            documents: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, spec: &Spec, what: What) {
        self.documents.insert(spec.clone(), what);
    }

    /// Prints one line for each document that changed or needs attention, and one for all.
    pub(super) fn print(&self, as_json: bool) -> Outcome {
        if as_json {
            let documents: Vec<Value> = self
                .documents
                .iter()
                .map(|(spec, what)| what.json(spec))
                .collect();
            return crate::print::json(&json!({ "documents": documents }));
        }
        let mut text = String::new();
        for (spec, what) in &self.documents {
            if let Some(line) = what.line(self.named) {
                text.push_str(&format!("{spec}: {line}\n"));
            }
        }
        if !self.named {
            text.push_str(&self.sum());
        }
        print(&text)
    }

    /// `3 new, 2 changed, 20 up to date, 1 not found`
    fn sum(&self) -> String {
        let count = |is: fn(&What) -> bool| self.documents.values().filter(|what| is(what)).count();
        let counts = [
            ("new", count(|what| matches!(what, What::New(_)))),
            (
                "changed",
                count(|what| matches!(what, What::Changed { .. })),
            ),
            ("up to date", count(|what| matches!(what, What::Same(_)))),
            (
                "kept",
                count(|what| matches!(what, What::Older { .. } | What::Edited(_))),
            ),
            ("missing", count(|what| matches!(what, What::Missing(_)))),
        ];
        let counted: Vec<String> = counts
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(what, count)| format!("{count} {what}"))
            .collect();
        format!(
            "{} documents: {}\n",
            self.documents.len(),
            counted.join(", ")
        )
    }

    /// Returns errors for the named documents that could not be fetched.
    pub(super) fn failures(&self) -> Vec<Failure> {
        if !self.named {
            // One that is gone must not keep the others from being brought up to date, but not one at all is a failure.
            let missing = self
                .documents
                .values()
                .all(|what| matches!(what, What::Missing(_)));
            let first = self.documents.iter().next().filter(|_| missing);
            return first
                .and_then(|(spec, what)| what.failure(spec))
                .into_iter()
                .collect();
        }
        self.documents
            .iter()
            .filter_map(|(spec, what)| what.failure(spec))
            .collect()
    }
}

impl What {
    /// Returns `None` for a document without change, and for one that is reported as an error.
    fn line(&self, named: bool) -> Option<String> {
        Some(match self {
            Self::New(revision) => format!("new, revision {revision}"),
            Self::Same(_) if !named => return None,
            Self::Same(revision) => format!("up to date, revision {revision}"),
            Self::Changed { old, new, counts } => {
                let revisions = if old == new {
                    format!("changed within revision {new}")
                } else {
                    format!("revision {old} -> {new}")
                };
                match counts.map(|counts| counts.to_string()) {
                    Some(counts) => format!("{revisions} ({counts})"),
                    None => revisions,
                }
            }
            Self::Older { .. } | Self::Edited(_) | Self::Missing(_) if named => return None,
            Self::Older { present, offered } => {
                format!("kept revision {present}, which is newer than {offered}")
            }
            Self::Edited(path) => format!("kept {}, which was edited", path.display()),
            Self::Missing(missing) => missing.message.clone(),
        })
    }

    fn failure(&self, spec: &Spec) -> Option<Failure> {
        Some(match self {
            Self::New(_) | Self::Same(_) | Self::Changed { .. } => return None,
            Self::Older { present, offered } => Failure::new(format!(
                "{spec}: revision {offered} is older than revision {present}, which is here"
            ))
            .help("--force takes it nevertheless"),
            Self::Edited(path) => Failure::new(format!(
                "{spec}: {} differs from its entry in the index; it was edited",
                path.display()
            ))
            .help("move the edits into an override file, then give --force"),
            Self::Missing(missing) => missing.failure(&spec.to_string()),
        })
    }

    fn json(&self, spec: &Spec) -> Value {
        let (name, version) = (&spec.name, &spec.version);
        let mut object = match self {
            Self::New(revision) => json!({"status": "new", "revision": revision}),
            Self::Same(revision) => json!({"status": "same", "revision": revision}),
            Self::Changed { old, new, counts } => json!({
                "status": "changed",
                "from": old,
                "revision": new,
                "changes": counts.map(|counts| json!({
                    "breaking": counts.breaking,
                    "additive": counts.additive,
                    "docs-only": counts.docs_only,
                })),
            }),
            Self::Older { present, offered } => {
                json!({"status": "kept", "revision": present, "offered": offered, "reason": "older"})
            }
            Self::Edited(_) => json!({"status": "kept", "reason": "edited"}),
            Self::Missing(missing) => json!({"status": "missing", "reason": missing.message}),
        };
        object["name"] = json!(name);
        object["version"] = json!(version);
        object
    }
}

/// `2 breaking, 5 additive, 1 docs-only`
impl std::fmt::Display for Counts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let counts: Vec<String> = [
            (self.breaking, "breaking"),
            (self.additive, "additive"),
            (self.docs_only, "docs-only"),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, class)| format!("{count} {class}"))
        .collect();
        if counts.is_empty() {
            f.write_str("no changes")
        } else {
            f.write_str(&counts.join(", "))
        }
    }
}
