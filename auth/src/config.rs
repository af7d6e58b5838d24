//! Configuration files in JSON: reading them, and taking their fields one by one with errors that name the location.

use std::{collections::BTreeMap, fmt, fs::File, io, io::Read, path::Path, time::Duration};

use secrecy::{
    SecretString,
    zeroize::{Zeroize, Zeroizing},
};
use serde_json::{Map, Value};

use crate::{
    AuthError, AuthErrorKind, RedactedPath, environment::text, json, reach::Named,
    redacted_path::NamedPath,
};

/// No configuration or token file comes near this size.
pub(crate) const FILE_LIMIT: u64 = 1024 * 1024;

/// The text of a file; `needed` is what a reader who gave the wrong path is told to give, and `instead` the function for the text itself.
pub(crate) fn read_text(
    path: &Path,
    needed: &str,
    instead: &str,
) -> Result<Zeroizing<String>, AuthError> {
    let mut content = Zeroizing::new(Vec::new());
    File::open(path)
        .and_then(|file| file.take(FILE_LIMIT).read_to_end(&mut content))
        .and_then(|_| text(&content))
        .map_err(|error| {
            let hint = format!(
                "give the text itself to `{instead}`, or write it to a file and give its path"
            );
            no_path(path, &hint).unwrap_or_else(|| unreadable(path, error, needed))
        })
}

/// Why a file cannot be read that was given as a path, if it is none. It is asked only where there is no such file: names may be strange.
pub(crate) fn no_path(path: &Path, hint: &str) -> Option<AuthError> {
    let what = RedactedPath::new(path).looks_like()?;
    let message = format!("what was given as the path of a file looks like {what}");
    Some(AuthError::new(AuthErrorKind::Config, message).with_hint(hint))
}

/// Why a file cannot be read.
pub(crate) fn unreadable(path: &Path, error: io::Error, needed: &str) -> AuthError {
    let hint = "write it to a file, and give the path of that";
    if let Some(error) = no_path(path, hint) {
        return error;
    }
    let place = RedactedPath::new(path);
    match error.kind() {
        io::ErrorKind::NotFound => AuthError::new(
            AuthErrorKind::NotFound,
            format!("{place}: there is no such file"),
        ),
        io::ErrorKind::InvalidData => {
            AuthError::new(AuthErrorKind::Config, format!("{place}: not a text file"))
        }
        _ => AuthError::new(
            AuthErrorKind::Config,
            format!("{place}: the file cannot be read: {error}"),
        ),
    }
    .with_hint(needed)
    .with_source(error)
}

/// The fields of one JSON object that are still to be taken. What is left is wiped when dropped, because it may be secret.
pub(crate) struct Fields {
    /// What errors call the object: a file, and the way to the object within it.
    place: String,
    /// What to give instead of something unusable.
    needed: &'static str,
    fields: Vec<(String, Value)>,
}

impl Fields {
    /// Reads a file's text.
    pub(crate) fn parse(place: &str, text: &str, needed: &'static str) -> Result<Self, AuthError> {
        let wrong = |message: &dyn fmt::Display| {
            AuthError::new(AuthErrorKind::Config, format!("{place}: {message}")).with_hint(needed)
        };
        match json::file(text) {
            Ok(Value::Object(fields)) => Ok(Self::new(place.to_owned(), needed, fields)),
            Ok(mut other) => {
                wipe(&mut other);
                Err(wrong(&"not a JSON object"))
            }
            // The text of a JSON error says where it is, and never shows what stands there.
            Err(error) => Err(wrong(&format_args!("not JSON: {error}"))),
        }
    }

    fn new(place: String, needed: &'static str, object: Map<String, Value>) -> Self {
        Self {
            place,
            needed,
            fields: object.into_iter().collect(),
        }
    }

    /// What errors call the object.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// An error about the object.
    pub(crate) fn error(&self, message: impl fmt::Display) -> AuthError {
        AuthError::new(AuthErrorKind::Config, format!("{}: {message}", self.place))
            .with_hint(self.needed)
    }

    /// An error about an object that is right, but for another purpose.
    pub(crate) fn unsupported(&self, message: impl fmt::Display) -> AuthError {
        self.error(message).with_kind(AuthErrorKind::Unsupported)
    }

    /// Refuses an object whose `type` is not `expected`.
    pub(crate) fn check_type(&mut self, expected: &str) -> Result<(), AuthError> {
        match self.text("type")? {
            Some(kind) if kind == expected => Ok(()),
            None => Err(self.error("the field `type` is missing")),
            Some(kind) if is_kind(&kind) => Err(self.unsupported(format_args!(
                "the field `type` is `{kind}`, not `{expected}`"
            ))),
            Some(_) => Err(self.error(format_args!("the field `type` is not `{expected}`"))),
        }
    }

    /// A text that has to be there.
    pub(crate) fn required(&mut self, name: &str) -> Result<String, AuthError> {
        self.text(name)?.ok_or_else(|| self.missing(name))
    }

    /// A secret that has to be there.
    pub(crate) fn required_secret(&mut self, name: &str) -> Result<SecretString, AuthError> {
        self.secret(name)?.ok_or_else(|| self.missing(name))
    }

    fn missing(&self, name: &str) -> AuthError {
        self.error(format_args!("the field `{name}` is missing or empty"))
    }

    /// A trimmed text; empty counts as absent.
    pub(crate) fn text(&mut self, name: &str) -> Result<Option<String>, AuthError> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(mut text)) => {
                let value = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
                text.zeroize();
                Ok(value)
            }
            Some(other) => Err(self.wrong(name, "a string", other)),
        }
    }

    /// A URL or a universe that the file names.
    pub(crate) fn named(&mut self, name: &str) -> Result<Option<Named>, AuthError> {
        Ok(self.text(name)?.map(Named::by_file))
    }

    /// The path of a file or folder that the file names.
    pub(crate) fn named_path(&mut self, name: &str) -> Result<Option<NamedPath>, AuthError> {
        Ok(self.text(name)?.map(NamedPath::from))
    }

    /// A path that has to be there.
    pub(crate) fn required_path(&mut self, name: &str) -> Result<NamedPath, AuthError> {
        self.required(name).map(NamedPath::from)
    }

    /// A trimmed text that is never shown.
    pub(crate) fn secret(&mut self, name: &str) -> Result<Option<SecretString>, AuthError> {
        Ok(self.text(name)?.map(SecretString::from))
    }

    /// A whole number.
    pub(crate) fn number(&mut self, name: &str) -> Result<Option<u64>, AuthError> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) if number.is_u64() => Ok(number.as_u64()),
            Some(other) => Err(self.wrong(name, "a whole number", other)),
        }
    }

    /// A number of seconds, with or without a fraction.
    pub(crate) fn seconds(&mut self, name: &str) -> Result<Option<Duration>, AuthError> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_f64().map(Duration::try_from_secs_f64) {
                Some(Ok(seconds)) => Ok(Some(seconds)),
                _ => Err(self.wrong(name, "a number of seconds", value)),
            },
        }
    }

    /// A text or a number, as text; nothing where it is neither.
    pub(crate) fn scalar(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => Some(text),
            Value::Number(number) => Some(number.to_string()),
            mut other => {
                wipe(&mut other);
                None
            }
        }
    }

    /// True or false; absent is false.
    pub(crate) fn flag(&mut self, name: &str) -> Result<bool, AuthError> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(other) => Err(self.wrong(name, "true or false", other)),
        }
    }

    /// A list of texts, or one text with spaces; absent is empty.
    pub(crate) fn list(&mut self, name: &str) -> Result<Vec<String>, AuthError> {
        let what = "a list of strings, or one string with spaces";
        match self.take(name) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::String(text)) => Ok(text.split_whitespace().map(str::to_owned).collect()),
            Some(Value::Array(items)) => items
                .into_iter()
                .map(|item| match item {
                    Value::String(text) => Ok(text),
                    other => Err(self.wrong(name, what, other)),
                })
                .collect(),
            Some(other) => Err(self.wrong(name, what, other)),
        }
    }

    /// Texts by name; absent is empty.
    pub(crate) fn map(&mut self, name: &str) -> Result<BTreeMap<String, SecretString>, AuthError> {
        let Some(mut object) = self.object(name)? else {
            return Ok(BTreeMap::new());
        };
        let names: Vec<_> = object.fields.iter().map(|(name, _)| name.clone()).collect();
        names
            .into_iter()
            .map(|name| object.required_secret(&name).map(|value| (name, value)))
            .collect()
    }

    /// An object within this one.
    pub(crate) fn object(&mut self, name: &str) -> Result<Option<Self>, AuthError> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(fields)) => {
                let place = format!("{}: {name}", self.place);
                Ok(Some(Self::new(place, self.needed, fields)))
            }
            Some(other) => Err(self.wrong(name, "an object", other)),
        }
    }

    /// Whether a field is there and not null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !value.is_null())
    }

    /// A text that is left where it is.
    pub(crate) fn peek(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// The text of everything that is left, for a reader of its own.
    pub(crate) fn to_text(&self) -> SecretString {
        let mut all = Value::Object(self.fields.iter().cloned().collect());
        let text = SecretString::from(json::text(&all));
        wipe(&mut all);
        text
    }

    /// Everything that is left, for whoever keeps it.
    pub(crate) fn into_rest(mut self) -> Map<String, Value> {
        std::mem::take(&mut self.fields).into_iter().collect()
    }

    fn get(&self, name: &str) -> Option<&Value> {
        let (_, value) = self.fields.iter().find(|(known, _)| known == name)?;
        Some(value)
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        let index = self.fields.iter().position(|(known, _)| known == name)?;
        Some(self.fields.swap_remove(index).1)
    }

    fn wrong(&self, name: &str, what: &str, mut value: Value) -> AuthError {
        wipe(&mut value);
        self.error(format_args!("the field `{name}` is not {what}"))
    }
}

impl Drop for Fields {
    fn drop(&mut self) {
        self.fields.iter_mut().for_each(|(_, value)| wipe(value));
    }
}

/// A `type` that is fit to be shown.
fn is_kind(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

/// Overwrites every text.
pub(crate) fn wipe(json: &mut Value) {
    match json {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(fields) => fields.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
