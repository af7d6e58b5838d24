//! `cargo xtask conformance` and `cargo xtask roundtrip`: what generated code sends and reads, by running it.

mod calls;
mod checks;
mod dynamic;
mod harness;
mod recorded;
mod roundtrip;
mod synth;

pub(crate) use roundtrip::run as roundtrip;

use std::path::{Path, PathBuf};

use crate::workspace::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct Calls {
    /// Calls, one per line: `{"doc": "sqladmin.v1", "path": "instances.list", "params": {...}, "body": ...}`.
    #[arg(
        long,
        value_name = "CALLS.jsonl",
        requires = "output",
        required_unless_present_any = ["recorded", "checks"]
    )]
    calls: Option<PathBuf>,
    /// Where the requests go, one per line in the order of the calls.
    #[arg(long, value_name = "REQUESTS.jsonl", group = "output")]
    out: Option<PathBuf>,
    /// The requests that are wanted, one per line in the order of the calls; a call of them may be refused, as `{"error": ...}`.
    #[arg(
        long,
        value_name = "REQUESTS.jsonl",
        group = "output",
        requires = "dynamic"
    )]
    want: Option<PathBuf>,
    /// Make the calls at run time, through gapi-dynamic, instead of through generated code.
    #[arg(long, conflicts_with = "out")]
    dynamic: bool,
    /// Make the recorded calls of the vendored documents, all of them, and compare the requests.
    #[arg(long, conflicts_with_all = ["calls", "out", "docs"])]
    recorded: bool,
    /// Check bodies of all schemas that run-time calls send: full ones, and one misspelled name after another.
    #[arg(long, conflicts_with_all = ["calls", "recorded"])]
    checks: bool,
    /// The folder of documents.
    #[arg(long, value_name = "DIR", default_value = "discovery-docs")]
    docs: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RoundTrip {
    /// The folder of documents.
    folder: PathBuf,
    /// Only documents whose file name, without `.json`, matches: `compute.*`, `sql*`.
    #[arg(long, value_name = "GLOB")]
    only: Option<String>,
}

/// True when every call could be made as it should be, and with `--recorded` every request is the recorded one.
pub(crate) fn calls(arguments: &Calls, root: &Path) -> Result<bool, Failure> {
    let docs = root.join(&arguments.docs);
    if arguments.checks {
        return checks::run(&docs);
    }
    match (&arguments.calls, &arguments.out, &arguments.want) {
        (Some(calls), _, Some(want)) => dynamic::of_files(calls, want, &docs),
        (Some(calls), Some(out), _) => calls::run(calls, out, &docs, root),
        _ if arguments.dynamic => dynamic::recorded(),
        _ => recorded::run(&docs, root),
    }
}
