//! Makes calls through gapi-dynamic, and compares the requests with those of the reference client.

use std::path::Path;

use gapi_conformance::Comparison;
use serde_json::Value;

use crate::workspace::{Failure, read};

/// Makes the calls of a file; `wanted` has the requests of the reference client, one per line. True when all are equal.
pub(super) fn of_files(calls: &Path, wanted: &Path, docs: &Path) -> Result<bool, Failure> {
    let (calls, wanted) = (lines(calls)?, lines(wanted)?);
    if calls.len() != wanted.len() {
        return Err(format!("{} calls and {} requests", calls.len(), wanted.len()).into());
    }
    Ok(report(&Comparison::of(docs, calls.into_iter().zip(wanted))))
}

/// Makes the recorded calls of the vendored documents. True when all are equal.
pub(super) fn recorded() -> Result<bool, Failure> {
    Ok(report(&gapi_conformance::recorded_at_run_time()?))
}

fn report(comparison: &Comparison) -> bool {
    println!("{comparison}");
    comparison.wrong.is_empty()
}

fn lines(file: &Path) -> Result<Vec<Value>, Failure> {
    let text = String::from_utf8(read(file)?)?;
    let values = text.lines().map(serde_json::from_str);
    Ok(values.collect::<Result<_, _>>()?)
}
