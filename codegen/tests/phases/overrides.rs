//! Corrections: what they change, and when they are refused.

use gapi_codegen::model::{Api, MaskOf, OperationShape, Patching, Refusal, TokenIn};
use gapi_codegen::{Document, Errors, Options, Overrides, Selection, Source, generate};

use crate::support::*;

fn corrected(name: &str, entries: &str) -> Result<Api, Errors> {
    let overrides = Overrides::parse(&Source::new(
        "fix.json",
        format!(r#"{{"overrides": [{entries}]}}"#),
    ))?;
    Ok(generate(&source(name), &Options::new().overrides(overrides))?.api)
}

fn errors(name: &str, entries: &str) -> Vec<String> {
    lines(corrected(name, entries))
}

#[test]
fn renaming_changes_rust_names_only() {
    let api = corrected(
        "recursion",
        r#"{"at": "schemas.Node", "rename": "Tree", "why": "it is one"}, {"at": "schemas.Ping.properties.pong", "rename": "other_end"}"#,
    )
    .unwrap();
    let tree = def(&api, "Tree");
    assert_eq!(tree.schema.as_deref(), Some("Node"));
    assert_eq!(ty(&api, "Tree", "next"), "Box<Tree>");
    let pong = field(&api, "Ping", "pong");
    assert_eq!((&*pong.ident, &*pong.wire), ("other_end", "pong"));
}

#[test]
fn methods_resources_and_parameters_can_be_renamed() {
    let entries = r#"
        {"at": "resources.apps", "rename": "programs"},
        {"at": "resources.apps.methods.attributes", "rename": "setAttributes"},
        {"at": "resources.v1.methods.call.parameters.\"page.size\"", "rename": "size"}"#;
    let api = corrected("names", entries).unwrap();
    assert_eq!(resource(&api, "apps").ident, "programs");
    let method_ = method(&api, "apps.attributes");
    assert_eq!(
        (
            &*method_.ident,
            &*method_.type_ident,
            &*method_.static_ident
        ),
        ("set_attributes", "SetAttributes", "SET_ATTRIBUTES")
    );
    assert_eq!(method_.id, "n.apps.attributes");
    let size = method(&api, "v1.call")
        .optional
        .iter()
        .find(|parameter| parameter.wire == "page.size")
        .unwrap();
    assert_eq!(size.ident, "size");
}

#[test]
fn parts_can_be_dropped() {
    let entries = r#"
        {"at": "schemas.Odd.properties.value.enum[0]", "drop": true},
        {"at": "schemas.Wallet.properties.state.enum[1]", "drop": true},
        {"at": "resources.files.methods.get", "drop": true}"#;
    let api = corrected("enums", entries).unwrap();
    assert_eq!(variants(&api, "OddValue")[0].ident, "NextPage");
    // The facts about a value are removed with it.
    let state = variants(&api, "WalletState");
    assert_eq!(
        (
            &*state[1].ident,
            &*state[1].description,
            state[1].deprecated
        ),
        ("Ean13", "c", false)
    );
    assert!(!paths(&api).contains(&"files.get"));
}

#[test]
fn parts_can_be_set() {
    let entries = r#"
        {"at": "schemas.Maps.properties.strings.additionalProperties.format", "set": "int64"},
        {"at": "schemas.Entry.properties.size", "set": {"type": "integer", "format": "uint32"}},
        {"at": "schemas.Maps.properties.states.additionalProperties.enum[0]", "set": "UP"}"#;
    let api = corrected("maps", entries).unwrap();
    assert_eq!(ty(&api, "Maps", "strings"), "{I64}");
    assert_eq!(ty(&api, "Entry", "size"), "U32");
    assert_eq!(idents(variants(&api, "MapsStates")), ["Up", "Off"]);
}

#[test]
fn items_of_a_page_can_be_named() {
    let at = "resources.widgets.methods.two";
    let api = corrected("paging", &format!(r#"{{"at": "{at}", "items": "two"}}"#)).unwrap();
    let items = method(&api, "widgets.two")
        .paging
        .clone()
        .unwrap()
        .items
        .unwrap();
    assert_eq!(
        (&*items.ident, spell(&api, &items.ty)),
        ("two", "Item".to_owned())
    );
    assert_eq!(
        errors("paging", &format!(r#"{{"at": "{at}", "items": "three"}}"#)),
        [format!(
            "paging.json: {at}: the response has no list or map of objects `three`; correct the override of its items"
        )]
    );
    assert_eq!(
        errors(
            "paging",
            r#"{"at": "resources.widgets.methods.noResponse", "items": "x"}"#
        ),
        [
            "paging.json: resources.widgets.methods.noResponse: the method is not paged, so that it has no items; correct the override of its items"
        ]
    );
}

#[test]
fn overrides_that_no_longer_apply_are_errors() {
    let entries = r#"
        {"at": "schemas.Nod", "drop": true},
        {"at": "schemas.Node.properties.next.$ref", "set": "Node"},
        {"at": "schemas.Gone.properties.x.type", "set": "string"},
        {"at": "schemas.Node.properties.children.enum[3]", "drop": true},
        {"at": "schemas.Leaf.properties.text", "rename": "words"}"#;
    assert_eq!(
        errors("recursion", entries),
        [
            "fix.json: overrides[0]: no longer applies: `schemas` has no `Nod`; did you mean `Node`? Otherwise, remove the override, or correct its path",
            "fix.json: overrides[1]: the document has this value at `schemas.Node.properties.next.$ref` already; remove the override",
            "fix.json: overrides[2]: no longer applies: `schemas` has no `Gone`; did you mean `Pong` or `Node`? Otherwise, remove the override, or correct its path",
            "fix.json: overrides[3]: no longer applies: `schemas.Node.properties.children` has no `enum`; did you mean `items`? Otherwise, remove the override, or correct its path",
        ]
        .map(|line| if line.contains("`Gone`") || line.contains("`enum`") { errors_line(entries, line) } else { line.to_owned() })
    );
}

/// The suggestions beside a name that is far from all are not the point.
fn errors_line(entries: &str, start: &str) -> String {
    let index = if start.contains("[2]") { 2 } else { 3 };
    let line = errors("recursion", entries).remove(index);
    let message = start.split("; ").next().unwrap();
    assert!(line.starts_with(message), "{line}");
    line
}

#[test]
fn only_named_parts_can_be_renamed() {
    assert_eq!(
        errors(
            "enums",
            r#"{"at": "schemas.Odd.properties.value.enum[0]", "rename": "One"}"#
        ),
        [
            "fix.json: overrides[0]: `schemas.Odd.properties.value.enum[0]` cannot be renamed; the path must be a name directly in `schemas`, `properties`, `parameters`, `methods`, `resources`"
        ]
    );
    assert_eq!(
        errors("enums", r#"{"at": "schemas.Odd", "items": "x"}"#),
        [
            "fix.json: overrides[0]: `schemas.Odd` cannot be given items; the path must be a name directly in `methods`"
        ]
    );
    assert_eq!(
        errors("enums", r#"{"at": "schemas.Odd", "idempotent": true}"#),
        [
            "fix.json: overrides[0]: `schemas.Odd` cannot be idempotent; the path must be a name directly in `methods`"
        ]
    );
}

#[test]
fn what_an_override_breaks_is_an_error_of_the_document() {
    assert_eq!(
        errors("recursion", r#"{"at": "schemas.Pong", "drop": true}"#),
        [
            "recursion.json: schemas.Ping.properties.pong: `$ref` names the schema `Pong`, which is not in the document; did you mean `Ping`?"
        ]
    );
    assert_eq!(
        errors("recursion", r#"{"at": "schemas.Pong.type", "set": 3}"#),
        [
            "recursion.json: schemas.Pong.type: invalid type: integer `3`, expected a string; this is the document after its overrides"
        ]
    );
}

#[test]
fn override_files_are_checked() {
    let parse = |text: &str| lines(Overrides::parse(&Source::new("fix.json", text)));
    assert!(
        parse("[]")[0]
            .starts_with(r#"fix.json: not an override file; it has the form {"overrides": [...]}"#)
    );
    assert!(
        parse(r#"{"overrides": [], "more": 1}"#)[0].starts_with("fix.json: not an override file")
    );
    assert_eq!(
        parse("{"),
        ["fix.json:1:1: not valid JSON: EOF while parsing an object"]
    );
    let entry = |text: &str| {
        let line = parse(&format!(r#"{{"overrides": [{text}]}}"#)).remove(0);
        line.strip_prefix("fix.json: overrides[0]: ")
            .unwrap()
            .split("; an override is")
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(entry("3"), "not an object");
    assert_eq!(entry(r#"{"drop": true}"#), "`at` is missing");
    assert_eq!(
        entry(r#"{"at": "a..b", "drop": true}"#),
        "`at` is not a path: a key is empty; quote it as \"\" if that is meant"
    );
    assert_eq!(entry(r#"{"at": "a"}"#), "it does nothing");
    assert_eq!(
        entry(r#"{"at": "a", "drop": true, "rename": "b"}"#),
        "it does more than one thing"
    );
    assert_eq!(
        entry(r#"{"at": "a", "drop": false}"#),
        "`drop` can only be `true`"
    );
    assert_eq!(
        entry(r#"{"at": "a", "idempotent": "yes"}"#),
        "`idempotent` is neither `true` nor `false`"
    );
    assert_eq!(entry(r#"{"at": "a", "rename": ""}"#), "`rename` is empty");
    assert_eq!(
        entry(r#"{"at": "a", "rename": 3}"#),
        "`rename` is not a text"
    );
    assert_eq!(
        entry(r#"{"at": "a", "drop": true, "why": 3}"#),
        "`why` is not a text"
    );
    assert_eq!(
        entry(r#"{"at": "a", "renam": "b"}"#),
        "unknown key `renam`; did you mean `rename`?"
    );
}

#[test]
fn selections_name_methods_as_the_document_does() {
    let overrides = Overrides::parse(&Source::new(
        "fix.json",
        r#"{"overrides": [{"at": "resources.instances.methods.insert", "rename": "create"}]}"#,
    ))
    .unwrap();
    let selection = Selection::parse(["instances.insert"]).unwrap();
    let options = Options::new()
        .overrides(overrides.clone())
        .selection(selection);
    let api = generate(&source("operations"), &options).unwrap().api;
    assert_eq!(method(&api, "instances.insert").ident, "create");
    assert!(Document::read(&source("operations"), Some(&overrides)).is_ok());
}

#[test]
fn how_a_method_takes_a_change_can_be_stated() {
    let patching = |api: &Api, path: &str| method(api, path).patching.clone();
    let at = r#"{"at": "resources.things.methods.patch", "patch""#;
    for (stated, expected) in [
        (r#""merge""#, Patching::Merge),
        (r#""replace""#, Patching::Refused(Refusal::Replaces)),
    ] {
        let api = corrected("repeating", &format!("{at}: {stated}}}")).unwrap();
        assert_eq!(patching(&api, "things.patch"), expected);
    }
    // In the body, beside what it is of.
    let entry = r#"{"at": "resources.things.methods.setPolicy", "patch": {"mask": "policy.mask", "of": "policy"}}"#;
    let api = corrected("repeating", entry).unwrap();
    assert_eq!(
        patching(&api, "things.setPolicy"),
        Patching::Mask {
            at: TokenIn::Body("policy.mask".to_owned()),
            of: MaskOf::Property("policy".to_owned()),
        }
    );
    for stated in [
        r#""perhaps""#,
        r#"{"mask": "nowhere"}"#,
        r#"{"mask": "nowhere", "of": "policy"}"#,
        "1",
    ] {
        let wrong = errors("repeating", &format!("{at}: {stated}}}"));
        assert_eq!(wrong.len(), 1, "{stated}: {wrong:?}");
        assert!(
            wrong[0].contains("resources.things.methods.patch"),
            "{wrong:?}"
        );
    }
}

#[test]
fn how_a_job_is_waited_for_can_be_stated() {
    let entry = |state: &str| {
        format!(
            r#"{{"at": "schemas.Task", "operation": {{"state": "{state}", "succeeded": ["DONE"], "failed": ["ERROR"], "name": "name", "parameters": {{"i": "name"}}}}}}"#
        )
    };
    let api = corrected("operations", &entry("status")).unwrap();
    let operation = method(&api, "instances.get").operation.clone().unwrap();
    let OperationShape::Job(job) = operation.shape else {
        panic!("a job");
    };
    assert_eq!((&*job.state, &*job.succeeded[0]), ("status", "DONE"));
    assert_eq!(operation.poll.as_deref(), Some("instances.get"));
    // A list of them is none.
    assert!(method(&api, "operations.list").operation.is_none());
    assert!(def(&api, "Task").is_operation);

    let wrong = errors("operations", &entry("nothing"));
    assert!(wrong[0].contains("`nothing`"), "{wrong:?}");
    let wrong = errors(
        "operations",
        r#"{"at": "schemas.Task", "operation": {"state": 1}}"#,
    );
    assert!(wrong[0].contains("not a job"), "{wrong:?}");
}

#[test]
fn texts_of_overrides_are_escaped_in_errors() {
    for entry in [
        r#"{"at": "schemas.\"No\\u001b[1m\\n\u202e\"", "drop": true}"#,
        r#"{"at": "schemas.\u001b[1m\u202e", "drop": true}"#,
        r#"{"at": "schemas.Leaf", "\u009bkey\n": 1}"#,
        r#"{"at": "schemas.Leaf.\n[x", "drop": true}"#,
    ] {
        let error = &errors("recursion", entry)[0];
        assert!(!error.contains(gapi_codegen::text::is_active), "{error:?}");
    }
}
