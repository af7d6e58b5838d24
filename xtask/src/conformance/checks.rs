//! Bodies that the checks of run-time calls accept and refuse: full ones, and one misspelled name after another.

use std::collections::BTreeSet;
use std::path::Path;

use gapi_codegen::Source;
use gapi_dynamic::{Hosts, Method, Service};
use serde_json::{Map, Value, json};

use super::synth;
use crate::progress::Progress;
use crate::workspace::{Failure, documents, read, stem};

/// What was checked, and what was wrong.
#[derive(Default)]
struct Findings {
    schemas: usize,
    names: usize,
    wrong: Vec<String>,
}

/// Checks the schemas of all bodies of the documents in a folder. True when each full body is accepted, and each misspelled name is
/// refused with the right one.
pub(super) fn run(folder: &Path) -> Result<bool, Failure> {
    let files = documents(folder)?;
    let mut findings = Findings::default();
    let progress = Progress::new("checking", files.len());
    for file in &files {
        progress.working_on(&stem(file));
        of_document(&stem(file), String::from_utf8(read(file)?)?, &mut findings)?;
        progress.done();
    }
    drop(progress);
    for line in &findings.wrong {
        println!("{line}");
    }
    let (schemas, names, wrong) = (findings.schemas, findings.names, findings.wrong.len());
    println!("{schemas} full bodies, {names} misspelled names, {wrong} wrong");
    Ok(wrong == 0)
}

fn of_document(name: &str, text: String, findings: &mut Findings) -> Result<(), Failure> {
    let document: Value = serde_json::from_str(&text)?;
    let service = Service::from_source(Source::new(name, text), &Hosts::Any)?;
    let (mut requests, mut known) = (BTreeSet::new(), BTreeSet::new());
    for entry in service.methods() {
        let pointer = format!("/resources/{}", entry.name.replace('.', "/resources/"));
        let (resource, method) = pointer.rsplit_once("/resources/").unwrap_or_default();
        let method = document.pointer(&format!("{resource}/methods/{method}"));
        let schema = method.and_then(|method| method["request"]["$ref"].as_str());
        let Some(schema) = schema.filter(|schema| requests.insert(*schema)) else {
            continue;
        };
        let method = service.find(&entry.name)?;
        findings.schemas += 1;
        let full = synth::full(&document, schema);
        let accepted = mistakes(&method, &full);
        if !accepted.is_empty() {
            let line = format!("{name} {schema}: a full body is refused: {accepted:?}");
            findings.wrong.push(line);
        }
        let reference = json!({"$ref": schema});
        let mut names = Vec::new();
        add_names(
            &document,
            &reference,
            schema,
            &full,
            &[],
            &mut known,
            &mut names,
        );
        for (path, property) in names {
            findings.names += 1;
            let found = mistakes(&method, &misspelled(&path, &property));
            // Of one or two letters nothing is near.
            let is_near = |found: &[String]| property.len() < 3 || found.contains(&property);
            if !matches!(&*found, [nearest] if is_near(nearest)) {
                let line = format!("{name} {schema} {path:?} {property}: {found:?}");
                findings.wrong.push(line);
            }
        }
    }
    Ok(())
}

/// Returns the nearest names of each mistake in a body.
fn mistakes(method: &Method, body: &Value) -> Vec<Vec<String>> {
    let parameters = method.model().required.iter();
    let request = parameters.fold(method.call(), |request, parameter| {
        request.set(&parameter.wire, "1")
    });
    let checked = request.body(body).check().err().unwrap_or_default();
    let of_body = checked.iter().filter(|one| one.path.starts_with("body"));
    of_body.map(|one| one.nearest.clone()).collect()
}

/// A step to a value: the name of a property, or the only entry of a list.
#[derive(Clone, Debug)]
enum PathStep {
    Property(String),
    Entry,
}

/// Adds the names of the properties in a value that are new in their schema, each with the way to its object.
fn add_names(
    document: &Value,
    of: &Value,
    owner: &str,
    value: &Value,
    path: &[PathStep],
    known: &mut BTreeSet<(String, String)>,
    names: &mut Vec<(Vec<PathStep>, String)>,
) {
    if let Some(name) = of["$ref"].as_str() {
        let schema = &document["schemas"][name];
        return add_names(document, schema, name, value, path, known, names);
    }
    let below = |step: PathStep| [path, &[step]].concat();
    match value {
        Value::Array(list) => {
            if let Some(first) = list.first() {
                let path = below(PathStep::Entry);
                add_names(document, &of["items"], owner, first, &path, known, names);
            }
        }
        Value::Object(object) => {
            for (name, value) in object {
                let property = &of["properties"][name];
                let inner = format!("{owner}.{name}");
                let path_of_value = below(PathStep::Property(name.clone()));
                let of_value = if property.is_null() {
                    &of["additionalProperties"]
                } else if known.insert((owner.to_owned(), name.clone())) {
                    names.push((path.to_vec(), name.clone()));
                    property
                } else {
                    continue;
                };
                add_names(
                    document,
                    of_value,
                    &inner,
                    value,
                    &path_of_value,
                    known,
                    names,
                );
            }
        }
        _ => {}
    }
}

/// Returns a body with nothing but a misspelled name at a path: one of its letters is doubled.
fn misspelled(path: &[PathStep], property: &str) -> Value {
    let middle = property.chars().count() / 2;
    let letters = property.chars().enumerate();
    let typo: String = letters
        .flat_map(|(index, letter)| std::iter::repeat_n(letter, 1 + usize::from(index == middle)))
        .collect();
    let object = |name: &str, value: Value| Value::from(Map::from_iter([(name.to_owned(), value)]));
    path.iter()
        .rev()
        .fold(object(&typo, Value::Null), |inner, step| match step {
            PathStep::Property(name) => object(name, inner),
            PathStep::Entry => json!([inner]),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_misspelled_once() {
        let mut findings = Findings::default();
        let schemas = json!({
        "Thing": {"id": "Thing", "type": "object", "properties": {
            "size": {"type": "string", "format": "int64"},
            "parts": {"type": "array", "items": {"$ref": "Thing"}},
            "labels": {"type": "object", "additionalProperties": {"type": "object", "properties": {"color": {"type": "string"}}}},
        }}});
        let document = json!({
            "kind": "discovery#restDescription", "name": "things", "version": "v1", "rootUrl": "https://things.googleapis.com/",
            "servicePath": "", "schemas": schemas, "resources": {"things": {"methods": {
                "insert": {"id": "things.insert", "httpMethod": "POST", "path": "v1", "request": {"$ref": "Thing"}}}}}});
        of_document("things", document.to_string(), &mut findings).unwrap();
        assert_eq!((findings.schemas, findings.names), (1, 4));
        assert!(findings.wrong.is_empty(), "{:?}", findings.wrong);
        let path = [PathStep::Property("parts".to_owned()), PathStep::Entry];
        assert_eq!(
            misspelled(&path, "size"),
            json!({"parts": [{"sizze": null}]})
        );
    }
}
