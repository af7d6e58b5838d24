//! Every error of a document has its place, and all of them are found at once.

use gapi_codegen::{Options, Source, generate};

use crate::support::{lines, text};

fn errors(parts: &str) -> Vec<String> {
    lines(generate(
        &Source::new("x.json", text(parts)),
        &Options::new(),
    ))
}

fn method_errors(method: &str) -> Vec<String> {
    errors(&format!(
        r#""resources": {{"a": {{"methods": {{"b": {method}}}}}}}"#
    ))
    .into_iter()
    .map(|line| line.replace("x.json: resources.a.methods.b", "@"))
    .collect()
}

#[test]
fn schemas() {
    let cases = [
        (
            r#"{"type": "tuple"}"#,
            "x.json: schemas.S: unknown type `tuple`; the types are any, array, boolean, integer, number, object, string",
        ),
        (
            r#"{"type": "array", "items": {"$ref": "Sx"}}"#,
            "x.json: schemas.S.items: `$ref` names the schema `Sx`, which is not in the document; did you mean `S`?",
        ),
        (
            r#"{"properties": {"a.b": {"type": "x"}}}"#,
            r#"x.json: schemas.S.properties."a.b": unknown type `x`; the types are any, array, boolean, integer, number, object, string"#,
        ),
        (
            r#"{"additionalProperties": {"$ref": "Zzzzzzzz"}}"#,
            "x.json: schemas.S.additionalProperties: `$ref` names the schema `Zzzzzzzz`, which is not in the document",
        ),
        (
            r#"{"$ref": "T", "type": "string"}"#,
            "x.json: schemas.S: has both `$ref` and `type`; drop one of them with an override",
        ),
        (
            r#"{"type": "string", "enum": ["A", "B"], "enumDescriptions": ["a"]}"#,
            "x.json: schemas.S.enumDescriptions: 1 entries for the 2 values of `enum`; set or drop the list with an override",
        ),
        (
            r#"{"type": "string", "enum": ["A"], "enumDeprecated": [true, false]}"#,
            "x.json: schemas.S.enumDeprecated: 2 entries for the 1 values of `enum`; set or drop the list with an override",
        ),
        (
            r#"{"type": "integer", "enum": ["1"]}"#,
            "x.json: schemas.S: only a `string` can have an `enum`",
        ),
    ];
    for (schema, expected) in cases {
        let found = errors(&format!(
            r#""schemas": {{"S": {schema}, "T": {{"type": "object"}}}}"#
        ));
        assert_eq!(found, [expected], "{schema}");
    }
}

#[test]
fn methods() {
    let cases = [
        (r#"{"path": "x"}"#, "@: `httpMethod` is missing"),
        (r#"{"httpMethod": "GET"}"#, "@: `path` is missing"),
        (
            r#"{"httpMethod": "FETCH", "path": "x"}"#,
            "@.httpMethod: unknown HTTP method `FETCH`; the methods are GET, POST, PUT, PATCH, DELETE and HEAD",
        ),
        (
            r#"{"httpMethod": "GET", "path": "x/{y}"}"#,
            "@.path: `x/{y}` has `y`, which is not a parameter of the method",
        ),
        (
            r#"{"httpMethod": "GET", "path": "x/{y"}"#,
            "@.path: `x/{y`: a `{` has no `}`",
        ),
        (
            r#"{"httpMethod": "GET", "path": "x{?y}"}"#,
            "@.path: `x{?y}`: `{?y}` has the operator `?`; only `{x}` and `{+x}` are supported",
        ),
        (
            r#"{"httpMethod": "GET", "path": "x", "parameters": {"y": {"type": "string", "location": "path"}}}"#,
            "@.parameters.y: a path parameter that `x` does not have",
        ),
        (
            r#"{"httpMethod": "GET", "path": "x/{y}/{y}", "parameters": {"y": {"type": "string", "location": "path"}}}"#,
            "@.path: `x/{y}/{y}` has `y` twice",
        ),
        (
            r#"{"httpMethod": "GET", "path": "x", "parameters": {"y": {"type": "string", "location": "header"}}}"#,
            "@.parameters.y.location: unknown location `header`; a parameter is in the `path` or in the `query`",
        ),
        (
            r#"{"httpMethod": "GET", "path": "x", "parameters": {"y": {"type": "string"}}}"#,
            "@.parameters.y: `location` is missing",
        ),
        (
            r#"{"httpMethod": "GET", "path": "x", "parameters": {"y": {"location": "query"}}}"#,
            "@.parameters.y: `type` is missing",
        ),
        (
            r#"{"httpMethod": "GET", "path": "x", "parameters": {"y": {"location": "query", "type": "text"}}}"#,
            "@.parameters.y: unknown type `text`; the types are any, array, boolean, integer, number, object, string",
        ),
        (
            r#"{"httpMethod": "GET", "path": "{y}", "parameters": {"y": {"type": "string", "location": "path", "repeated": true}}}"#,
            "@.parameters.y: a path parameter cannot be repeated",
        ),
        (
            r#"{"httpMethod": "GET", "path": "x", "parameterOrder": ["y"]}"#,
            "@.parameterOrder[0]: `y` is not a parameter of the method",
        ),
        (
            r#"{"httpMethod": "GET", "path": "x", "request": {"type": "any"}}"#,
            "@.request: a GET or HEAD request cannot have a body",
        ),
        (
            r#"{"httpMethod": "PUT", "path": "x", "request": {"$ref": "Nope"}}"#,
            "@.request: `$ref` names the schema `Nope`, which is not in the document",
        ),
        (
            r#"{"httpMethod": "PUT", "path": "x", "mediaUpload": {"maxSize": "3 cups"}}"#,
            "@.mediaUpload.maxSize: `cups` is not a unit of size",
        ),
        (
            r#"{"httpMethod": "GET", "path": "x", "parameters": {"y": {"type": "string", "location": "query", "enum": ["A"], "enumDescriptions": ["a", "b"]}}}"#,
            "@.parameters.y.enumDescriptions: 2 entries for the 1 values of `enum`; set or drop the list with an override",
        ),
    ];
    for (method, expected) in cases {
        assert_eq!(method_errors(method), [expected], "{method}");
    }
    let reference = r#"{"httpMethod": "GET", "path": "x", "parameters": {"y": {"$ref": "S", "location": "query"}}}"#;
    assert!(
        method_errors(reference)[0]
            .starts_with("@.parameters.y.$ref: a parameter cannot be a schema")
    );
}

#[test]
fn the_document_itself() {
    let source = |text: &str| Source::new("x.json", text);
    let errors = |text: &str| lines(generate(&source(text), &Options::new()));
    assert_eq!(
        errors(r#"{"kind": "discovery#restDescription"}"#),
        [
            "x.json: name: missing or empty",
            "x.json: version: missing or empty",
            "x.json: rootUrl: missing or empty"
        ]
    );
    let wrong = r#"{"kind": "discovery#restDescription", "name": "x", "version": "v1", "rootUrl": "x.example.com", "endpoints": [{}]}"#;
    assert_eq!(
        errors(wrong),
        [
            "x.json: rootUrl: `x.example.com` is not an http or https URL",
            "x.json: endpoints[0].location: missing or empty",
            "x.json: endpoints[0].endpointUrl: missing, or not an http or https URL",
        ]
    );
}

#[test]
fn all_errors_are_found_at_once() {
    let parts = r#""schemas": {"A": {"$ref": "Missing"}, "B": {"type": "odd"}},
        "methods": {"m": {"httpMethod": "GET", "path": "{x}"}},
        "resources": {"r": {"resources": {"s": {"methods": {"n": {"path": "y"}}}}}}"#;
    let found = errors(parts);
    let places: Vec<&str> = found
        .iter()
        .filter_map(|line| line.split(": ").nth(1))
        .collect();
    assert_eq!(
        places,
        [
            "methods.m.path",
            "schemas.A",
            "schemas.B",
            "resources.r.resources.s.methods.n"
        ]
    );
}

#[test]
fn lists_beside_an_enum_may_be_missing() {
    let parts = r#""schemas": {"A": {"type": "string", "enum": ["X"]}, "B": {"type": "string", "enumDescriptions": ["of what?"]}}"#;
    assert!(generate(&Source::new("x.json", text(parts)), &Options::new()).is_ok());
}
