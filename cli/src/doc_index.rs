//! The documents that are here: the index of this folder or of one above it.

use std::path::{Path, PathBuf};

use gapi_codegen::analysis::{self, Analysis, Part};
use gapi_codegen::index::{self, Entry, Index, PATH};
use gapi_codegen::{Document, Source, lookup, model};

use crate::diagnostic::all;
use crate::diagnostic::{Failure, Outcome};

/// An index and where it stands.
pub(crate) struct DocIndex {
    pub(crate) index: Index,
    folder: PathBuf,
}

impl DocIndex {
    /// Finds the index.
    pub(crate) fn find() -> Outcome<Self> {
        let here = here()?;
        let Some((levels, path)) = index::find(&here) else {
            let failure = Failure::new(format!("there is no {PATH} here or in a folder above"));
            return Err(failure
                .help("fetch a document: `gapi fetch sqladmin:v1`")
                .into());
        };
        let text =
            std::fs::read_to_string(&path).map_err(|error| Failure::io("read", &path, &error))?;
        let place = "../".repeat(levels) + PATH;
        let index = Index::parse(&place, &text).map_err(Failure::from)?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        Ok(Self { index, folder })
    }

    /// The text of a document.
    pub(crate) fn text(&self, entry: &Entry) -> Outcome<String> {
        let path = self.folder.join(&entry.file);
        Ok(std::fs::read_to_string(&path).map_err(|error| {
            let failure = Failure::io("read", &path, &error);
            failure.help(format!("`gapi fetch {}` brings it back", entry.spec()))
        })?)
    }
}

/// The model of a document that is named as in `api!`.
pub(crate) fn api(spec: &str) -> Outcome<model::Api> {
    let located = lookup::document(&here()?, spec).map_err(Failure::from)?;
    lower(&located.source)
}

/// The model of a document: what is wrong with a method is a warning, and leaves it out.
pub(crate) fn lower(source: &Source) -> Outcome<model::Api> {
    let (document, warnings) = Document::open(source, None).map_err(all)?;
    let place = |error| Failure::from(error).within(&source.name);
    match analysis::of(&document, Part::Sound) {
        Ok(Analysis {
            api,
            warnings: more,
            ..
        }) => {
            print::warn(warnings.into_iter().chain(more).map(place));
            Ok(api)
        }
        Err(errors) => Err(errors.into_iter().map(place).collect()),
    }
}

/// The working directory.
pub(crate) fn here() -> Outcome<PathBuf> {
    Ok(std::env::current_dir()
        .map_err(|error| Failure::io("find", Path::new("the working directory"), &error))?)
}
