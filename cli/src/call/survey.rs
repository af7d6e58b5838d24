//! All methods of many documents: their command lines can be built, and which parameters have no flag.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use gapi_codegen::Source;
use gapi_codegen::text::is_active;
use gapi_dynamic::{Hosts, Service};
use serde_json::Value;

use super::{arguments, help};

/// The folders of documents: the vendored ones, and those that a variable names.
fn documents() -> Vec<PathBuf> {
    let vendored = Path::new(env!("CARGO_MANIFEST_DIR")).join("../discovery-docs");
    let named = std::env::var_os("GAPI_CORPUS").map(PathBuf::from);
    let mut files: Vec<PathBuf> = std::iter::once(vendored)
        .chain(named)
        .flat_map(|folder| folder.read_dir().unwrap())
        .map(|file| file.unwrap().path())
        .filter(|file| {
            file.extension().is_some_and(|end| end == "json") && !file.ends_with("index.json")
        })
        .collect();
    files.sort();
    files
}

/// A golden of `gapi call`'s options: a new option or document shows the parameters that it hides. `EXPECTORATE=overwrite` writes it.
#[test]
fn few_parameters_have_no_flag() {
    let own = arguments::own_flags();
    let mut hidden: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in documents() {
        let document: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        for_each_method(&document, &mut |method| {
            let names = method["parameters"].as_object().into_iter().flatten();
            for (name, _) in names.filter(|(name, _)| own.contains(&arguments::flag(name))) {
                let of = hidden.entry(name.clone()).or_default();
                of.push(format!(
                    "{}: {}",
                    document["version"].as_str().unwrap_or_default(),
                    method["id"]
                ));
            }
        });
    }
    let mut text = String::new();
    for (name, methods) in hidden {
        text.push_str(&format!("{name}: {}\n", methods.len()));
        text.extend(methods.iter().map(|method| format!("    {method}\n")));
    }
    if std::env::var_os("GAPI_CORPUS").is_none() {
        expectorate::assert_contents("tests/hidden-parameters.txt", &text);
    }
}

fn for_each_method(resource: &Value, work: &mut dyn FnMut(&Value)) {
    for method in resource["methods"].as_object().into_iter().flatten() {
        work(method.1);
    }
    for child in resource["resources"].as_object().into_iter().flatten() {
        for_each_method(child.1, work);
    }
}

/// Every 40th method; all of them with `GAPI_CORPUS`. Commands are built with all of clap's own checks.
#[test]
fn each_method_has_a_help() {
    let step = if std::env::var_os("GAPI_CORPUS").is_some() {
        1
    } else {
        40
    };
    let mut count = 0;
    for file in documents() {
        let text = std::fs::read_to_string(&file).unwrap();
        let service =
            Service::from_source(Source::new(file.display().to_string(), text), &Hosts::Any)
                .unwrap();
        let global: Vec<&str> = service.global_parameters().collect();
        for entry in service.methods().iter().step_by(step) {
            let Ok(method) = service.find(&entry.name) else {
                continue;
            };
            let mut command = arguments::command(&method, &global);
            command.build();
            let text = help::text(&service, &method, command);
            assert!(
                text.contains(&format!(
                    "gapi call {}:{}",
                    service.name(),
                    service.version()
                )),
                "{text}"
            );
            assert!(
                !text.contains(|c| c != '\n' && is_active(c)),
                "{}: {text:?}",
                entry.id
            );
            count += 1;
        }
    }
    assert!(count > 50);
}
