//! `gapi list`: the available documents.

use gapi_codegen::suggest::{did_you_mean, nearest};
use gapi_dynamic::fetch::Spec;
use serde_json::{Value, json};

use crate::diagnostic::{Exit, Failure, Outcome};
use crate::doc_index::{self, DocIndex};
use crate::documents::{self, Policy};
use crate::page;

/// List the available documents, or all that Google offers
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only those that have this in their name, version or title
    word: Option<String>,
    /// List what Google offers; `gapi call` and `gapi show` fetch the document when it is needed
    #[arg(long)]
    remote: bool,
}

/// The part of a document that is listed.
#[derive(serde::Deserialize, Default)]
#[serde(default)]
struct Head {
    title: String,
    revision: String,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    if arguments.remote {
        return remote(arguments);
    }
    let found = available()?;
    if found.is_empty() {
        let failure = Failure::new("there are no documents, neither of a project nor in the cache");
        return Err(failure
            .help(doc_index::without_documents())
            .exit(Exit::NoDocument)
            .into());
    }
    let word = arguments.word.as_deref().unwrap_or_default().to_lowercase();
    let (mut lines, mut objects) = (Vec::new(), Vec::<Value>::new());
    for (spec, file, Head { title, revision }) in found {
        let name = spec.to_string();
        if !name.to_lowercase().contains(&word) && !title.to_lowercase().contains(&word) {
            continue;
        }
        objects.push(json!({
            "name": spec.name,
            "version": spec.version,
            "revision": revision,
            "title": title,
            "file": file,
        }));
        lines.push([name, revision, title]);
    }
    let none = Failure::new(format!("no document has `{word}` in its name or title"))
        .help("`gapi list` lists all; `gapi fetch NAME:VERSION` brings another one");
    page::list(&objects.into(), &lines, none)
}

/// Returns the documents of the project, and those of the cache, each with its file.
fn available() -> Outcome<Vec<(Spec, String, Head)>> {
    let mut found = Vec::new();
    let project = DocIndex::find()?;
    let entries = project.as_ref().map(|project| &project.index.documents[..]);
    let entries = entries.unwrap_or_default();
    if let Some(project) = &project {
        for entry in entries {
            let head = serde_json::from_str(&project.text(entry)?)
                .map_err(|error| Failure::new(format!("{}: {error}", entry.file)))?;
            let spec = Spec::new(&*entry.name, &*entry.version);
            found.push((spec, entry.file.clone(), head));
        }
    }
    for (spec, path) in documents::cached(entries) {
        // A broken copy is fetched again when it is needed.
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        if let Ok(head) = serde_json::from_str(&text) {
            found.push((spec, path.display().to_string(), head));
        }
    }
    Ok(found)
}

/// Lists what Google offers.
fn remote(arguments: &Arguments) -> Outcome {
    let word = arguments.word.as_deref().unwrap_or_default();
    let lower = word.to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&lower);
    let listed = documents::directory(Policy::system()).map_err(|error| error.failure)?;
    let found = listed.iter().filter(|listed| {
        [
            listed.spec.to_string().as_str(),
            &listed.title,
            &listed.description,
        ]
        .into_iter()
        .any(has)
    });
    let (objects, lines): (Vec<Value>, Vec<[String; 2]>) = found
        .map(|listed| {
            let object = json!({
                "name": listed.spec.name,
                "version": listed.spec.version,
                "title": listed.title,
                "description": listed.description,
                "preferred": listed.preferred,
            });
            (object, [listed.spec.to_string(), listed.title.clone()])
        })
        .unzip();
    let names = listed.iter().map(|listed| listed.spec.name.as_str());
    let none = Failure::new(format!(
        "Google offers no API with `{word}` in its name or description"
    ));
    let question = did_you_mean(&nearest(word, names));
    let none = none.help(question.unwrap_or_else(|| "`gapi list --remote` lists all".to_owned()));
    page::list(&objects.into(), &lines, none)
}
