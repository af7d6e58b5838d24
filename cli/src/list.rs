//! `gapi list`: the available documents.

use serde_json::{Value, json};

use crate::diagnostic::{Failure, Outcome};
use crate::doc_index::DocIndex;
use crate::print::{self, print, table};

/// List the available documents
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only those that have this in their name, version or title
    word: Option<String>,
    /// Print a JSON array
    #[arg(long)]
    json: bool,
}

/// The part of a document that is listed.
#[derive(serde::Deserialize, Default)]
struct Head {
    #[serde(default)]
    title: String,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let library = DocIndex::find()?;
    let mut lines = Vec::new();
    let mut objects: Vec<Value> = Vec::new();
    let word = arguments.word.as_deref().unwrap_or_default().to_lowercase();
    for entry in &library.index.documents {
        let text = library.text(entry)?;
        let Head { title } = serde_json::from_str(&text)
            .map_err(|error| Failure::new(format!("{}: {error}", entry.file)))?;
        let spec = entry.spec();
        if !spec.to_lowercase().contains(&word) && !title.to_lowercase().contains(&word) {
            continue;
        }
        objects.push(json!({
            "name": entry.name,
            "version": entry.version,
            "revision": entry.revision,
            "title": title,
            "file": entry.file,
        }));
        lines.push([spec, entry.revision.clone(), title]);
    }
    if arguments.json {
        return print::json(&Value::from(objects));
    }
    if lines.is_empty() {
        let failure = Failure::new(format!("no document has `{word}` in its name or title"));
        return Err(failure
            .help("`gapi list` lists all; `gapi fetch NAME:VERSION` brings another one")
            .into());
    }
    print(&table(&lines))
}
