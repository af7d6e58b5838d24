//! Reads a text as a document.

use serde_json::Value;
use serde_json::error::Category;

use super::record::TWICE;
use super::{Document, misread, repeated};
use crate::{Error, Errors, Source, json_path};

/// The largest depth of JSON that is read.
const DEEPEST: usize = 127;

impl Document {
    /// Whether bodies are inside `{"data": ...}`.
    #[must_use]
    pub fn wraps_data(&self) -> bool {
        let features = self.features.as_ref().and_then(Value::as_array);
        features.is_some_and(|features| features.iter().any(|feature| feature == "dataWrapper"))
    }

    /// Checks that this is a Discovery document.
    fn is_one(&self) -> Result<(), Error> {
        match self.kind.as_deref() {
            None => {}
            Some(kind) if misread::KINDS.contains(&kind) => {}
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
            return Err(misread::of_keys(self.others.keys()));
        }
        Ok(())
    }
}

/// Changes the JSON of a document.
pub(crate) type Correction<'a> = dyn Fn(&mut Value) -> Result<(), Errors> + 'a;

/// Reads a document. `correct` changes its JSON first.
pub(crate) fn read(
    source: &Source,
    correct: Option<&Correction<'_>>,
    warnings: &mut Errors,
) -> Result<Document, Errors> {
    let text = source.text.trim_start_matches('\u{feff}');
    let document = match correct {
        None => decode(&source.name, text, warnings)?,
        Some(correct) => {
            let mut value = value(&source.name, text)?;
            correct(&mut value)?;
            // Text again, so that errors have the same form. Its lines are not those of the file.
            let text = value.to_string();
            serde_json::from_str(&text).map_err(|error| {
                wrong_type(&source.name, &text, &error, false)
                    .help("this is the document after its overrides")
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
    // JSON does not define it. The last one counts, as for most parsers.
    warnings.extend(
        repeated::keys(text)
            .into_iter()
            .map(|path| Error::new(path, "the key occurs more than once; the last one counts")),
    );
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
        let path = json_path::shortened(&json_path::of_position(text, line, column));
        let message = format!("nested too deeply: JSON is read to a depth of {DEEPEST} levels");
        return Error::new(path, message).within(&position);
    }
    Error::new(position, format!("not valid JSON: {message}"))
}

/// Returns serde_json's message without the position, which is part of the path.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let suffix = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&suffix).unwrap_or(&text).to_owned()
}
