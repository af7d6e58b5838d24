//! Reading: errors have a file, a line, a column and a path; texts that are something else are explained.

use gapi_codegen::{Document, Options, Source, generate};

use crate::support::*;

fn error(text: &str) -> String {
    let errors = Document::read(&Source::new("x.json", text), None).unwrap_err();
    assert_eq!(errors.len(), 1);
    errors.to_string()
}

#[test]
fn a_wrong_type_has_line_column_and_path() {
    let text = "{\n  \"name\": \"x\",\n  \"schemas\": {\"A\": {\"properties\": {\"b\": {\"type\": 7}}}}\n}";
    assert_eq!(
        error(text),
        "x.json:3:50: schemas.A.properties.b.type: invalid type: integer `7`, expected a string"
    );
    let text =
        r#"{"kind": "discovery#restDescription", "resources": {"a": {"methods": {"b.c": []}}}}"#;
    assert_eq!(
        error(text),
        r#"x.json:1:77: resources.a.methods."b.c": invalid type: sequence, expected a JSON object"#
    );
}

#[test]
fn bad_json_has_line_and_column() {
    assert_eq!(
        error("{\n \"a\": }"),
        "x.json:2:7: not valid JSON: expected value"
    );
    assert_eq!(
        error("{\"a\": 1"),
        "x.json:1:7: not valid JSON: EOF while parsing an object"
    );
}

#[test]
fn other_texts_are_explained() {
    let cases = [
        ("", "the file is empty"),
        ("  \n", "the file is empty"),
        (
            "<!DOCTYPE html><html></html>",
            "this is HTML or XML, not a Discovery document (perhaps a sign-in or error page)",
        ),
        (
            "openapi: 3.1.0\n",
            "this is an OpenAPI document, and only Discovery documents can be generated",
        ),
        (
            r#"{"openapi": "3.1.0", "paths": {}}"#,
            "this is an OpenAPI document, and only Discovery documents can be generated",
        ),
        (
            r#"{"swagger": "2.0"}"#,
            "this is an OpenAPI document, and only Discovery documents can be generated",
        ),
        (
            r#"{"type": "service_account", "private_key": "-----", "client_email": "a@b"}"#,
            "this is a service account's key, not a Discovery document",
        ),
        (
            r#"{"installed": {"client_id": "x"}}"#,
            "this is an OAuth client's secrets, not a Discovery document",
        ),
        (
            r#"{"error": {"code": 404}}"#,
            "this is the response to a failed request, not a Discovery document",
        ),
        (
            r#"{"$schema": "https://json-schema.org/x"}"#,
            "this is a JSON Schema, not a Discovery document",
        ),
        (
            "-----BEGIN PRIVATE KEY-----",
            "this is a key or a certificate, not a Discovery document",
        ),
        ("[]", "this is a JSON array, not a Discovery document"),
        ("3", "this is a JSON number, not a Discovery document"),
        ("null", "this is JSON's `null`, not a Discovery document"),
    ];
    for (text, message) in cases {
        let error = error(text);
        assert!(
            error.starts_with(&format!("x.json: {message}")),
            "{text}: {error}"
        );
        assert!(
            error.contains("discovery/v1/apis/NAME/VERSION/rest"),
            "{error}"
        );
    }
    assert!(error("{}").starts_with("x.json: not a Discovery document: it needs `kind`"));
    assert_eq!(
        error(r#"{"kind": "discovery#directoryList", "items": []}"#),
        "x.json: kind: this is the list of APIs, not the document of one; take the `discoveryRestUrl` of the API that you want"
    );
    assert_eq!(
        error(&text(r#""protocol": "rpc""#)),
        "x.json: protocol: the protocol is `rpc`, and only `rest` can be generated"
    );
}

#[test]
fn no_error_contains_a_key() {
    let key = r#"{"type": "service_account", "private_key": "SECRET", "client_email": 3}"#;
    assert!(!error(key).contains("SECRET"));
}

#[test]
fn a_byte_order_mark_and_nulls_do_no_harm() {
    let document = format!(
        "\u{feff}{}",
        text(r#""description": null, "schemas": null"#)
    );
    assert!(
        Document::read(&Source::new("x.json", document), None)
            .unwrap()
            .schemas
            .is_empty()
    );
}

#[test]
fn every_key_is_stored() {
    for name in [
        "any",
        "bodies",
        "deprecations",
        "media",
        "operations",
        "scopes",
        "wrapper",
    ] {
        let source = source(name);
        let document = Document::read(&source, None).unwrap();
        let written = serde_json::to_string(&document).unwrap();
        assert_eq!(
            Document::read(&Source::new("again", written), None).unwrap(),
            document,
            "{name}"
        );
        assert!(document.others.is_empty());
    }
}

#[test]
fn unknown_keys_are_tolerated_and_stored() {
    let text =
        text(r#""newKey": {"a": [1]}, "schemas": {"A": {"type": "object", "x-note": true}}"#);
    let document = Document::read(&Source::new("x.json", text), None).unwrap();
    assert_eq!(document.others["newKey"], serde_json::json!({"a": [1]}));
    assert_eq!(
        document.schemas["A"].others["x-note"],
        serde_json::json!(true)
    );
    assert_eq!(
        serde_json::to_value(&document).unwrap()["newKey"],
        serde_json::json!({"a": [1]})
    );
}

#[test]
fn generation_counts_what_it_made() {
    let all = generate(&source("operations"), &Options::new()).unwrap();
    assert_eq!(
        (all.statistics.methods, all.statistics.document_methods),
        (12, 12)
    );
    assert_eq!(
        (all.statistics.schemas, all.statistics.document_schemas),
        (5, 5)
    );
    let selection = gapi_codegen::Selection::parse(["instances.insert"]).unwrap();
    let some = generate(&source("operations"), &Options::new().selection(selection)).unwrap();
    assert_eq!(
        (some.statistics.methods, some.statistics.document_methods),
        (2, 12)
    );
    assert_eq!(
        (some.statistics.schemas, some.statistics.document_schemas),
        (2, 5)
    );
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    for name in ["names", "enums", "paging", "operations"] {
        let once = generate(&source(name), &Options::new()).unwrap();
        let again = generate(&source(name), &Options::new()).unwrap();
        assert_eq!(
            once.to_module_file().unwrap(),
            again.to_module_file().unwrap(),
            "{name}"
        );
    }
}
