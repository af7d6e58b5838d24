//! No change of a document goes unseen. (Which class each kind of change has is tested through the command.)

#![allow(clippy::unwrap_used)]

use std::path::Path;

use gapi_codegen::{Source, diff};
use serde_json::Value;

fn document() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/library.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn the_guide_has_every_rule_with_its_class() {
    let guide = include_str!("../../docs/guide/documents.md");
    for rule in diff::Rule::ALL {
        let line = format!("| `{rule}` | {} | {} |", rule.class(), rule.meaning());
        assert!(guide.contains(&line), "the guide has no line\n{line}");
    }
}

/// The pointers of all values that hold no others.
fn leaves(at: &str, value: &Value, all: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                leaves(&format!("{at}/{key}"), value, all);
            }
        }
        Value::Array(list) => {
            for (index, value) in list.iter().enumerate() {
                leaves(&format!("{at}/{index}"), value, all);
            }
        }
        _ => all.push(at.to_owned()),
    }
}

fn compare(old: &Value, new: &Value) -> Option<diff::Diff> {
    let source = |name: &str, value: &Value| Source::new(name, value.to_string());
    // Some changes leave no valid document, such as a reference to nothing.
    diff::sources(&source("old", old), &source("new", new)).ok()
}

#[test]
fn a_document_is_like_itself() {
    let document = document();
    let diff = compare(&document, &document).unwrap();
    assert_eq!(diff.class(), None);
    assert_eq!(diff.to_string(), "no changes");
}

#[test]
fn every_changed_leaf_is_reported() {
    let document = document();
    let mut all = Vec::new();
    leaves("", &document, &mut all);
    let mut compared = 0;
    for pointer in &all {
        let mut changed = document.clone();
        let leaf = changed.pointer_mut(pointer).unwrap();
        *leaf = match leaf {
            Value::String(text) => Value::from(format!("{text}2")),
            Value::Bool(value) => Value::from(!*value),
            other => panic!("{pointer} is {other}"),
        };
        if let Some(diff) = compare(&document, &changed) {
            compared += 1;
            assert!(
                diff.class().is_some(),
                "{pointer} changed, and nothing is reported"
            );
        }
    }
    assert!(compared > 150, "{compared} of {}", all.len());
}

#[test]
fn every_key_that_goes_is_reported_in_both_directions() {
    let document = document();
    let mut all = Vec::new();
    leaves("", &document, &mut all);
    let mut compared = 0;
    for pointer in all {
        let (above, key) = pointer.rsplit_once('/').unwrap();
        let key = key.replace("~1", "/").replace("~0", "~");
        let mut without = document.clone();
        let Some(Value::Object(map)) = without.pointer_mut(above) else {
            continue;
        };
        // `false` is the default of a key.
        if map.remove(&key) == Some(Value::Bool(false)) {
            continue;
        }
        for (old, new) in [(&document, &without), (&without, &document)] {
            if let Some(diff) = compare(old, new) {
                compared += 1;
                assert!(
                    diff.class().is_some(),
                    "{pointer} came or went, and nothing is reported"
                );
            }
        }
    }
    assert!(compared > 200, "{compared}");
}
