//! Reads a text as a document, and explains texts that are something else.

use serde_json::Value;
use serde_json::error::Category;

use super::{Document, foreign};
use crate::{Error, Errors, Overrides, Source, place};

impl Document {
    /// Reads a document, after correcting it.
    ///
    /// # Errors
    ///
    /// What is not JSON or not a Discovery document, keys of the wrong type with line, column and path, and overrides
    /// that do not apply.
    pub fn read(source: &Source, overrides: Option<&Overrides>) -> Result<Self, Errors> {
        let text = source.text.trim_start_matches('\u{feff}');
        let document = match overrides {
            None => decode(&source.name, text)?,
            Some(overrides) => {
                let mut value = value(&source.name, text)?;
                overrides.apply(&mut value)?;
                // As text again, so that errors have the same form; its lines are nobody's lines.
                decode_corrected(&source.name, &value.to_string())?
            }
        };
        document
            .is_one()
            .map_err(|error| error.within(&source.name))?;
        Ok(document)
    }

    /// Whether this is a Discovery document at all.
    fn is_one(&self) -> Result<(), Error> {
        match self.kind.as_deref() {
            None | Some("discovery#restDescription") => {}
            Some(kind) => return Err(foreign::of_kind(kind)),
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
        if self.kind.is_none() && (self.name.is_none() || self.root_url.is_none() || empty) {
            let keys: Vec<&str> = self.others.keys().map(String::as_str).collect();
            return Err(foreign::of_keys(&keys));
        }
        Ok(())
    }
}

fn decode(name: &str, text: &str) -> Result<Document, Error> {
    serde_json::from_str(text).map_err(|error| match error.classify() {
        Category::Data => match serde_json::from_str(text) {
            Ok(value) if foreign::is(&value) => foreign::explain(&value).within(name),
            _ => wrong_type(name, text, &error, true),
        },
        _ => not_json(name, text, &error),
    })
}

fn decode_corrected(name: &str, text: &str) -> Result<Document, Error> {
    serde_json::from_str(text).map_err(|error| {
        wrong_type(name, text, &error, false).help("this is the document as the overrides leave it")
    })
}

/// Reads any JSON text.
pub(crate) fn value(name: &str, text: &str) -> Result<Value, Error> {
    serde_json::from_str(text).map_err(|error| not_json(name, text, &error))
}

fn wrong_type(name: &str, text: &str, error: &serde_json::Error, with_position: bool) -> Error {
    let (line, column) = (error.line(), error.column());
    let path = place::of_position(text, line, column);
    let name = if with_position {
        format!("{name}:{line}:{column}")
    } else {
        name.to_owned()
    };
    Error::new(path, message(error)).within(&name)
}

fn not_json(name: &str, text: &str, error: &serde_json::Error) -> Error {
    if let Some(error) = foreign::of_text(text) {
        return error.within(name);
    }
    let place = format!("{name}:{}:{}", error.line(), error.column());
    Error::new(place, format!("not valid JSON: {}", message(error)))
}

/// serde_json's message without the position, which the place already gives.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let suffix = format!(" at line {} column {}", error.line(), error.column());
    text.strip_suffix(&suffix).unwrap_or(&text).to_owned()
}
