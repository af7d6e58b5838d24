//! No content of a document causes a panic.

use gapi_codegen::{Document, Options, Overrides, Selection, Source, check, generate, model};
use proptest::prelude::*;
use serde_json::Value;

use crate::support;

const DOCUMENTS: [&str; 13] = [
    "any",
    "arrays",
    "bodies",
    "enums",
    "maps",
    "media",
    "names",
    "operations",
    "paging",
    "parameters",
    "recursion",
    "scalars",
    "wrapper",
];

const WORDS: [&str; 14] = [
    "",
    "string",
    "object",
    "array",
    "Node",
    "Operation",
    "{x}",
    "self",
    "é{",
    "path",
    "query",
    "GET",
    "type",
    "1",
];
const KEYS: [&str; 10] = [
    "type",
    "$ref",
    "properties",
    "items",
    "enum",
    "methods",
    "resources",
    "parameters",
    "path",
    "name",
];

/// Any small JSON value, with a liking for what documents hold.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        proptest::sample::select(&WORDS[..]).prop_map(Value::from),
        ".{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let key = prop_oneof![
            proptest::sample::select(&KEYS[..]).prop_map(str::to_owned),
            ".{0,4}".prop_map(|key| key)
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(key, inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// How many values a JSON value holds, itself included.
fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(list) => list.iter().map(size).sum(),
        Value::Object(map) => map.values().map(size).sum(),
        _ => 0,
    }
}

/// Replaces the value at an index of a walk through the document.
fn replace(value: &mut Value, index: &mut usize, with: &Value) {
    if *index == 0 {
        *value = with.clone();
        *index = usize::MAX;
        return;
    }
    *index -= 1;
    let inner: Vec<&mut Value> = match value {
        Value::Array(list) => list.iter_mut().collect(),
        Value::Object(map) => map.values_mut().collect(),
        _ => Vec::new(),
    };
    for value in inner {
        if *index == usize::MAX {
            return;
        }
        replace(value, index, with);
    }
}

/// Runs every phase; an error is as good as a module.
fn run(text: String) {
    let source = Source::new("x.json", text);
    if let Ok(document) = Document::read(&source, None) {
        let _ = check::document(&document);
        let _ = model::lower(&document);
    }
    let selection = Selection::parse(["**.get", "type Node", "instances.*"]).unwrap();
    let _ = generate(&source, &Options::new()).map(|generated| generated.to_module_file().unwrap());
    let _ = generate(&source, &Options::new().selection(selection));
}

proptest! {
    #[test]
    fn changed_documents(
        name in proptest::sample::select(&DOCUMENTS[..]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), json()), 1..4),
    ) {
        let mut value: Value = serde_json::from_str(&support::source(name).text).unwrap();
        for (index, with) in changes {
            let mut index = index.index(size(&value));
            replace(&mut value, &mut index, &with);
        }
        run(value.to_string());
    }

    #[test]
    fn cut_and_broken_texts(name in proptest::sample::select(&DOCUMENTS[..]), at in any::<prop::sample::Index>(), with in ".{0,3}") {
        let text = support::source(name).text;
        let mut at = at.index(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        run(format!("{}{with}", &text[..at]));
        run(format!("{}{with}{}", &text[..at], &text[at..]));
    }

    #[test]
    fn patterns(text in r#"[a-z.*{}, "]{0,20}"#) {
        let _ = Selection::parse([text]);
    }

    #[test]
    fn overrides(entry in json(), at in r#"[a-z.\[\]0-9"$]{0,20}"#) {
        let mut entry = entry;
        if let Value::Object(map) = &mut entry {
            map.insert("at".to_owned(), Value::from(at));
        }
        let file = serde_json::json!({"overrides": [entry]});
        if let Ok(overrides) = Overrides::parse(&Source::new("fix.json", file.to_string())) {
            let mut document: Value = serde_json::from_str(&support::source("recursion").text).unwrap();
            let _ = overrides.apply(&mut document);
        }
    }
}

#[test]
fn deep_nesting_is_an_error() {
    let deep = format!("{}{}", r#"{"items": "#.repeat(5_000), "}".repeat(5_000));
    let text = support::text(&format!(r#""schemas": {{"A": {deep}}}"#));
    let error = Document::read(&Source::new("x.json", text), None)
        .unwrap_err()
        .to_string();
    assert!(error.contains("nested too deeply"), "{error}");
}
