//! The errors of operations.

use http::StatusCode;
use serde_json::{Map, Value};

/// Returns whether a finished operation has failed.
pub(super) fn is_in(fields: &Map<String, Value>) -> bool {
    let has_error = is_error(fields.get("error"));
    has_error
        || fields
            .get("httpErrorStatusCode")
            .and_then(Value::as_u64)
            .is_some_and(|status| status >= 400)
}

/// Returns whether the value of a property for errors is an error.
pub(super) fn is_error(error: Option<&Value>) -> bool {
    match error {
        None | Some(Value::Null) => false,
        // Code 0 is OK, and an empty list has no error.
        Some(Value::Object(error)) => match (error.get("code"), error.get("errors")) {
            (Some(code), _) => code.as_i64() != Some(0),
            (None, Some(Value::Array(errors))) => !errors.is_empty(),
            (None, _) => !error.is_empty(),
        },
        Some(_) => true,
    }
}

/// Returns the error of a failed job in the form of an API error.
pub(super) fn of_job(state: &str, error: Option<&Value>) -> Map<String, Value> {
    let detail = error.and_then(detail);
    let message = match &detail {
        Some(Value::String(text)) => Some(text.as_str()),
        Some(detail) => detail.get("message").and_then(Value::as_str),
        None => None,
    };
    let message = match message.filter(|message| !message.trim().is_empty()) {
        Some(message) => message.to_owned(),
        None => format!("the job ended as {state}"),
    };
    let mut error = match &detail {
        Some(Value::Object(fields)) => fields.clone(),
        _ => Map::new(),
    };
    if let Some(reason) = error.remove("reason") {
        let reason = Map::from_iter([("reason".to_owned(), reason)]);
        error.insert("errors".to_owned(), vec![Value::Object(reason)].into());
    }
    error.insert("message".to_owned(), message.into());
    Map::from_iter([("error".to_owned(), Value::Object(error))])
}

/// Returns the text, or the object with a message, in an error: itself, the first entry of a list, or a property.
fn detail(error: &Value) -> Option<Value> {
    match error {
        Value::String(_) => Some(error.clone()),
        Value::Array(list) => list.first().and_then(detail),
        Value::Object(fields) if fields.contains_key("message") => Some(error.clone()),
        Value::Object(fields) => {
            let mut inner = fields.values().filter(|value| value.is_object());
            inner.find_map(detail).or_else(|| Some(error.clone()))
        }
        _ => None,
    }
}

/// Returns the HTTP status of a failed operation: `httpErrorStatusCode` of Compute Engine, or that of its canonical code.
pub(super) fn status(fields: &Map<String, Value>) -> Option<StatusCode> {
    let status = fields.get("httpErrorStatusCode").and_then(Value::as_u64);
    let code = || {
        let code = fields.get("error")?.get("code")?.as_u64()?;
        of_code(code)
    };
    let status = status.or_else(code)?;
    StatusCode::from_u16(u16::try_from(status).ok()?).ok()
}

/// Returns the HTTP status of a `google.rpc.Code` (`google/rpc/code.proto`).
fn of_code(code: u64) -> Option<u64> {
    Some(match code {
        1 => 499,
        3 | 9 | 11 => 400,
        4 => 504,
        5 => 404,
        6 | 10 => 409,
        7 => 403,
        8 => 429,
        12 => 501,
        14 => 503,
        16 => 401,
        2 | 13 | 15 => 500,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(fields) => fields,
            _ => panic!("an object"),
        }
    }

    #[test]
    fn errors_of_both_shapes() {
        let cases = [
            (json!({}), false, None),
            (json!({"error": null}), false, None),
            (json!({"error": {}}), false, None),
            (json!({"error": {"code": 0}}), false, None),
            (json!({"error": {"errors": []}}), false, None),
            (json!({"httpErrorStatusCode": 200}), false, Some(200)),
            (
                json!({"error": {"code": 8, "message": "m"}}),
                true,
                Some(429),
            ),
            (json!({"error": {"message": "m"}}), true, None),
            (json!({"error": {"code": 77}}), true, None),
            (json!({"error": {"errors": [{"code": "X"}]}}), true, None),
            (
                json!({"httpErrorStatusCode": 409, "error": {"errors": [{}]}}),
                true,
                Some(409),
            ),
            (json!({"httpErrorStatusCode": 403}), true, Some(403)),
            (json!({"error": "text"}), true, None),
        ];
        for (value, failed, expected) in cases {
            let fields = fields(value);
            assert_eq!(is_in(&fields), failed, "{fields:?}");
            assert_eq!(status(&fields).map(|s| s.as_u16()), expected, "{fields:?}");
        }
    }

    #[test]
    fn errors_of_jobs_have_many_forms() {
        for (error, message) in [
            (json!("out of memory"), "out of memory"),
            (json!({"message": "m", "reason": "r"}), "m"),
            (json!([{"details": {"code": 5, "message": "gone"}}]), "gone"),
            (json!({"payload": "p"}), "the job ended as FAILED"),
            (json!({"message": ""}), "the job ended as FAILED"),
            (json!([]), "the job ended as FAILED"),
            (json!(null), "the job ended as FAILED"),
        ] {
            let read = of_job("FAILED", Some(&error));
            assert_eq!(read["error"]["message"], message, "{error}");
        }
        let read = of_job("DONE", Some(&json!({"message": "m", "reason": "r"})));
        assert_eq!(read["error"]["errors"], json!([{"reason": "r"}]));
        assert_eq!(of_job("X", None)["error"]["message"], "the job ended as X");
    }
}
