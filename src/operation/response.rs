//! What an operation made: the `response` of AIP-151.

use serde_json::{Map, Value};

use super::snapshot::Snapshot;
use crate::{
    Error, ErrorKind,
    method::{Method, OperationShape},
    request::from_response::FromResponse,
};

/// Refuses to wait for a response that no operation of this method will have.
pub(super) fn check(method: &'static Method) -> Result<(), Error> {
    match method.operation.map(|operation| operation.shape) {
        Some(OperationShape::Status | OperationShape::Job(_)) => Err(Error::usage(
            "operations of this API do not hold what they made; `wait` for the end, then get the resource",
        )
        .at(method.id, None)),
        _ => Ok(()),
    }
}

/// The response of a finished operation as a `T`.
pub(super) fn read<T: FromResponse>(snapshot: &Snapshot) -> Result<T, Error> {
    let nothing = Value::Object(Map::new());
    let response = match snapshot.response() {
        Some(response) => response,
        None => match T::empty() {
            Some(empty) => return Ok(empty),
            // What is missing in nothing is what is missing in an empty object.
            None => &nothing,
        },
    };
    let of = response.get("@type").and_then(Value::as_str);
    let of = of.map(|url| url.rsplit('/').next().unwrap_or(url));
    if let (Some(of), Some(schema)) = (of, T::SCHEMA)
        && !is_named(schema, of)
    {
        let message = format!("response: the operation made a {of}, not a {schema}");
        return Err(snapshot.place(Error::new(ErrorKind::Decode, message)));
    }
    let body = content(response, of).to_string();
    T::decode(body.as_bytes()).map_err(|error| {
        let text = error.to_string();
        // Line and column are those of a text that nobody has seen.
        let what = text.split(" at line ").next().unwrap_or(&text);
        snapshot.place(Error::new(ErrorKind::Decode, format!("response: {what}")))
    })
}

/// Schemas are called like the message, with or without its package: `Service` or `GoogleCloudRunV2Service`.
fn is_named(schema: &str, message: &str) -> bool {
    let flat = |text: &str| {
        text.chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase()
    };
    let last = message.rsplit('.').next().unwrap_or(message);
    flat(schema).ends_with(&flat(last))
}

/// The message without its type. Messages with a JSON form of their own stand in `value`.
fn content(response: &Value, of: Option<&str>) -> Value {
    match response {
        Value::Object(fields) => {
            let mut fields: Map<String, Value> = fields.clone();
            fields.remove("@type");
            let wraps =
                of.is_some_and(|of| of.starts_with("google.protobuf.")) && fields.len() == 1;
            match fields.get("value") {
                Some(value) if wraps => value.clone(),
                _ => Value::Object(fields),
            }
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn schemas_are_named_after_messages() {
        for (schema, message) in [
            ("Service", "google.cloud.run.v2.Service"),
            ("GoogleCloudRunV2Service", "google.cloud.run.v2.Service"),
            ("GoogleLongrunning__Empty", "google.protobuf.Empty"),
        ] {
            assert!(is_named(schema, message), "{schema} {message}");
        }
        assert!(!is_named("Job", "google.cloud.run.v2.Service"));
    }

    #[test]
    fn the_type_is_not_part_of_the_message() {
        let service = json!({"@type": "t/google.cloud.run.v2.Service", "name": "a"});
        assert_eq!(
            content(&service, Some("google.cloud.run.v2.Service")),
            json!({"name": "a"})
        );
        let wrapped = json!({"@type": "t/google.protobuf.Struct", "value": {"a": 1}});
        assert_eq!(
            content(&wrapped, Some("google.protobuf.Struct")),
            json!({"a": 1})
        );
        let own = json!({"@type": "t/x.Y", "value": 1});
        assert_eq!(content(&own, Some("x.Y")), json!({"value": 1}));
    }
}
