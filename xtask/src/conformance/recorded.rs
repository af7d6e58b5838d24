//! Makes all recorded calls of the vendored documents, and compares the requests with the recorded ones.

use std::path::Path;

use gapi_conformance::Recorded;
use serde_json::Value;

use super::calls;
use crate::workspace::target;
use crate::workspace::{Failure, documents, read, write};

/// True when every request is the recorded one.
pub(super) fn run(docs: &Path, root: &Path) -> Result<bool, Failure> {
    let mut all = Vec::new();
    for file in documents(docs)? {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        all.extend(Recorded::of(&name)?);
    }
    let scratch = target(root)?.join("conformance");
    std::fs::create_dir_all(&scratch)
        .map_err(|error| format!("cannot make {}: {error}", scratch.display()))?;
    let (input, output) = (scratch.join("calls.jsonl"), scratch.join("requests.jsonl"));
    let lines: Vec<String> = all.iter().map(|call| call.call.to_string()).collect();
    write(&input, lines.join("\n"))?;
    let all_made = calls::run(&input, &output, docs, root)?;

    let requests = String::from_utf8(read(&output)?)?;
    let mut equal = 0;
    for (recorded, request) in all.iter().zip(requests.lines()) {
        let request: Value = serde_json::from_str(request)?;
        // A call that could not be made was reported above.
        if request.get("error").is_some() {
            continue;
        }
        match recorded.compare(&request) {
            Ok(()) => equal += 1,
            Err(why) => println!("{why}"),
        }
    }
    println!("{equal}/{} requests equal", all.len());
    Ok(all_made && equal == all.len())
}
