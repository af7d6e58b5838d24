//! Full values of a schema, made from the document itself.

use serde_json::{Map, Value, json};

/// How deep values are nested.
const DEPTH: usize = 6;

/// A value of the schema `name` with every property, lists and maps with one entry, nested to a bounded depth.
pub(super) fn full(document: &Value, name: &str) -> Value {
    schema(document, &json!({"$ref": name}), DEPTH, &mut vec![])
}

fn schema(document: &Value, of: &Value, depth: usize, inside: &mut Vec<String>) -> Value {
    if let Some(name) = of["$ref"].as_str() {
        // Once is enough of what contains itself.
        if inside.iter().any(|outer| outer == name) {
            return empty(document, of);
        }
        inside.push(name.to_owned());
        let value = schema(document, &document["schemas"][name], depth, inside);
        inside.pop();
        return value;
    }
    if depth == 0 {
        return empty(document, of);
    }
    match of["type"].as_str() {
        Some("object") => {
            let mut object = Map::new();
            for (name, property) in of["properties"].as_object().into_iter().flatten() {
                object.insert(name.clone(), schema(document, property, depth - 1, inside));
            }
            if object.is_empty() && of["additionalProperties"].is_object() {
                let value = schema(document, &of["additionalProperties"], depth - 1, inside);
                object.insert("a-key".to_owned(), value);
            }
            Value::Object(object)
        }
        Some("array") => {
            // Two where that costs nothing.
            let item = schema(document, &of["items"], depth - 1, inside);
            match item {
                Value::Object(_) | Value::Array(_) => json!([item]),
                plain => json!([plain, plain]),
            }
        }
        _ => scalar(of),
    }
}

/// The smallest value of a schema.
fn empty(document: &Value, of: &Value) -> Value {
    let of = match of["$ref"].as_str() {
        Some(name) => &document["schemas"][name],
        None => of,
    };
    match of["type"].as_str() {
        Some("object") => json!({}),
        Some("array") => json!([]),
        _ => scalar(of),
    }
}

/// A scalar in the form that encoding gives it.
fn scalar(of: &Value) -> Value {
    if let Some(last) = of["enum"].as_array().and_then(|values| values.last()) {
        return last.clone();
    }
    let format = of["format"].as_str().unwrap_or_default();
    match (of["type"].as_str().unwrap_or_default(), format) {
        ("boolean", _) => json!(true),
        ("any", _) => json!({"any": [1, "two", null]}),
        ("string" | "integer", "int64") => json!("-9223372036854775808"),
        ("string" | "integer", "uint64") => json!("18446744073709551615"),
        ("integer", "uint32") => json!(u32::MAX),
        ("integer", _) => json!(i32::MIN),
        ("number", "float") => json!(0.25),
        ("number", _) => json!(0.1),
        (_, "byte") => json!("-_8="),
        (_, "date") => json!("2026-02-28"),
        (_, "date-time" | "google-datetime") => json!("2026-02-28T23:59:59.123456789Z"),
        (_, "google-duration") => json!("-3.000000001s"),
        (_, "google-fieldmask") => json!("name,labels.a"),
        _ => json!("text with \"quotes\", é and \u{1F600}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_property_is_there_and_recursion_ends() {
        let document = json!({"schemas": {"Node": {"type": "object", "properties": {
            "size": {"type": "string", "format": "int64"},
            "state": {"type": "string", "enum": ["A", "B"]},
            "next": {"$ref": "Node"},
            "all": {"type": "array", "items": {"$ref": "Node"}},
            "labels": {"type": "object", "additionalProperties": {"type": "boolean"}},
        }}}});

        assert_eq!(
            full(&document, "Node"),
            json!({
                "size": "-9223372036854775808", "state": "B", "next": {}, "all": [{}], "labels": {"a-key": true},
            })
        );
    }
}
