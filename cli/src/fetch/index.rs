//! `gapi index`: the index of the files that are in a folder already.

use std::path::PathBuf;

use gapi_dynamic::fetch::Store;

use super::folder;
use super::local::{Local, PRESENT};
use super::report::{Report, What};
use crate::diagnostic::{Exit, Failure, Outcome};

/// List the documents that are in a folder already in its index
///
/// A document that was downloaded without `gapi fetch` is found by its name and version from then on. The name of its file does not matter. Entries of files that are gone are removed.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder of documents; without it, discovery-docs here or in the nearest folder above that has one with an index
    dir: Option<PathBuf>,
    /// Take edited files as they are; `gapi fetch` then replaces them by newer revisions
    #[arg(long)]
    force: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let dir = match &arguments.dir {
        Some(dir) => dir.clone(),
        None => folder()?,
    };
    if !dir.is_dir() {
        let failure = Failure::new(format!("there is no folder {}", dir.display()));
        return Err(failure
            .help("`gapi fetch NAME:VERSION` makes discovery-docs and fetches a document into it")
            .exit(Exit::File)
            .into());
    }
    let mut store = Store::open(&dir, arguments.force).map_err(Failure::from)?;
    let mut local = Local::open(&dir)?;
    let mut report = Report::new(false);
    for spec in local.specs()? {
        let listed = store.file(&spec).map(str::to_owned);
        if let Some((file, bytes)) = local.file_of(&spec, listed.as_deref())? {
            let stored = store.list(&spec, &file, &bytes).map_err(Failure::from)?;
            report.add(&spec, What::Stored(stored));
        }
    }
    for spec in store.remove_gone().map_err(Failure::from)? {
        report.add(&spec, What::Gone);
    }
    store.came_from(PRESENT).map_err(Failure::from)?;
    report.print()
}
