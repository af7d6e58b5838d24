//! The documents that are here: the index of this folder or of one above it.

use std::path::{Path, PathBuf};

use gapi_codegen::analysis::{self, Analysis, Part};
use gapi_codegen::index::{self, Entry, Index, PATH};
use gapi_codegen::{Document, Source, locate, model};

use crate::problem::{self, all};
use crate::{Outcome, Problem};

/// An index and where it stands.
pub(crate) struct Library {
    pub(crate) index: Index,
    folder: PathBuf,
}

impl Library {
    /// Finds the index.
    pub(crate) fn find() -> Outcome<Self> {
        let here = here()?;
        let Some((levels, path)) = index::find(&here) else {
            let problem = Problem::new(format!("there is no {PATH} here or in a folder above"));
            return Err(problem
                .help("fetch a document: `gapi fetch sqladmin:v1`")
                .into());
        };
        let text =
            std::fs::read_to_string(&path).map_err(|error| Problem::io("read", &path, &error))?;
        let place = "../".repeat(levels) + PATH;
        let index = Index::parse(&place, &text).map_err(Problem::from)?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        Ok(Self { index, folder })
    }

    /// The text of a document.
    pub(crate) fn text(&self, entry: &Entry) -> Outcome<String> {
        let path = self.folder.join(&entry.file);
        Ok(std::fs::read_to_string(&path).map_err(|error| {
            let problem = Problem::io("read", &path, &error);
            problem.help(format!("`gapi fetch {}` brings it back", entry.spec()))
        })?)
    }
}

/// The model of a document that is named as in `api!`.
pub(crate) fn api(spec: &str) -> Outcome<model::Api> {
    let located = locate::document(&here()?, spec).map_err(Problem::from)?;
    lower(&located.source)
}

/// The model of a document: what is wrong with a method is a warning, and leaves it out.
pub(crate) fn lower(source: &Source) -> Outcome<model::Api> {
    let (document, warnings) = Document::open(source, None).map_err(all)?;
    let place = |error| Problem::from(error).within(&source.name);
    match analysis::of(&document, Part::Sound) {
        Ok(Analysis {
            api,
            warnings: more,
            ..
        }) => {
            problem::warn(warnings.into_iter().chain(more).map(place));
            Ok(api)
        }
        Err(errors) => Err(errors.into_iter().map(place).collect()),
    }
}

/// The working directory.
pub(crate) fn here() -> Outcome<PathBuf> {
    Ok(std::env::current_dir()
        .map_err(|error| Problem::io("find", Path::new("the working directory"), &error))?)
}
