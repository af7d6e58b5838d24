//! Which operations have failed, and with which status.

use http::StatusCode;
use serde_json::{Map, Value};

/// Whether a finished operation tells of an error.
pub(super) fn is_in(fields: &Map<String, Value>) -> bool {
    let told = match fields.get("error") {
        None | Some(Value::Null) => false,
        // A status of 0 is no error, and neither is a list without one.
        Some(Value::Object(error)) => match (error.get("code"), error.get("errors")) {
            (Some(code), _) => code.as_i64() != Some(0),
            (None, Some(Value::Array(errors))) => !errors.is_empty(),
            (None, _) => !error.is_empty(),
        },
        Some(_) => true,
    };
    told || fields
        .get("httpErrorStatusCode")
        .and_then(Value::as_u64)
        .is_some_and(|status| status >= 400)
}

/// The HTTP status that a failed operation tells: Compute Engine's `httpErrorStatusCode`, or that of a canonical code.
pub(super) fn status(fields: &Map<String, Value>) -> Option<StatusCode> {
    let told = fields.get("httpErrorStatusCode").and_then(Value::as_u64);
    let code = || {
        let code = fields.get("error")?.get("code")?.as_u64()?;
        of_code(code)
    };
    let status = told.or_else(code)?;
    StatusCode::from_u16(u16::try_from(status).ok()?).ok()
}

/// The HTTP status of a `google.rpc.Code`, as `google/rpc/code.proto` pairs them.
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
}
