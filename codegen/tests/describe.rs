//! Descriptions of every method of the vendored documents.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use gapi_codegen::index::Index;
use gapi_codegen::{Document, Source, describe, model};

#[test]
fn every_method_has_a_program_and_a_body_that_are_rust() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../discovery-docs");
    let text = std::fs::read_to_string(folder.join("index.json")).unwrap();
    let mut methods = 0;
    for entry in Index::parse("index.json", &text).unwrap().documents {
        let text = std::fs::read_to_string(folder.join(&entry.file)).unwrap();
        let document = Document::read(&Source::new(&entry.file, text), None).unwrap();
        let api = model::lower(&document).unwrap();
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
