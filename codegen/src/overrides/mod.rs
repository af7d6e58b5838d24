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

use serde_json::{Map, Value};

use crate::document::{self, mend};
use crate::json_path::{self, Step};
use crate::{Document, Error, Errors, Source, suggest};

const KEYS: [&str; 9] = [
    "at",
    "rename",
    "drop",
    "set",
    "items",
    "idempotent",
    "patch",
    "operation",
    "why",
];
const FORM: &str = r#"an override is {"at": "schemas.X.properties.y", "rename" | "drop" | "set" | "items" | "idempotent" | "patch" | "operation": ..., "why": "..."}"#;

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
    Rename(String),
    Drop,
    Set(Value),
    Items(String),
    Idempotent(bool),
    Patch(Value),
    Operation(Value),
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
    if let Some(key) = object.keys().find(|key| !KEYS.contains(&key.as_str())) {
        let hint =
            suggest::did_you_mean(&suggest::nearest(key, KEYS)).map(|hint| format!("; {hint}"));
        return Err(format!("unknown key `{key}`{}", hint.unwrap_or_default()));
    }
    let at = text(object, "at")?.ok_or("`at` is missing")?;
    let steps = json_path::parse(at).map_err(|reason| format!("`at` is not a path: {reason}"))?;
    if object.get("why").is_some_and(|why| !why.is_string()) {
        return Err("`why` is not a text".to_owned());
    }
    let mut actions = Vec::new();
    if let Some(name) = text(object, "rename")? {
        if name.is_empty() {
            return Err("`rename` is empty".to_owned());
        }
        actions.push(Action::Rename(name.to_owned()));
    }
    match object.get("drop") {
        None => {}
        Some(Value::Bool(true)) => actions.push(Action::Drop),
        Some(_) => return Err("`drop` can only be `true`".to_owned()),
    }
    actions.extend(object.get("set").map(|value| Action::Set(value.clone())));
    actions.extend(text(object, "items")?.map(|name| Action::Items(name.to_owned())));
    match object.get("idempotent") {
        None => {}
        Some(Value::Bool(idempotent)) => actions.push(Action::Idempotent(*idempotent)),
        Some(_) => return Err("`idempotent` is neither `true` nor `false`".to_owned()),
    }
    actions.extend(
        object
            .get("patch")
            .filter(|value| !value.is_null())
            .map(|value| Action::Patch(value.clone())),
    );
    actions.extend(
        object
            .get("operation")
            .filter(|value| !value.is_null())
            .map(|value| Action::Operation(value.clone())),
    );
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

fn text<'v>(object: &'v Map<String, Value>, key: &str) -> Result<Option<&'v str>, String> {
    match object.get(key) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("`{key}` is not a text")),
    }
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
