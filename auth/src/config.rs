//! Configuration files in JSON: reading them and taking their fields, with errors that name the file and the field.

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

/// More than the size of any configuration or token file.
pub(crate) const FILE_LIMIT: u64 = 1024 * 1024;

/// Reads a text file. The hints of errors are `needed`, and `instead`: the function that takes the text.
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

/// Returns an error if `path` does not look like a path. Call it only if there is no such file, because file names may be unusual.
pub(crate) fn no_path(path: &Path, hint: &str) -> Option<AuthError> {
    let what = RedactedPath::new(path).looks_like()?;
    let message = format!("what was given as the path of a file looks like {what}");
    Some(AuthError::new(AuthErrorKind::Config, message).with_hint(hint))
}

/// Returns the error of a file that cannot be read.
pub(crate) fn unreadable(path: &Path, error: io::Error, needed: &str) -> AuthError {
    let hint = "write it to a file, and give the path of that";
    if let Some(error) = no_path(path, hint) {
        return error;
    }
    let name = RedactedPath::new(path);
    match error.kind() {
        io::ErrorKind::NotFound => AuthError::new(
            AuthErrorKind::NotFound,
            format!("{name}: there is no such file"),
        ),
        io::ErrorKind::InvalidData => {
            AuthError::new(AuthErrorKind::Config, format!("{name}: not a text file"))
        }
        _ => AuthError::new(
            AuthErrorKind::Config,
            format!("{name}: the file cannot be read: {error}"),
        ),
    }
    .with_hint(needed)
    .with_source(error)
}

/// The fields of one JSON object that are not yet taken. They are wiped when dropped, because they may be secret.
pub(crate) struct Fields {
    /// The name of the object in errors: the file, and the path of the object within it.
    location: String,
    /// The hint of errors.
    needed: &'static str,
    fields: Vec<(String, Value)>,
}

impl Fields {
    /// Reads the text of a file.
    pub(crate) fn parse(
        location: &str,
        text: &str,
        needed: &'static str,
    ) -> Result<Self, AuthError> {
        let wrong = |message: &dyn fmt::Display| {
            AuthError::new(AuthErrorKind::Config, format!("{location}: {message}"))
                .with_hint(needed)
        };
        match json::file(text) {
            Ok(Value::Object(fields)) => Ok(Self::new(location.to_owned(), needed, fields)),
            Ok(mut other) => {
                wipe(&mut other);
                Err(wrong(&"not a JSON object"))
            }
            // The text of a JSON error names the line and column, and does not show the content.
            Err(error) => Err(wrong(&format_args!("not JSON: {error}"))),
        }
    }

    fn new(location: String, needed: &'static str, object: Map<String, Value>) -> Self {
        Self {
            location,
            needed,
            fields: object.into_iter().collect(),
        }
    }

    /// Returns the name of the object in errors.
    pub(crate) fn location(&self) -> &str {
        &self.location
    }

    /// Returns an error about the object.
    pub(crate) fn error(&self, message: impl fmt::Display) -> AuthError {
        AuthError::new(
            AuthErrorKind::Config,
            format!("{}: {message}", self.location),
        )
        .with_hint(self.needed)
    }

    /// Returns an error about an object that is valid, but for another purpose.
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

    /// Takes a required text.
    pub(crate) fn required(&mut self, name: &str) -> Result<String, AuthError> {
        self.text(name)?.ok_or_else(|| self.missing(name))
    }

    /// Takes a required secret.
    pub(crate) fn required_secret(&mut self, name: &str) -> Result<SecretString, AuthError> {
        self.secret(name)?.ok_or_else(|| self.missing(name))
    }

    fn missing(&self, name: &str) -> AuthError {
        self.error(format_args!("the field `{name}` is missing or empty"))
    }

    /// Takes a trimmed text. An empty one counts as absent.
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

    /// Takes a URL or a universe.
    pub(crate) fn named(&mut self, name: &str) -> Result<Option<Named>, AuthError> {
        Ok(self.text(name)?.map(Named::by_file))
    }

    /// Takes the path of a file or folder.
    pub(crate) fn named_path(&mut self, name: &str) -> Result<Option<NamedPath>, AuthError> {
        Ok(self.text(name)?.map(NamedPath::from))
    }

    /// Takes a required path.
    pub(crate) fn required_path(&mut self, name: &str) -> Result<NamedPath, AuthError> {
        self.required(name).map(NamedPath::from)
    }

    /// Takes a trimmed text that is secret.
    pub(crate) fn secret(&mut self, name: &str) -> Result<Option<SecretString>, AuthError> {
        Ok(self.text(name)?.map(SecretString::from))
    }

    /// Takes a whole number.
    pub(crate) fn number(&mut self, name: &str) -> Result<Option<u64>, AuthError> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) if number.is_u64() => Ok(number.as_u64()),
            Some(other) => Err(self.wrong(name, "a whole number", other)),
        }
    }

    /// Takes a number of seconds, with or without a fraction.
    pub(crate) fn seconds(&mut self, name: &str) -> Result<Option<Duration>, AuthError> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_f64().map(Duration::try_from_secs_f64) {
                Some(Ok(seconds)) => Ok(Some(seconds)),
                _ => Err(self.wrong(name, "a number of seconds", value)),
            },
        }
    }

    /// Takes a text or a number, as text; `None` for other types.
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

    /// Takes a boolean. Absent is false.
    pub(crate) fn flag(&mut self, name: &str) -> Result<bool, AuthError> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(other) => Err(self.wrong(name, "true or false", other)),
        }
    }

    /// Takes a list of texts, or one text with spaces. Absent is empty.
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

    /// Takes texts by name. Absent is empty.
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

    /// Takes an object.
    pub(crate) fn object(&mut self, name: &str) -> Result<Option<Self>, AuthError> {
        match self.take(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(fields)) => {
                let location = format!("{}: {name}", self.location);
                Ok(Some(Self::new(location, self.needed, fields)))
            }
            Some(other) => Err(self.wrong(name, "an object", other)),
        }
    }

    /// Returns whether a field exists and is not null.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !value.is_null())
    }

    /// Returns a text without taking it.
    pub(crate) fn peek(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// Returns the JSON text of the remaining fields.
    pub(crate) fn to_text(&self) -> SecretString {
        let mut all = Value::Object(self.fields.iter().cloned().collect());
        let text = SecretString::from(json::text(&all));
        wipe(&mut all);
        text
    }

    /// Returns the remaining fields.
    pub(crate) fn into_rest(mut self) -> Map<String, Value> {
        std::mem::take(&mut self.fields).into_iter().collect()
    }

    fn get(&self, name: &str) -> Option<&Value> {
        let (_, value) = self.fields.iter().find(|(own, _)| own == name)?;
        Some(value)
    }

    fn take(&mut self, name: &str) -> Option<Value> {
        let index = self.fields.iter().position(|(own, _)| own == name)?;
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

/// Returns whether a `type` may be part of an error.
fn is_kind(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')
}

/// Overwrites all texts.
pub(crate) fn wipe(json: &mut Value) {
    match json {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(fields) => fields.values_mut().for_each(wipe),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
