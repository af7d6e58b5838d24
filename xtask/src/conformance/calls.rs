//! Makes calls through generated code, and writes the requests down.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use gapi_codegen::{Options, Selection, Source, generate};
use gapi_conformance_glue::Part;
use serde::Deserialize;
use serde_json::{Value, json};

use super::harness;
use crate::progress::Progress;
use crate::workspace::{Failure, read, write};

/// The part of a line that names its method.
#[derive(Deserialize)]
struct Call {
    doc: String,
    method: Option<String>,
    path: Option<String>,
}

/// True when every call could be made as it should be.
pub(super) fn run(
    calls_file: &Path,
    out: &Path,
    docs: &Path,
    root: &Path,
) -> Result<bool, Failure> {
    let text = String::from_utf8(read(calls_file)?)?;
    let lines: Vec<&str> = text.lines().collect();
    let mut calls = Vec::with_capacity(lines.len());
    let mut documents: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, line) in lines.iter().enumerate() {
        let call: Call = serde_json::from_str(line)
            .map_err(|error| format!("{} line {}: {error}", calls_file.display(), index + 1))?;
        documents.entry(call.doc.clone()).or_default().push(index);
        calls.push(call);
    }

    let mut outcomes: Vec<Option<String>> = vec![None; lines.len()];
    let mut harness = harness::Harness::new(root, "calls", gapi_conformance_glue::calls)?;
    let progress = Progress::new("generating", documents.len());
    for (document, indices) in &documents {
        progress.working_on(document);
        let wanted: Vec<&Call> = indices.iter().map(|index| &calls[*index]).collect();
        match part(docs, document, &wanted) {
            Ok(part) => harness.add(part)?,
            Err(error) => fail(&mut outcomes, indices, &error.to_string()),
        }
        progress.done();
    }
    drop(progress);
    let programs = harness.build()?;
    let progress = Progress::new("calling", programs.len());
    for program in &programs {
        let indices: Vec<usize> = program
            .documents
            .iter()
            .flat_map(|document| documents[document].iter().copied())
            .collect();
        let input: Vec<&str> = indices.iter().map(|index| lines[*index]).collect();
        let outcome = match &program.executable {
            Ok(executable) => harness::run(executable, &input),
            Err(error) => Err(format!("the calls do not compile: {error}").into()),
        };
        match outcome {
            Ok(given) => {
                for (index, line_outcome) in indices.into_iter().zip(given) {
                    outcomes[index] = Some(line_outcome);
                }
            }
            Err(error) => fail(&mut outcomes, &indices, &error.to_string()),
        }
        progress.done();
    }
    drop(progress);
    let outcomes: Vec<String> = outcomes.into_iter().flatten().collect();
    write(out, format!("{}\n", outcomes.join("\n")))?;
    Ok(report(&lines, &outcomes))
}

fn fail(outcomes: &mut [Option<String>], indices: &[usize], why: &str) {
    for index in indices {
        outcomes[*index] = Some(json!({"error": why}).to_string());
    }
}

/// Prints every failure and one line of counts.
fn report(lines: &[&str], outcomes: &[String]) -> bool {
    #[derive(Deserialize)]
    struct Outcome {
        error: Option<String>,
        skip: Option<String>,
    }
    let mut counts = [0_usize; 3];
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for (index, line_outcome) in outcomes.iter().enumerate() {
        let outcome: Option<Outcome> = serde_json::from_str(line_outcome).ok();
        let error = match outcome {
            Some(Outcome {
                error: None, skip, ..
            }) => {
                counts[usize::from(skip.is_some())] += 1;
                continue;
            }
            Some(Outcome {
                error: Some(error), ..
            }) => error,
            None => "an outcome that is no JSON".to_owned(),
        };
        counts[2] += 1;
        let count = reasons.entry(error.clone()).or_default();
        *count += 1;
        if *count == 1 {
            let call: Value = serde_json::from_str(lines[index]).unwrap_or_default();
            println!(
                "line {}: {} {}: {error}",
                index + 1,
                call["doc"],
                call["path"]
            );
        }
    }
    let [made, skipped, failed] = counts;
    println!("{made} calls made, {skipped} skipped, {failed} failed");
    failed == 0
}

/// The module of a document with the methods that are called.
fn part(folder: &Path, document: &str, calls: &[&Call]) -> Result<Part, Failure> {
    let file = format!("{document}.json");
    let text = String::from_utf8(read(&folder.join(&file))?)?;
    let mut methods = Vec::new();
    collect(&serde_json::from_str(&text)?, "", &mut methods);
    let mut wanted = BTreeSet::new();
    for call in calls {
        let found = methods.iter().find(|(path, id)| match &call.path {
            Some(name) => path == name,
            None => call.method.as_ref() == Some(id),
        });
        // The harness reports that there is no such method.
        wanted.extend(found.map(|(path, _)| path.as_str()));
    }
    let options = Options::new().selection(Selection::parse(&wanted)?);
    let generated = generate(&Source::new(file, text), &options)?;
    Ok(Part {
        document: document.to_owned(),
        generated,
    })
}

/// Every method's path and id.
fn collect(resource: &Value, path: &str, methods: &mut Vec<(String, String)>) {
    let entries = |key: &str| resource[key].as_object().into_iter().flatten();
    for (name, method) in entries("methods") {
        let id = method["id"].as_str().unwrap_or_default();
        methods.push((format!("{path}{name}"), id.to_owned()));
    }
    for (name, child) in entries("resources") {
        collect(child, &format!("{path}{name}."), methods);
    }
}
