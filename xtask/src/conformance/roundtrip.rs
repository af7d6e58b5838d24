//! Decodes and encodes full responses through generated code.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use gapi_codegen::{Options, Selection, Source, generate};
use gapi_conformance_glue::Part;
use serde_json::{Value, json};

use super::{RoundTrip, harness, synth};
use crate::progress::Progress;
use crate::workspace::{Failure, documents, read};
use crate::workspace::{glob, stem};

/// Returns whether every response came back unchanged.
pub(crate) fn run(arguments: &RoundTrip, root: &Path) -> Result<bool, Failure> {
    let mut files = documents(&root.join(&arguments.folder))?;
    if let Some(only) = &arguments.only {
        files.retain(|file| glob(only, &stem(file)));
    }
    let mut harness = harness::Harness::new(root, "responses", gapi_conformance_glue::responses)?;
    let mut lines: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let progress = Progress::new("generating", files.len());
    for file in &files {
        let name = stem(file);
        progress.working_on(&name);
        let text = String::from_utf8(read(file)?)?;
        let document: Value = serde_json::from_str(&text)?;
        let mut schemas = BTreeSet::new();
        response_schemas(&document, &mut schemas);
        if !schemas.is_empty() {
            let options = Options::new().selection(Selection::parse(["**"])?);
            let generated = generate(&Source::new(format!("{name}.json"), text), &options)?;
            let values = schemas.into_iter().map(|schema| {
                json!({"doc": name, "schema": schema, "value": synth::full(&document, schema)})
            });
            lines.insert(name.clone(), values.collect());
            harness.add(Part {
                document: name,
                generated,
            })?;
        }
        progress.done();
    }
    drop(progress);

    let (mut good, mut all) = (0, 0);
    for program in harness.build()? {
        let sent: Vec<&Value> = program
            .documents
            .iter()
            .flat_map(|document| &lines[document])
            .collect();
        all += sent.len();
        let executable = program
            .executable
            .map_err(|error| format!("the responses do not compile: {error}"))?;
        let texts: Vec<String> = sent.iter().map(ToString::to_string).collect();
        let input: Vec<&str> = texts.iter().map(String::as_str).collect();
        for (sent, outcome) in sent.iter().zip(harness::run(&executable, &input)?) {
            let outcome: Value = serde_json::from_str(&outcome)?;
            if outcome["value"] == sent["value"] {
                good += 1;
                continue;
            }
            let why = outcome["error"].as_str().map_or_else(
                || difference("", &sent["value"], &outcome["value"]),
                str::to_owned,
            );
            println!("{}: {}: {why}", sent["doc"], sent["schema"]);
        }
    }
    println!("{good}/{all} schemas");
    Ok(good == all)
}

/// Adds the schemas of the responses of methods.
fn response_schemas<'d>(resource: &'d Value, schemas: &mut BTreeSet<&'d str>) {
    let entries = |key: &str| resource[key].as_object().into_iter().flatten();
    schemas
        .extend(entries("methods").filter_map(|(_, method)| method["response"]["$ref"].as_str()));
    for (_, child) in entries("resources") {
        response_schemas(child, schemas);
    }
}

/// The first place where two values differ.
fn difference(at: &str, sent: &Value, came: &Value) -> String {
    if let (Value::Object(sent), Value::Object(came)) = (sent, came) {
        let names: BTreeSet<&String> = sent.keys().chain(came.keys()).collect();
        for name in names {
            let value =
                |map: &serde_json::Map<String, Value>| map.get(name).cloned().unwrap_or_default();
            if sent.get(name) != came.get(name) {
                return difference(&format!("{at}.{name}"), &value(sent), &value(came));
            }
        }
    }
    if let (Value::Array(sent), Value::Array(came)) = (sent, came)
        && sent.len() == came.len()
        && let Some(index) = (0..sent.len()).find(|index| sent[*index] != came[*index])
    {
        return difference(&format!("{at}[{index}]"), &sent[index], &came[index]);
    }
    format!("{at}: sent {sent}, came back as {came}")
}
