//! Values against schemas: the JSON mapping of the Discovery type table, taken strictly.

use serde_json::Value;

/// Checks a JSON value. `at` is its path, for the texts.
pub(super) fn value(
    schemas: &Value,
    schema: &Value,
    value: &Value,
    at: &str,
    violations: &mut Vec<(String, String)>,
) {
    if let Some(name) = schema["$ref"].as_str() {
        return self::value(schemas, &schemas[name], value, at, violations);
    }
    // Null means an unset field everywhere.
    if value.is_null() {
        return;
    }
    match schema["type"].as_str().unwrap_or("any") {
        "object" => object(schemas, schema, value, at, violations),
        "array" => match value.as_array() {
            Some(items) => {
                for (index, item) in items.iter().enumerate() {
                    let at = format!("{at}[{index}]");
                    self::value(schemas, &schema["items"], item, &at, violations);
                }
            }
            None => wrong(at, "list", value, violations),
        },
        "any" => {}
        _ => {
            if let Err(expected) = scalar(schema, value) {
                wrong(at, expected, value, violations);
            }
        }
    }
}

fn object(
    schemas: &Value,
    schema: &Value,
    value: &Value,
    at: &str,
    violations: &mut Vec<(String, String)>,
) {
    let Some(fields) = value.as_object() else {
        return wrong(at, "object", value, violations);
    };
    for (name, field) in fields {
        let inner = if at.is_empty() {
            name.clone()
        } else {
            format!("{at}.{name}")
        };
        let known = schema["properties"]
            .get(name)
            .or_else(|| schema.get("additionalProperties"));
        match known {
            Some(known) => self::value(schemas, known, field, &inner, violations),
            None => {
                let index = if at.is_empty() {
                    String::new()
                } else {
                    format!(" at '{at}'")
                };
                let text = format!(
                    "Invalid JSON payload received. Unknown name \"{name}\"{index}: Cannot find field."
                );
                violations.push((at.to_owned(), text));
            }
        }
    }
}

fn wrong(at: &str, expected: &str, value: &Value, violations: &mut Vec<(String, String)>) {
    violations.push((
        at.to_owned(),
        format!("Invalid value at '{at}' ({expected}), {value}"),
    ));
}

/// A JSON scalar. On failure, what was expected.
fn scalar(schema: &Value, value: &Value) -> Result<(), &'static str> {
    let kind = schema["type"].as_str().unwrap_or_default();
    match (kind, value) {
        ("boolean", Value::Bool(_)) => Ok(()),
        ("boolean", _) => Err("TYPE_BOOL"),
        ("integer" | "number", Value::Number(number)) => text(schema, &number.to_string()),
        // Only these three may be text.
        ("number", Value::String(text))
            if matches!(text.as_str(), "NaN" | "Infinity" | "-Infinity") =>
        {
            Ok(())
        }
        ("integer", _) => Err("TYPE_INT32"),
        ("number", _) => Err("TYPE_DOUBLE"),
        (_, Value::String(value)) => text(schema, value),
        // 64-bit integers are sent as strings; a server also takes numbers, but what we judge shall not need that.
        _ if matches!(schema["format"].as_str(), Some("int64" | "uint64")) => {
            Err("TYPE_INT64 as a string")
        }
        _ => Err("TYPE_STRING"),
    }
}

/// A scalar's text, as in a query parameter. On failure, what was expected.
pub(super) fn text(schema: &Value, text: &str) -> Result<(), &'static str> {
    fn parses<T: std::str::FromStr>(
        text: &str,
        expected: &'static str,
    ) -> Result<(), &'static str> {
        text.parse::<T>().map(|_| ()).map_err(|_| expected)
    }
    if let Some(values) = schema["enum"].as_array() {
        return if values.iter().any(|value| value == text) {
            Ok(())
        } else {
            Err("an enum value")
        };
    }
    match (
        schema["type"].as_str().unwrap_or_default(),
        schema["format"].as_str().unwrap_or_default(),
    ) {
        ("boolean", _) if matches!(text, "true" | "false") => Ok(()),
        ("boolean", _) => Err("TYPE_BOOL"),
        ("integer", "uint32") => parses::<u32>(text, "TYPE_UINT32"),
        ("integer", _) => parses::<i32>(text, "TYPE_INT32"),
        ("number", _) => parses::<f64>(text, "TYPE_DOUBLE"),
        ("string", "int64") => parses::<i64>(text, "TYPE_INT64"),
        ("string", "uint64") => parses::<u64>(text, "TYPE_UINT64"),
        _ => Ok(()),
    }
}
