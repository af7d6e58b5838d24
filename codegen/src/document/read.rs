//! Reads a text as a document, and explains texts that are something else.

use serde_json::Value;
use serde_json::error::Category;

use super::record::TWICE;
use super::{Document, mend, misread, repeated};
use crate::{Error, Errors, Overrides, Source, json_path};

/// The deepest JSON that is read.
const DEEPEST: usize = 127;

/// The kinds of documents that describe an API; the second one is what the first documents were called.
pub(super) const KINDS: [&str; 2] = ["discovery#restDescription", "discovery#describeItem"];

impl Document {
    /// Reads a document as it is written, after correcting it.
    ///
    /// # Errors
    ///
    /// What is not JSON or not a Discovery document, keys of the wrong type with line, column and path, and overrides
    /// that do not apply.
    pub fn read(source: &Source, overrides: Option<&Overrides>) -> Result<Self, Errors> {
        read(source, overrides, &mut Errors::new())
    }

    /// Reads a document as it is meant: what old documents leave out is what they stand for, and what nothing can be made of is left
    /// out. A warning says so, with its place.
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

    /// Whether bodies travel inside `{"data": ...}`.
    #[must_use]
    pub fn wraps_data(&self) -> bool {
        let features = self.features.as_ref().and_then(Value::as_array);
        features.is_some_and(|features| features.iter().any(|feature| feature == "dataWrapper"))
    }

    /// Whether this is a Discovery document at all.
    fn is_one(&self) -> Result<(), Error> {
        match self.kind.as_deref() {
            None => {}
            Some(kind) if KINDS.contains(&kind) => {}
            Some(kind) => return Err(misread::of_kind(kind)),
        }
        if let Some(protocol) = self
            .protocol
            .as_deref()
            .filter(|protocol| *protocol != "rest")
        {
            return Err(Error::new(
                "protocol",
                format!("the protocol is `{protocol}`, and only `rest` can be generated"),
            ));
        }
        let empty = self.resources.is_empty() && self.methods.is_empty() && self.schemas.is_empty();
        let placed = self.root_url.is_some() || self.base_url.is_some();
        if self.kind.is_none() && (self.name.is_none() || !placed || empty) {
            let keys: Vec<&str> = self.others.keys().map(String::as_str).collect();
            return Err(misread::of_keys(&keys));
        }
        Ok(())
    }
}

fn read(
    source: &Source,
    overrides: Option<&Overrides>,
    warnings: &mut Errors,
) -> Result<Document, Errors> {
    let text = source.text.trim_start_matches('\u{feff}');
    let document = match overrides {
        None => decode(&source.name, text, warnings)?,
        Some(overrides) => {
            let mut value = value(&source.name, text)?;
            overrides.apply(&mut value)?;
            // As text again, so that errors have the same form; its lines are nobody's lines.
            serde_json::from_str(&value.to_string()).map_err(|error| {
                wrong_type(&source.name, &value.to_string(), &error, false)
                    .help("this is the document as the overrides leave it")
            })?
        }
    };
    document
        .is_one()
        .map_err(|error| error.within(&source.name))?;
    Ok(document)
}

fn decode(name: &str, text: &str, warnings: &mut Errors) -> Result<Document, Error> {
    let error = match serde_json::from_str(text) {
        Ok(document) => return Ok(document),
        Err(error) => error,
    };
    if error.classify() != Category::Data {
        return Err(not_json(name, text, &error));
    }
    let value = value(name, text)?;
    if misread::is(&value) {
        return Err(misread::explain(&value).within(name));
    }
    if !message(&error).starts_with(TWICE) {
        return Err(wrong_type(name, text, &error, true));
    }
    // As JSON says nothing of it, the last one counts, as nearly everywhere.
    warnings.extend(repeated::keys(text).into_iter().map(|place| {
        Error::new(
            place,
            "the key stands here more than once; the last one counts",
        )
    }));
    let text = value.to_string();
    serde_json::from_str(&text).map_err(|error| wrong_type(name, &text, &error, false))
}

/// Reads any JSON text.
pub(crate) fn value(name: &str, text: &str) -> Result<Value, Error> {
    serde_json::from_str(text).map_err(|error| not_json(name, text, &error))
}

fn wrong_type(name: &str, text: &str, error: &serde_json::Error, with_position: bool) -> Error {
    let (line, column) = (error.line(), error.column());
    let path = json_path::of_position(text, line, column);
    let name = if with_position {
        format!("{name}:{line}:{column}")
    } else {
        name.to_owned()
    };
    Error::new(path, message(error)).within(&name)
}

fn not_json(name: &str, text: &str, error: &serde_json::Error) -> Error {
    if let Some(error) = misread::of_text(text) {
        return error.within(name);
    }
    let (line, column) = (error.line(), error.column());
    let position = format!("{name}:{line}:{column}");
    let message = message(error);
    if message.starts_with("recursion limit exceeded") {
        let place = json_path::shortened(&json_path::of_position(text, line, column));
        let message = format!("nested too deeply: JSON is read to a depth of {DEEPEST} levels");
        return Error::new(place, message).within(&position);
    }
    Error::new(position, format!("not valid JSON: {message}"))
}

/// serde_json's message without the position, which the place already gives.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let suffix = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&suffix).unwrap_or(&text).to_owned()
}
