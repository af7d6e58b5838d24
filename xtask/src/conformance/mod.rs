//! `cargo xtask conformance` and `cargo xtask roundtrip`: what generated code sends and reads, by running it.

mod calls;
mod harness;
mod roundtrip;
mod synth;

pub(crate) use calls::run as calls;
pub(crate) use roundtrip::run as roundtrip;

use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(crate) struct Calls {
    /// Calls, one per line: `{"doc": "sqladmin.v1", "path": "instances.list", "params": {...}, "body": ...}`.
    #[arg(long, value_name = "CALLS.jsonl")]
    calls: PathBuf,
    /// Where the requests go, one per line in the order of the calls.
    #[arg(long, value_name = "REQUESTS.jsonl")]
    out: PathBuf,
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
