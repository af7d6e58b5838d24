//! Reads an override file.

use serde_json::{Map, Value};

use super::{Action, Entry, Overrides};
use crate::{Error, Errors, Source, document, json_path, suggest};

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

impl Overrides {
    /// Reads an override file.
    ///
    /// # Errors
    ///
    /// What is not JSON, and every entry that is not an override, with its place.
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

fn entry(value: &Value) -> Result<Entry, String> {
    let object = value.as_object().ok_or("not an object")?;
    if let Some(key) = object.keys().find(|key| !KEYS.contains(&key.as_str())) {
        let hint =
            suggest::did_you_mean(&suggest::nearest(key, KEYS)).map(|hint| format!("; {hint}"));
        return Err(format!("unknown key `{key}`{}", hint.unwrap_or_default()));
    }
    let at = text(object, "at")?.ok_or("`at` is missing")?;
    let steps = json_path::parse(at).map_err(|reason| format!("`at` is not a place: {reason}"))?;
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
            .map(|value| Action::Patch(value.clone())),
    );
    actions.extend(
        object
            .get("operation")
            .map(|value| Action::Operation(value.clone())),
    );
    let [action] = <[Action; 1]>::try_from(actions).map_err(|actions| {
        if actions.is_empty() {
            "it does nothing"
        } else {
            "it does more than one thing"
        }
    })?;
    Ok(Entry {
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
