//! Makes calls through gapi-dynamic, and compares the requests with those of the reference client.

use std::path::Path;

use gapi_conformance::{Comparison, Recorded};
use serde_json::Value;

use crate::workspace::{Failure, documents, read, stem};

/// Makes the calls of a file; `wanted` has the requests of the reference client, one per line. True when all are equal.
pub(super) fn of_files(calls: &Path, wanted: &Path, docs: &Path) -> Result<bool, Failure> {
    let (calls, wanted) = (lines(calls)?, lines(wanted)?);
    if calls.len() != wanted.len() {
        return Err(format!("{} calls and {} requests", calls.len(), wanted.len()).into());
    }
    Ok(report(&Comparison::of(docs, calls.into_iter().zip(wanted))))
}

/// Makes the recorded calls of the vendored documents. True when all are equal.
pub(super) fn recorded(docs: &Path) -> Result<bool, Failure> {
    let mut all = Vec::new();
    for file in documents(docs)? {
        let recorded = Recorded::of(&stem(&file))?;
        all.extend(recorded.into_iter().map(Recorded::into_parts));
    }
    Ok(report(&Comparison::of(docs, all)))
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
