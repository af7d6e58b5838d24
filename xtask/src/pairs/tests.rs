//! One document and single edits of it, each with the class, the rule and the place that it has to have.

use std::collections::BTreeSet;
use std::path::Path;

use gapi_codegen::Source;
use gapi_codegen::diff::{self, Class, Rule};
use serde_json::Value;

use super::items;

fn load(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../codegen/tests/data");
    let text = std::fs::read_to_string(path.join(name)).expect(name);
    serde_json::from_str(&text).expect(name)
}

fn source(name: &str, document: &Value) -> Source {
    Source::new(name, document.to_string())
}

/// What contains the value at `pointer`, and its key.
fn parent<'a>(document: &'a mut Value, pointer: &str) -> (&'a mut Value, String) {
    let (above, key) = pointer.rsplit_once('/').expect(pointer);
    let key = key.replace("~1", "/").replace("~0", "~");
    (document.pointer_mut(above).expect(pointer), key)
}

fn put(document: &mut Value, pointer: &str, value: Value) {
    match parent(document, pointer) {
        (Value::Array(list), key) => {
            let index: usize = key.parse().expect(pointer);
            list.truncate(list.len().max(index));
            if index < list.len() {
                list[index] = value;
            } else {
                list.push(value);
            }
        }
        (object, key) => object[key] = value,
    }
}

fn take(document: &mut Value, pointer: &str) -> Value {
    let (object, key) = parent(document, pointer);
    let object = object.as_object_mut().expect(pointer);
    object.remove(&key).expect(pointer)
}

fn apply(edit: &Value, document: &mut Value) {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    if let Some(pointer) = edit.get("remove") {
        take(document, &text(pointer));
    } else if let Some(rename) = edit.get("rename") {
        let value = take(document, &text(&rename[0]));
        let from = text(&rename[0]);
        let (above, _) = from.rsplit_once('/').expect("a pointer");
        put(document, &format!("{above}/{}", text(&rename[1])), value);
    } else if let Some(copy) = edit.get("copy") {
        let value = document.pointer(&text(&copy[0])).expect("a value").clone();
        put(document, &text(&copy[1]), value);
    } else if let Some(edits) = edit.get("all") {
        for edit in edits.as_array().expect("edits") {
            apply(edit, document);
        }
    } else {
        put(document, &text(&edit["set"][0]), edit["set"][1].clone());
    }
}

#[test]
fn every_edit_has_its_class_rule_and_place_and_harmless_ones_lose_no_item() {
    let (document, edits) = (load("library.json"), load("edits.json"));
    let edits = edits.as_array().expect("edits");
    let old = source("old", &document);
    let all = items(&old).expect("the document generates");
    let mut wrong = Vec::new();
    let mut rules = BTreeSet::new();
    for edit in edits {
        let before = edit.get("before").map_or(old.clone(), |before| {
            let mut document = document.clone();
            apply(before, &mut document);
            source("old", &document)
        });
        let mut new = document.clone();
        apply(edit, &mut new);
        let new = source("new", &new);
        assert_ne!(before.text, new.text, "{edit}");
        let diff = diff::sources(&before, &new).unwrap_or_else(|errors| panic!("{edit}: {errors}"));
        rules.extend(diff.changes.iter().map(|change| change.rule));
        let class = edit["class"].as_str().expect("a class");
        let found = diff.changes.iter().find(|change| {
            let rule = edit["rule"].as_str();
            change.class.to_string() == class
                && change.path == edit["at"]
                && rule.is_none_or(|rule| rule == change.rule.name())
        });
        let worst = diff.class().map(|class| class.to_string());
        let says = |message: &str| edit["says"].as_str().is_none_or(|said| said == message);
        if worst.as_deref() != Some(class) || !found.is_some_and(|it| says(&it.message)) {
            wrong.push(format!("{edit}\n{:#?}", diff.changes));
        }
        if diff.class() == Some(Class::Breaking) {
            continue;
        }
        let was = match edit.get("before") {
            Some(_) => items(&before),
            None => Ok(all.clone()),
        };
        match (was, items(&new)) {
            (Ok(was), Ok(is)) => {
                let lost: Vec<&String> = was.difference(&is).collect();
                if !lost.is_empty() {
                    wrong.push(format!("{edit} is harmless, and these are gone: {lost:#?}"));
                }
            }
            (Err(error), _) | (_, Err(error)) => {
                wrong.push(format!("{edit} does not generate: {error}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing: Vec<&Rule> = Rule::ALL
        .iter()
        .filter(|rule| !rules.contains(rule))
        .collect();
    assert!(missing.is_empty(), "no edit shows {missing:?}");
}
