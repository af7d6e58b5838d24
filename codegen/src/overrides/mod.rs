//! Corrections of a document: rename, drop or set a part of it.
//!
//! ```json
//! {"overrides": [
//!   {"at": "schemas.Instance.properties.type", "rename": "kind", "why": "reads better"},
//!   {"at": "resources.instances.methods.legacyList", "drop": true},
//!   {"at": "schemas.Instance.properties.size.format", "set": "int64", "why": "the server sends a text"},
//!   {"at": "resources.documents.methods.search", "items": "matchingDocuments", "why": "two lists; this one pages"},
//!   {"at": "resources.documents.methods.touch", "idempotent": true, "why": "documented so"},
//!   {"at": "resources.settings.methods.patch", "patch": "merge", "why": "by the guide"},
//!   {"at": "schemas.Render", "operation": {"state": "state", "succeeded": ["DONE"], "failed": ["FAILED"], "name": "name", "parameters": {"name": "name"}}}
//! ]}
//! ```
//!
//! `rename` changes the Rust name of a schema, property, parameter, method or resource, never the name on the wire. `drop` takes
//! a part away, `set` replaces or adds one. `items` names the list that a paged method's items come from. `idempotent` is whether a
//! call of a method may be repeated, although the attempt before may have had its effect. `patch` is how a method takes a
//! change: `"merge"`, `"replace"`, or `{"mask": "updateMask"}`, with `"of": "topic"` for a mask in the body beside the resource. `operation` is
//! how the operation of a schema is waited for; see [`Job`](crate::model::Job). An override without effect is an error, so that
//! the file has no outdated entries.

mod apply;

use serde_json::Value;

use crate::document::{self, mend};
use crate::json_path::{self, Step};
use crate::{Document, Error, Errors, Source, suggest};

const FORM: &str = r#"an override is {"at": "schemas.X.properties.y", "rename" | "drop" | "set" | "items" | "idempotent" | "patch" | "operation": ..., "why": "..."}"#;

/// A fact that an override adds to a part of a document.
#[derive(Debug)]
struct Mark {
    /// The key of the override.
    name: &'static str,
    /// The key that the part gets, which is a field of the document.
    key: &'static str,
    /// The maps whose parts can have it.
    parents: &'static [&'static str],
    /// What cannot be done to other parts.
    verb: &'static str,
    /// Reads the value of the override, or returns what is wrong with it.
    check: fn(&Value) -> Option<&'static str>,
}

impl PartialEq for Mark {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

const MARKS: [Mark; 5] = [
    Mark {
        name: "rename",
        key: "x-gapi-name",
        parents: &[
            "schemas",
            "properties",
            "parameters",
            "methods",
            "resources",
        ],
        verb: "renamed",
        check: |value| match value.as_str() {
            None => Some("is not a text"),
            Some("") => Some("is empty"),
            Some(_) => None,
        },
    },
    Mark {
        name: "items",
        key: "x-gapi-items",
        parents: &["methods"],
        verb: "given items",
        check: |value| (!value.is_string()).then_some("is not a text"),
    },
    Mark {
        name: "idempotent",
        key: "x-gapi-idempotent",
        parents: &["methods"],
        verb: "idempotent",
        check: |value| (!value.is_boolean()).then_some("is neither `true` nor `false`"),
    },
    Mark {
        name: "patch",
        key: "x-gapi-patch",
        parents: &["methods"],
        verb: "given a patch",
        check: |value| value.is_null().then_some("is nothing"),
    },
    Mark {
        name: "operation",
        key: "x-gapi-operation",
        parents: &["schemas"],
        verb: "waited for",
        check: |value| value.is_null().then_some("is nothing"),
    },
];

/// The corrections of one override file.
#[derive(Clone, Debug, PartialEq)]
pub struct Overrides {
    name: String,
    entries: Vec<Override>,
}

#[derive(Clone, Debug, PartialEq)]
struct Override {
    at: String,
    steps: Vec<Step>,
    action: Action,
}

#[derive(Clone, Debug, PartialEq)]
enum Action {
    Drop,
    Set(Value),
    Mark(&'static Mark, Value),
}

impl Overrides {
    /// Reads an override file.
    ///
    /// # Errors
    ///
    /// Returns an error for a text that is not JSON, and every entry that is not an override, with its path.
    pub fn parse(source: &Source) -> Result<Self, Errors> {
        let value = document::value(&source.name, source.text.trim_start_matches('\u{feff}'))?;
        let list = match &value {
            Value::Object(object) if object.len() == 1 => {
                object.get("overrides").and_then(Value::as_array)
            }
            _ => None,
        };
        let Some(list) = list else {
            let error = Error::new(&*source.name, "not an override file");
            return Err(error
                .help(format!(r#"it has the form {{"overrides": [...]}}; {FORM}"#))
                .into());
        };
        let mut entries = Vec::with_capacity(list.len());
        let mut errors = Errors::new();
        for (index, value) in list.iter().enumerate() {
            match entry(value) {
                Ok(entry) => entries.push(entry),
                Err(message) => {
                    errors.push(Error::new(json_path::at("overrides", index), message).help(FORM));
                }
            }
        }
        errors.within(&source.name).or(Self {
            name: source.name.clone(),
            entries,
        })
    }
}

fn entry(value: &Value) -> Result<Override, String> {
    let object = value.as_object().ok_or("not an object")?;
    let names = MARKS.iter().map(|mark| mark.name);
    let names: Vec<&str> = ["at", "drop", "set", "why"]
        .into_iter()
        .chain(names)
        .collect();
    if let Some(key) = object.keys().find(|key| !names.contains(&key.as_str())) {
        let hint = suggest::did_you_mean(&suggest::nearest(key, names));
        let hint = hint.map(|hint| format!("; {hint}"));
        return Err(format!("unknown key `{key}`{}", hint.unwrap_or_default()));
    }
    let at = match object.get("at") {
        None => return Err("`at` is missing".to_owned()),
        Some(at) => at.as_str().ok_or("`at` is not a text")?,
    };
    let steps = json_path::parse(at).map_err(|reason| format!("`at` is not a path: {reason}"))?;
    if object.get("why").is_some_and(|why| !why.is_string()) {
        return Err("`why` is not a text".to_owned());
    }
    let mut actions = Vec::new();
    match object.get("drop") {
        None => {}
        Some(Value::Bool(true)) => actions.push(Action::Drop),
        Some(_) => return Err("`drop` can only be `true`".to_owned()),
    }
    actions.extend(object.get("set").map(|value| Action::Set(value.clone())));
    for mark in &MARKS {
        if let Some(value) = object.get(mark.name) {
            if let Some(wrong) = (mark.check)(value) {
                return Err(format!("`{}` {wrong}", mark.name));
            }
            actions.push(Action::Mark(mark, value.clone()));
        }
    }
    let [action] = <[Action; 1]>::try_from(actions).map_err(|actions| {
        if actions.is_empty() {
            "it does nothing"
        } else {
            "it does more than one thing"
        }
    })?;
    Ok(Override {
        at: at.to_owned(),
        steps,
        action,
    })
}

impl Document {
    /// Reads a document, and corrects it.
    ///
    /// # Errors
    ///
    /// Returns an error for what is not JSON or not a Discovery document, for values of the wrong type with line, column and path,
    /// and for overrides that do not apply.
    pub fn read(source: &Source, overrides: Option<&Overrides>) -> Result<Self, Errors> {
        read(source, overrides, &mut Errors::new())
    }

    /// Reads a document, corrects it, and completes what old documents leave out. What has no meaning is removed. Each change is a
    /// warning with its path.
    ///
    /// # Errors
    ///
    /// As for [`read`](Self::read).
    pub fn open(source: &Source, overrides: Option<&Overrides>) -> Result<(Self, Errors), Errors> {
        let mut warnings = Errors::new();
        let mut document = read(source, overrides, &mut warnings)?;
        warnings.extend(mend::all(&mut document));
        Ok((document, warnings))
    }
}

fn read(
    source: &Source,
    overrides: Option<&Overrides>,
    warnings: &mut Errors,
) -> Result<Document, Errors> {
    match overrides {
        None => document::read(source, None, warnings),
        Some(overrides) => document::read(source, Some(&|json| overrides.apply(json)), warnings),
    }
}
