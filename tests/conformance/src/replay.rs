//! Recorded calls, and how requests differ from those that were recorded.

use std::{fmt::Write as _, fs, path::Path};

use gapi_conformance_replay::{Document, Line, request};
use serde_json::{Value, json};

use crate::{name_as_given, observed};

/// A call, and the request that the reference client makes of it.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The call as [`Line`] reads it.
    pub call: Value,
    want: Value,
}

impl Recorded {
    /// Reads the recorded calls of `document`.
    ///
    /// # Errors
    /// When there are none, or a line is not JSON.
    pub fn of(document: &str) -> Result<Vec<Self>, String> {
        let calls = Path::new(env!("CARGO_MANIFEST_DIR")).join("calls");
        let text = fs::read_to_string(calls.join(format!("{document}.jsonl")))
            .map_err(|error| format!("the calls of {document}: {error}"))?;
        text.lines()
            .map(|line| {
                let mut call: Value = serde_json::from_str(line)
                    .map_err(|error| format!("a call of {document}: {error}"))?;
                let mut want = call["want"].take();
                if want.get("body").is_none() && call.get("body").is_some() {
                    want["body"] = call["body"].to_string().into();
                }
                call["doc"] = json!(document);
                Ok(Self { call, want })
            })
            .collect()
    }

    /// Returns the method of the call, such as `instances.list`.
    #[must_use]
    pub fn path(&self) -> &str {
        self.call["path"].as_str().unwrap_or_default()
    }

    /// Returns the call and the request that the reference client makes of it.
    #[must_use]
    pub fn into_parts(self) -> (Value, Value) {
        (self.call, self.want)
    }

    /// Compares the request that was made of the call with the recorded one.
    ///
    /// # Errors
    /// How they differ.
    pub fn compare(&self, got: &Value) -> Result<(), String> {
        let (mut want, got) = (observed(&self.want)?, observed(got)?);
        name_as_given(&mut want, &self.call["params"]);
        if want == got {
            return Ok(());
        }
        let (document, path) = (&self.call["doc"], self.path());
        Err(format!(
            "{document} {path}:\n  want {want:?}\n  got  {got:?}"
        ))
    }
}

/// Makes those recorded calls of `documents` whose method `wanted` takes, given document and method. Returns how many there are.
///
/// # Errors
/// What differs from the recorded requests.
pub fn replay(
    documents: &[Document],
    wanted: impl Fn(&str, &str) -> bool,
) -> Result<usize, String> {
    let mut wrong = String::new();
    let (mut equal, mut all) = (0, 0);
    for document in documents {
        for recorded in Recorded::of(document.name)? {
            if !wanted(document.name, recorded.path()) {
                continue;
            }
            all += 1;
            match one(documents, &recorded) {
                Ok(()) => equal += 1,
                Err(why) => writeln!(wrong, "{why}").expect("a string"),
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

/// Makes one call, and returns how its request differs.
fn one(documents: &[Document], recorded: &Recorded) -> Result<(), String> {
    let path = recorded.path();
    let call: Line = serde_json::from_value(recorded.call.clone())
        .map_err(|error| format!("{path}: {error}"))?;
    let got = request(documents, &call).map_err(|fault| format!("{path}: {fault}"))?;
    recorded.compare(&got)
}
