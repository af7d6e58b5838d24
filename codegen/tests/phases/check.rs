//! Every error of a document has its place, and all of them are found at once.

use gapi_codegen::analysis::{self, Part};
use gapi_codegen::{Document, Options, Selection, Source, generate};

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
            r#"{"httpMethod": "GET", "path": "x", "parameters": {"y": {"location": "query", "type": "text"}}}"#,
            "@.parameters.y: unknown type `text`; the types are any, array, boolean, integer, number, object, string",
        ),
        (
            r#"{"httpMethod": "GET", "path": "{y}", "parameters": {"y": {"type": "string", "location": "path", "repeated": true}}}"#,
            "@.parameters.y: a path parameter cannot be repeated",
        ),
        (
            r#"{"httpMethod": "PUT", "path": "x", "request": {"$ref": "Nope"}}"#,
            "@.request: `$ref` names the schema `Nope`, which is not in the document",
        ),
        (
            r#"{"httpMethod": "PUT", "path": "x", "mediaUpload": {"maxSize": "3 cups"}}"#,
            "@.mediaUpload.maxSize: `cups` is not a unit of size",
        ),
    ];
    for (method, expected) in cases {
        assert_eq!(method_errors(method), [expected], "{method}");
    }
    let odd = r#"{"httpMethod": "GET", "path": "é/日本 x"}"#;
    assert_eq!(
        method_errors(odd),
        ["@.path: `é/日本 x` has `é`, which is not valid in the path of a URL"]
    );
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
            "x.json: endpoints[0].endpointUrl: `` is not an http or https URL",
            "x.json: endpoints[0].location: missing or empty",
        ]
    );
}

#[test]
fn all_errors_are_found_at_once() {
    let parts = r#""schemas": {"A": {"$ref": "Missing"}, "B": {"type": "odd"}},
        "methods": {"m": {"httpMethod": "GET", "path": "{x}"}},
        "resources": {"r": {"resources": {"s": {"methods": {"n": {"path": "y"}}}}}}"#;
    let found = errors(parts);
    let paths: Vec<&str> = found
        .iter()
        .filter_map(|line| line.split(": ").nth(1))
        .collect();
    assert_eq!(
        paths,
        [
            "methods.m.path",
            "schemas.A",
            "schemas.B",
            "resources.r.resources.s.methods.n"
        ]
    );
}

#[test]
fn what_is_wrong_elsewhere_is_a_warning() {
    let bad = r#"{"httpMethod": "GET", "path": "{x}"}"#;
    let good = r#"{"httpMethod": "GET", "path": "x", "response": {"$ref": "A"}}"#;
    let parts = format!(
        r#""schemas": {{"A": {{"type": "object"}}, "B": {{"$ref": "Missing"}}}},
        "resources": {{"r": {{"methods": {{"bad": {bad}, "good": {good}}}}}}}"#
    );
    let source = Source::new("x.json", text(&parts));
    let select = |pattern: &str| Options::new().selection(Selection::parse([pattern]).unwrap());
    let lost = "`{x}` has `x`, which is not a parameter of the method";
    let made = generate(&source, &select("r.good")).unwrap();
    let warnings: Vec<String> = made.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            &*format!("x.json: resources.r.methods.bad.path: {lost}"),
            "x.json: schemas.B: `$ref` names the schema `Missing`, which is not in the document",
        ]
    );
    assert_eq!(made.statistics.methods, 1);
    for pattern in ["r.bad", "r.*", "**"] {
        let errors = lines(generate(&source, &select(pattern)));
        assert_eq!(
            errors,
            [format!("x.json: resources.r.methods.bad.path: {lost}")]
        );
    }
    let errors = lines(generate(&source, &select("type B")));
    assert!(
        errors[0].starts_with("x.json: schemas.B: `$ref`"),
        "{errors:?}"
    );
    assert_eq!(lines(generate(&source, &Options::new())).len(), 2);
    // The command lists and shows what can be had.
    let document = Document::read(&source, None).unwrap();
    let sound = analysis::of(&document, Part::Sound).unwrap();
    let methods: Vec<&str> = sound
        .api
        .root
        .all_methods()
        .map(|method| &*method.id)
        .collect();
    assert_eq!((methods, sound.warnings.len()), (vec!["r.good"], 2));
}

#[test]
fn lists_beside_an_enum_may_be_missing() {
    let parts = r#""schemas": {"A": {"type": "string", "enum": ["X"]}, "B": {"type": "string", "enumDescriptions": ["of what?"]}}"#;
    assert!(generate(&Source::new("x.json", text(parts)), &Options::new()).is_ok());
}
