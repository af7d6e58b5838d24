//! Makes recorded calls through generated code.

use std::{fmt::Write as _, fs, path::Path};

use gapi_conformance_replay::{Document, Line, request};
use serde_json::{Value, json};

use crate::seen;

/// Makes the recorded calls of `documents`, and gives how many there are.
///
/// # Errors
/// What differs from the recorded requests.
///
/// # Panics
/// When there is no record.
pub fn replay(documents: &[Document]) -> Result<usize, String> {
    let mut wrong = String::new();
    let (mut equal, mut all) = (0, 0);
    for document in documents {
        let calls = Path::new(env!("CARGO_MANIFEST_DIR")).join("calls");
        let text = fs::read_to_string(calls.join(format!("{}.jsonl", document.name)))
            .expect("the recorded calls");
        for line in text.lines() {
            all += 1;
            match one(documents, document.name, line) {
                Ok(()) => equal += 1,
                Err(why) => writeln!(wrong, "{}: {why}", document.name).expect("a string"),
            }
        }
    }
    println!("{equal}/{all} requests equal");
    if wrong.is_empty() {
        Ok(all)
    } else {
        Err(format!("{equal}/{all} requests equal\n{wrong}"))
    }
}

/// Makes one call, and says how its request differs.
fn one(documents: &[Document], document: &str, line: &str) -> Result<(), String> {
    let mut call: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let path = call["path"].to_string();
    let mut want = call["want"].take();
    if want.get("body").is_none() && call.get("body").is_some() {
        want["body"] = call["body"].to_string().into();
    }
    call["doc"] = json!(document);
    let call: Line = serde_json::from_value(call).map_err(|error| format!("{path}: {error}"))?;
    let got = request(documents, &call).map_err(|fault| format!("{path}: {fault}"))?;
    let (want, got) = (seen(&want)?, seen(&got)?);
    if want == got {
        return Ok(());
    }
    Err(format!("{path}:\n  want {want:?}\n  got  {got:?}"))
}
