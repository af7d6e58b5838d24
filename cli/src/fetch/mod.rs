//! `gapi fetch`: documents from Google, a folder or a wheel into a folder with an index.

pub(crate) mod index;
mod local;
mod progress;
mod report;

use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::StreamExt as _;
use gapi_codegen::index::PATH;
use gapi_dynamic::fetch::{Discovery, SOURCE, Spec, Store};

use crate::diagnostic::{Failure, Outcome, block_on};
use crate::doc_index::here;
use crate::input;
pub(crate) use local::PRESENT;

use local::Local;
use progress::Progress;
use report::{Report, What};

/// The number of requests at a time.
const AT_A_TIME: usize = 8;

/// Fetch Discovery documents into a folder, and update its index
///
/// A document that is named has to be fetched. Without names, every document of the index is brought up to date; with --all, every API that Google
/// lists is fetched. Both report what cannot be fetched and continue.
///
/// An older revision never replaces a newer one, and a file that was edited stays as it is, unless --force is given.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The documents to fetch, such as `sqladmin:v1`
    #[arg(value_name = "NAME:VERSION")]
    names: Vec<Spec>,
    /// Fetch every API of the directory, or of the folder or wheel
    #[arg(long, conflicts_with = "names")]
    all: bool,
    /// The folder of documents; without it, discovery-docs here or in the nearest folder above that has one with an index
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Take documents from a folder or from google-api-python-client's wheel instead of the network; `-` is a wheel or one document from the standard input stream
    #[arg(long, value_name = "DIR|WHEEL")]
    from: Option<PathBuf>,
    /// Replace newer revisions and edited files too
    #[arg(long)]
    force: bool,
    /// How long to wait for one response
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = clap::value_parser!(u64).range(1..))]
    timeout: u64,
    /// The base of the first discovery service
    #[arg(
        long,
        hide = true,
        default_value = Discovery::V1
    )]
    v1: String,
    /// The root of the second one; `{api}` means the API's name
    #[arg(long, hide = true, default_value = Discovery::V2)]
    v2: String,
}

/// The folder of the nearest index, as it is written from here.
fn folder() -> Outcome<PathBuf> {
    let levels = gapi_codegen::index::find(&here()?).map_or(0, |(levels, _)| levels);
    let index = PathBuf::from("../".repeat(levels) + PATH);
    Ok(index.parent().unwrap_or(Path::new(".")).to_owned())
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let dir = match &arguments.dir {
        Some(dir) => dir.clone(),
        None => folder()?,
    };
    let mut store = Store::open(&dir, arguments.force).map_err(Failure::from)?;
    let has_one = arguments.from.as_deref().is_some_and(input::is_stdin);
    let specs = if arguments.all || has_one || !arguments.names.is_empty() {
        arguments.names.clone()
    } else {
        store.specs().map_err(Failure::from)?
    };
    let report = match &arguments.from {
        Some(from) => offline(arguments, from, specs, &mut store)?,
        None => block_on(online(arguments, specs, &mut store))??,
    };
    report.print()?;
    let failures = report.failures();
    if failures.is_empty() {
        Ok(())
    } else {
        Err(failures)
    }
}

/// From a folder or a wheel.
fn offline(
    arguments: &Arguments,
    from: &Path,
    specs: Vec<Spec>,
    store: &mut Store,
) -> Outcome<Report> {
    let mut local = Local::open(from)?;
    let specs = if arguments.all || specs.is_empty() {
        local.specs()?
    } else {
        specs
    };
    let progress = Progress::new("Reading", specs.len());
    let mut report = Report::new(!arguments.names.is_empty());
    for spec in specs {
        progress.working_on(&spec.to_string());
        match local.read(&spec)? {
            Ok(fetched) => report.add(
                &spec,
                What::Stored(store.put(&spec, &fetched).map_err(Failure::from)?),
            ),
            Err(missing) => report.add(&spec, What::Missing(missing)),
        }
        progress.done();
    }
    store.came_from(&local.source()).map_err(Failure::from)?;
    Ok(report)
}

/// From Google.
async fn online(arguments: &Arguments, specs: Vec<Spec>, store: &mut Store) -> Outcome<Report> {
    let service = Discovery::new(
        &arguments.v1,
        &arguments.v2,
        Duration::from_secs(arguments.timeout),
    )
    .map_err(Failure::from)?;
    let wanted: Vec<(Spec, Option<String>)> = if arguments.all {
        let listed = service.directory().await.map_err(Failure::from)?;
        listed
            .into_iter()
            .map(|listed| (listed.spec, listed.url))
            .collect()
    } else {
        specs.into_iter().map(|spec| (spec, None)).collect()
    };
    let progress = Progress::new("Fetching", wanted.len());
    let mut report = Report::new(!arguments.names.is_empty());
    let mut responses = futures_util::stream::iter(wanted)
        .map(|(spec, listed)| {
            let (service, progress) = (&service, &progress);
            async move {
                progress.working_on(&spec.to_string());
                let response = service.document(&spec, listed.as_deref()).await;
                (spec, response)
            }
        })
        .buffer_unordered(AT_A_TIME);
    while let Some((spec, response)) = responses.next().await {
        match response {
            Ok(fetched) => report.add(
                &spec,
                What::Stored(store.put(&spec, &fetched).map_err(Failure::from)?),
            ),
            Err(missing) => report.add(&spec, What::Missing(missing)),
        }
        progress.done();
    }
    drop(responses);
    store.came_from(SOURCE).map_err(Failure::from)?;
    Ok(report)
}
