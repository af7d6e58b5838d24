//! What became of each document.

use std::collections::BTreeMap;

use gapi_dynamic::fetch::{Counts, FetchError, Spec, Stored};
use serde_json::{Value, json};

use crate::diagnostic::{Failure, Outcome};
use crate::print::{self, is_json};

/// What became of a document.
#[derive(Clone, Debug)]
pub(super) enum What {
    Stored(Stored),
    Missing(FetchError),
    /// Its file is gone, and so is its entry.
    Gone,
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
    pub(super) fn print(&self) -> Outcome {
        if is_json() {
            let documents: Vec<Value> = self
                .documents
                .iter()
                .map(|(spec, what)| what.json(spec))
                .collect();
            return print::json(&json!({ "documents": documents }));
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
        print::print(&text)
    }

    /// `26 documents: 3 new, 2 changed, 20 up to date, 1 not fetched`
    fn sum(&self) -> String {
        const KINDS: [&str; 6] = [
            "new",
            "changed",
            "up to date",
            "kept",
            "gone",
            "not fetched",
        ];
        let counts = KINDS.map(|kind| {
            let of_kind = self.documents.values().filter(|what| what.kind() == kind);
            (kind, of_kind.count())
        });
        let counted: Vec<String> = counts
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(what, count)| format!("{count} {what}"))
            .collect();
        let count = self.documents.len();
        let noun = if count == 1 { "document" } else { "documents" };
        format!("{count} {noun}: {}\n", counted.join(", "))
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
    /// Returns its word in the line of counts.
    fn kind(&self) -> &'static str {
        match self {
            Self::Stored(Stored::New(_)) => "new",
            Self::Stored(Stored::Changed { .. }) => "changed",
            Self::Stored(Stored::Same(_)) => "up to date",
            Self::Stored(_) => "kept",
            Self::Missing(_) => "not fetched",
            Self::Gone => "gone",
        }
    }

    /// Returns `None` for a document without change, and for one that is reported as an error.
    fn line(&self, named: bool) -> Option<String> {
        let stored = match self {
            Self::Stored(stored) => stored,
            Self::Missing(_) if named => return None,
            Self::Missing(missing) => return Some(missing.message.clone()),
            Self::Gone => return Some("gone from the folder and the index".to_owned()),
        };
        Some(match stored {
            Stored::New(revision) => format!("new, revision {revision}"),
            Stored::Same(revision) if named => format!("up to date, revision {revision}"),
            Stored::Changed { old, new, counts } => {
                let revisions = if old == new {
                    format!("changed within revision {new}")
                } else {
                    format!("revision {old} -> {new}")
                };
                match counts {
                    Some(counts) => format!("{revisions} ({})", changes(counts)),
                    None => revisions,
                }
            }
            Stored::Older { present, offered } if !named => {
                format!("kept revision {present}, which is newer than {offered}")
            }
            Stored::Edited(path) if !named => {
                format!("kept {}, which was edited", path.display())
            }
            _ => return None,
        })
    }

    fn failure(&self, spec: &Spec) -> Option<Failure> {
        Some(match self {
            Self::Stored(Stored::Older { present, offered }) => Failure::new(format!(
                "{spec}: revision {offered} is older than revision {present}, which is here"
            ))
            .help("--force takes it nevertheless"),
            Self::Stored(Stored::Edited(path)) => Failure::new(format!(
                "{spec}: {} differs from its entry in the index; it was edited",
                path.display()
            ))
            .help("move the edits into an override file, then give --force"),
            Self::Missing(missing) => missing.clone().within(&spec.to_string()).into(),
            Self::Stored(_) | Self::Gone => return None,
        })
    }

    fn json(&self, spec: &Spec) -> Value {
        let mut object = match self {
            Self::Missing(missing) => json!({"status": "failed", "reason": missing.message}),
            Self::Gone => json!({"status": "gone"}),
            Self::Stored(stored) => match stored {
                Stored::New(revision) => json!({"status": "new", "revision": revision}),
                Stored::Same(revision) => json!({"status": "same", "revision": revision}),
                Stored::Changed { old, new, counts } => json!({
                    "status": "changed",
                    "from": old,
                    "revision": new,
                    "changes": counts.map(|counts| json!({
                        "breaking": counts.breaking,
                        "additive": counts.additive,
                        "docs-only": counts.docs_only,
                    })),
                }),
                Stored::Older { present, offered } => {
                    json!({"status": "kept", "revision": present, "offered": offered, "reason": "older"})
                }
                _ => json!({"status": "kept", "reason": "edited"}),
            },
        };
        object["name"] = json!(spec.name);
        object["version"] = json!(spec.version);
        object
    }
}

/// `2 breaking, 5 additive, 1 docs-only`
fn changes(counts: &Counts) -> String {
    let counts: Vec<String> = [
        (counts.breaking, "breaking"),
        (counts.additive, "additive"),
        (counts.docs_only, "docs-only"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, class)| format!("{count} {class}"))
    .collect();
    if counts.is_empty() {
        "no changes".to_owned()
    } else {
        counts.join(", ")
    }
}
