//! Descriptions of every method of the vendored documents.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;

use gapi_codegen::describe::{Identity, Program};
use gapi_codegen::index::Index;
use gapi_codegen::model::{Api, Verb};
use gapi_codegen::{Document, Source, describe, model};
use serde_json::{Value, json};

#[test]
fn every_method_has_a_program_and_a_body_that_are_rust() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../discovery-docs");
    let text = std::fs::read_to_string(folder.join("index.json")).unwrap();
    let mut methods = 0;
    for entry in Index::parse("index.json", &text).unwrap().documents {
        let text = std::fs::read_to_string(folder.join(&entry.file)).unwrap();
        let document = Document::read(&Source::new(&entry.file, text), None).unwrap();
        let api = model::lower(&document).unwrap();
        let first = describe::first_method(&api, None).unwrap();
        assert_eq!(first.verb, Verb::Get, "{}", first.id);
        let mut options = Program::default();
        for (blocking, identity) in [(false, Identity::SignedIn), (true, Identity::Found)] {
            (options.blocking, options.identity) = (blocking, identity);
            let program = describe::program(&api, first, &options);
            assert!(syn::parse_file(&program).is_ok(), "{program}");
        }
        for method in api.root.all_methods() {
            methods += 1;
            let path = format!("{} {}", entry.spec(), method.path_name);
            // A method is found by either of its names.
            assert_eq!(
                describe::find(&api, &method.path_name).unwrap().id,
                method.id
            );
            let description = describe::method(&api, method, 1);
            let file = syn::parse_file(&description.snippet);
            assert!(file.is_ok(), "{path}: {}", description.snippet);
            if let Some(body) = &description.body {
                let rust = syn::parse_str::<syn::Expr>(&body.rust);
                assert!(rust.is_ok(), "{path}: {}", body.rust);
            }
            assert!(description.http.contains("https://"), "{path}");
        }
    }
    assert!(methods > 2_000, "{methods}");
}

/// Returns the API of a document with these methods in one resource: name, verb, parameters that a call needs.
fn api(methods: &[(&str, &str, &[&str])]) -> Api {
    let methods: serde_json::Map<String, Value> = methods
        .iter()
        .map(|(name, verb, parameters)| {
            let parameters: serde_json::Map<String, Value> = parameters
                .iter()
                .map(|name| {
                    let parameter = json!({"type": "string", "location": "query", "required": true});
                    ((*name).to_owned(), parameter)
                })
                .collect();
            let method = json!({"id": format!("a.things.{name}"), "httpMethod": verb, "path": "v1/things", "parameters": parameters});
            ((*name).to_owned(), method)
        })
        .collect();
    let document = json!({"name": "a", "version": "v1", "rootUrl": "https://a.googleapis.com/",
        "resources": {"things": {"methods": methods}}});
    let source = Source::new("a.json", document.to_string());
    model::lower(&Document::read(&source, None).unwrap()).unwrap()
}

#[test]
fn a_first_program_reads_and_asks_for_little() {
    let first = |methods: &[(&str, &str, &[&str])]| {
        let api = api(methods);
        describe::first_method(&api, None).map(|method| method.wire.clone())
    };
    let all: &[(&str, &str, &[&str])] = &[
        ("delete", "DELETE", &[]),
        ("create", "POST", &[]),
        ("get", "GET", &["id"]),
        ("find", "GET", &["id"]),
        ("peek", "GET", &["id", "part"]),
    ];
    assert_eq!(first(all).as_deref(), Some("get"));
    assert_eq!(first(&all[..2]).as_deref(), Some("create"));
    assert_eq!(first(&[]), None);
    let api = api(all);
    let named = BTreeSet::from(["things.peek", "things.delete"]);
    let method = describe::first_method(&api, Some(&named)).unwrap();
    assert_eq!(method.wire, "peek");
    assert_eq!(describe::words(&api, method), ["ID", "PART"]);
}

#[test]
fn an_unknown_method_has_neighbours() {
    let source = Source::new(
        "a.json",
        r#"{"name": "a", "version": "v1", "rootUrl": "https://a.googleapis.com/",
            "resources": {"things": {"methods": {"list": {"id": "a.things.list", "httpMethod": "GET", "path": "v1/things"}}}}}"#,
    );
    let api = model::lower(&Document::read(&source, None).unwrap()).unwrap();
    let error = describe::find(&api, "things.lsit").unwrap_err();
    assert_eq!(error.path, "a:v1");
    assert!(error.help.unwrap().contains("`things.list`"));
    let error = describe::find(&api, "zebra").unwrap_err();
    assert!(error.help.unwrap().contains("gapi methods a:v1"));
}
