//! Old and odd documents: what they mean, and the warnings.

use gapi_codegen::{Document, Options, Source, generate};

use crate::support::{api_of, lines, method, spell, text};

/// What is generated, and the warnings.
fn warnings(text: String) -> Vec<String> {
    let generated = generate(&Source::new("x.json", text), &Options::new()).unwrap();
    generated.warnings.iter().map(ToString::to_string).collect()
}

fn of_method(method: &str) -> Vec<String> {
    warnings(text(&format!(
        r#""resources": {{"a": {{"methods": {{"b": {method}}}}}}}"#
    )))
    .into_iter()
    .map(|line| line.replace("x.json: resources.a.methods.b", "@"))
    .collect()
}

#[test]
fn what_is_missing_is_derived_and_what_has_no_meaning_is_left_out() {
    let cases = [
        (
            r#"{"httpMethod": "GET", "path": "x", "parameters": {"y": {"location": "query"}}}"#,
            "@.parameters.y.type: missing; it is `string`",
        ),
        (
            r#"{"httpMethod": "GET", "path": "x", "parameters": {"y": {"type": "string"}}}"#,
            "@.parameters.y.location: missing; it is the query",
        ),
        (
            r#"{"httpMethod": "GET", "path": "x/{+y}", "parameters": {"y": {"type": "string"}}}"#,
            "@.parameters.y.location: missing; it is the path",
        ),
        (
            r#"{"httpMethod": "GET", "path": "x", "parameterOrder": ["y"]}"#,
            "@.parameterOrder[0]: `y` is not a parameter of the method; it is left out",
        ),
        (
            r#"{"httpMethod": "HEAD", "path": "x", "request": {"type": "any"}}"#,
            "@.request: a GET or HEAD request cannot have a body; it is left out",
        ),
        (
            r#"{"httpMethod": "GET", "path": "x", "parameters": {"y": {"type": "integer", "location": "query", "enum": ["1"]}}}"#,
            "@.parameters.y.enum: only a `string` can have an `enum`; it is left out",
        ),
        (
            r#"{"httpMethod": "GET", "path": "x", "parameters": {"y": {"type": "string", "location": "query", "enum": ["A"], "enumDescriptions": ["a", "b"]}}}"#,
            "@.parameters.y.enumDescriptions: 2 entries for the 1 values of `enum`; they are left out",
        ),
        (
            r#"{"httpMethod": "GET", "path": "x", "response": {"type": "object", "properties": {"z": {"type": "string", "enum": ["A"], "enumDeprecated": [true, true]}}}}"#,
            "@.response.properties.z.enumDeprecated: 2 entries for the 1 values of `enum`; they are left out",
        ),
    ];
    for (method, expected) in cases {
        assert_eq!(of_method(method), [expected], "{method}");
    }
    let media = r#"{"httpMethod": "POST", "path": "x", "mediaUpload": {"maxSize": ""}}"#;
    assert!(of_method(media).is_empty());
}

#[test]
fn keys_of_which_nothing_is_made_hold_anything() {
    let parts = r#""version_module": "True", "labels": "new", "icons": ["a"], "features": "dataWrapper", "etag": 7, "id": {},
        "fullyEncodeReservedExpansion": "no", "exponentialBackoffDefault": 1, "ownerName": false, "discoveryVersion": 1,
        "methods": {"m": {"httpMethod": "GET", "path": "x", "etagRequired": "", "supportsSubscription": 0}},
        "schemas": {"S": {"id": 1, "type": "object", "additionalProperties": true}, "T": {"type": "object", "additionalProperties": false}}"#;
    let source = Source::new("x.json", text(parts));
    assert!(warnings(source.text.clone()).is_empty());
    let document = Document::read(&source, None).unwrap();
    assert_eq!(document.version_module, Some("True".into()));
    assert!(!document.wraps_data());
    let again = serde_json::to_value(&document).unwrap();
    assert_eq!(again["labels"], "new");
    let api = api_of(&source.text).unwrap();
    assert_eq!(crate::support::alias(&api, "S"), "{Any}");
    assert!(crate::support::fields(&api, "T").is_empty());
}

#[test]
fn documents_of_the_first_years_are_read() {
    let zoo = r#"{"kind": "discovery#describeItem", "name": "zoo", "version": "v1", "basePath": "/zoo/v1/", "baseUrl": "https://www.googleapis.com/zoo/v1/",
        "rpcPath": "/rpc", "features": ["dataWrapper"], "resources": {"animals": {"methods": {"get": {"id": "zoo.animals.get", "httpMethod": "GET",
        "path": "animals/{name}", "parameterOrder": ["name"], "parameters": {"name": {"location": "path", "required": true}}}}}}}"#;
    let generated = generate(&Source::new("zoo.json", zoo), &Options::new()).unwrap();
    let warnings: Vec<String> = generated.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "zoo.json: rootUrl: missing; it is `https://www.googleapis.com/` by `baseUrl`",
            "zoo.json: servicePath: missing; it is `zoo/v1/` by `baseUrl`",
            "zoo.json: resources.animals.methods.get.parameters.name.type: missing; it is `string`",
        ]
    );
    let api = &generated.api;
    assert!(api.data_wrapper);
    assert_eq!(
        spell(api, &method(api, "animals.get").required[0].ty),
        "String"
    );
}

#[test]
fn a_repeated_key_is_reported() {
    let twice = r#""name": "other", "schemas": {"A": {"type": "object"}, "A": {"type": "string", "type": "integer"}}"#;
    assert_eq!(
        warnings(text(twice)),
        ["name", "schemas.A", "schemas.A.type"].map(|path| format!(
            "x.json: {path}: the key occurs more than once; the last one counts"
        ))
    );
    let wrong = r#""name": "other", "schemas": []"#;
    let error = lines(generate(
        &Source::new("x.json", text(wrong)),
        &Options::new(),
    ));
    assert_eq!(
        error,
        ["x.json: schemas: invalid type: sequence, expected a JSON object"]
    );
}

#[test]
fn deep_json_is_reported_with_its_path() {
    let deep = format!(
        r#""schemas": {{"A": {}{}}}"#,
        r#"{"items": "#.repeat(200),
        "}".repeat(200)
    );
    let error = lines(generate(
        &Source::new("x.json", text(&deep)),
        &Options::new(),
    ));
    let path = format!("schemas.A{}", ".items".repeat(200));
    let position = error[0].split(": ").next().unwrap();
    assert_eq!(
        error,
        [format!(
            "{position}: {}...: nested too deeply: JSON is read to a depth of 127 levels",
            &path[..80]
        )]
    );
    assert!(position.starts_with("x.json:1:"), "{position}");
}
