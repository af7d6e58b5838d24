//! The available documents: the index of this folder or of one above it.

use std::path::{Path, PathBuf};

use gapi_codegen::analysis::{self, Analysis, Part};
use gapi_codegen::index::{self, Index, IndexEntry, PATH};
use gapi_codegen::{Document, Source, lookup, model};
use gapi_dynamic::fetch::Spec;

use crate::diagnostic::{Exit, Failure, Outcome, all};
use crate::input;
use crate::print;

/// An index and its folder.
pub(crate) struct DocIndex {
    pub(crate) index: Index,
    folder: PathBuf,
}

impl DocIndex {
    /// Finds the index, if there is one.
    pub(crate) fn find() -> Outcome<Option<Self>> {
        let Some((levels, path)) = index::find(&here()?) else {
            return Ok(None);
        };
        let text =
            std::fs::read_to_string(&path).map_err(|error| Failure::io("read", &path, &error))?;
        let path_text = "../".repeat(levels) + PATH;
        let index = Index::parse(&path_text, &text).map_err(Failure::from)?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        Ok(Some(Self { index, folder }))
    }

    /// Reads a document.
    pub(crate) fn text(&self, entry: &IndexEntry) -> Outcome<String> {
        let path = self.folder.join(&entry.file);
        Ok(std::fs::read_to_string(&path).map_err(|error| {
            let failure = Failure::io("read", &path, &error);
            failure.help(format!("`gapi fetch {}` brings it back", entry.spec()))
        })?)
    }
}

/// Returns the document of a path, of a name and version in the index, or of the standard input stream for `-`.
pub(crate) fn source(spec: &str) -> Outcome<Source> {
    if spec == "-" {
        return input::stdin();
    }
    let located = lookup::document(&here()?, spec)
        .map_err(|error| Failure::from(error).exit(Exit::NoDocument))?;
    Ok(located.source)
}

/// Returns what to do where there are no documents.
pub(crate) fn without_documents() -> &'static str {
    let folder = here().ok().map(|here| here.join(PATH));
    if folder.is_some_and(|index| index.parent().is_some_and(Path::is_dir)) {
        return "`gapi index` lists the files that are in discovery-docs";
    }
    "fetch a document: `gapi fetch sqladmin:v1`; `gapi list --remote` lists what Google offers"
}

/// Whether the file of a document is in the folder and not in its index.
pub(crate) fn is_unlisted(spec: &Spec) -> bool {
    let Ok(here) = here() else { return false };
    let index = index::find(&here).map_or_else(|| here.join(PATH), |(_, index)| index);
    index.with_file_name(spec.file()).is_file()
}

/// Returns the model of a document. A method with an error is left out, with a warning.
pub(crate) fn lower(source: &Source) -> Outcome<model::Api> {
    let (document, warnings) = Document::open(source, None).map_err(all)?;
    let within_source = |error| Failure::from(error).within(&source.name);
    match analysis::of(&document, Part::Sound) {
        Ok(Analysis {
            api,
            warnings: more,
            ..
        }) => {
            print::warn(warnings.into_iter().chain(more).map(within_source));
            Ok(api)
        }
        Err(errors) => Err(errors.into_iter().map(within_source).collect()),
    }
}

/// Returns the working directory.
pub(crate) fn here() -> Outcome<PathBuf> {
    Ok(std::env::current_dir()
        .map_err(|error| Failure::io("find", Path::new("the working directory"), &error))?)
}
