//! The state of an operation in a response, and what the operation has created.

use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};

use crate::{
    Error, ErrorKind,
    error::rpc_code,
    execute::RawResponse,
    method::{JobShape, Method, OperationShape},
    request::from_response::FromResponse,
    wire::{Object, from_slice},
};

/// A schema that is a long-running operation. Implemented by generated code; a [`PendingCall`](crate::PendingCall) of such a schema can
/// be waited for.
pub trait LongRunning: Object + Send + 'static {
    /// Returns whether the response of `method` has this property, so that a field mask can name it.
    #[doc(hidden)]
    fn has(method: &'static Method, property: &str) -> bool {
        let _ = method;
        Self::PROPERTIES.contains(&property)
    }

    /// Reads an operation, which is a JSON object; what does not fit is left out.
    #[doc(hidden)]
    fn read(body: &[u8]) -> Self {
        from_slice(body).unwrap_or_default()
    }
}

/// The state of an operation in one response.
pub(super) struct Snapshot {
    response: RawResponse,
    fields: Map<String, Value>,
    pub(super) shape: OperationShape,
}

/// Whether an operation has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OperationStatus {
    Running,
    Succeeded,
    Failed,
}

impl Snapshot {
    /// Reads a response that is an operation of this shape.
    pub(super) fn read<R: LongRunning>(
        response: RawResponse,
        shape: OperationShape,
    ) -> Result<Self, Error> {
        match serde_json::from_slice(&response.content()) {
            Ok(fields) => Ok(Self {
                response,
                fields,
                shape,
            }),
            // This error describes the response.
            Err(_) => Err(match response.decode::<R>() {
                Err(error) => error,
                Ok(_) => Error::new(ErrorKind::Decode, "the response is empty, not an operation"),
            }),
        }
    }

    /// Returns the name of the operation, which may be unique only within its parent.
    pub(super) fn name(&self) -> Option<&str> {
        let name = match self.shape {
            OperationShape::Job(job) => self.at(job.name)?.as_str(),
            _ => self.text("name"),
        };
        name.filter(|name| !name.is_empty())
    }

    /// Returns the value of the property with this path.
    pub(super) fn at(&self, path: &str) -> Option<&Value> {
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        let first = self.fields.get(first)?;
        let mut rest = rest.split('.').filter(|name| !name.is_empty());
        rest.try_fold(first, |value, name| value.get(name))
    }

    /// Returns a property that is a string.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str()
    }

    /// Returns whether the operation has ended.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`] when the response does not have the status.
    pub(super) fn status(&self) -> Result<OperationStatus, Error> {
        let done = match self.shape {
            OperationShape::Aip151 => match self.fields.get("done") {
                Some(Value::Bool(done)) => *done,
                // The JSON of protobuf omits `false`; but only an operation that is done has a result.
                _ => self.response().is_some() || has_error(&self.fields),
            },
            OperationShape::Status => self
                .text("status")
                .ok_or_else(|| {
                    self.locate(Error::new(
                        ErrorKind::Decode,
                        "status: the operation has no status, so it cannot be waited for",
                    ))
                })?
                .eq_ignore_ascii_case("done"),
            OperationShape::Job(job) => return Ok(self.job_status(job)),
        };
        Ok(match (done, has_error(&self.fields)) {
            (false, _) => OperationStatus::Running,
            (true, false) => OperationStatus::Succeeded,
            (true, true) => OperationStatus::Failed,
        })
    }

    /// Returns whether a job has ended. A missing state is not a final one.
    fn job_status(&self, job: &JobShape) -> OperationStatus {
        let state = self.at(job.state).and_then(Value::as_str);
        let state = state.unwrap_or_default();
        if job.failed.contains(&state) {
            OperationStatus::Failed
        } else if !job.succeeded.contains(&state) {
            OperationStatus::Running
        } else if is_error(self.at(job.error)) && job.failed.is_empty() {
            // If there is one final state, the error distinguishes failure from success.
            OperationStatus::Failed
        } else {
            OperationStatus::Succeeded
        }
    }

    /// Returns the operation as a value of its schema.
    pub(super) fn operation<R: LongRunning>(&self) -> R {
        R::read(&self.response.content())
    }

    /// Returns the `response` of a finished operation (AIP-151).
    fn response(&self) -> Option<&Value> {
        self.fields.get("response").filter(|value| !value.is_null())
    }

    /// Returns the error of a failed operation; `started` is the method that started it.
    pub(super) fn failure(&self, started: &'static Method) -> Error {
        let response = &self.response;
        let error = match self.shape {
            OperationShape::Job(job) => {
                let state = self.at(job.state).and_then(Value::as_str);
                let error = error_of_job(state.unwrap_or_default(), self.at(job.error));
                let status = error_status(&error).unwrap_or(response.status);
                let body = Value::Object(error).to_string().into();
                Error::operation_failed(status, HeaderMap::new(), body).with_response(
                    status,
                    response.headers.clone(),
                    response.body.clone(),
                )
            }
            _ => Error::operation_failed(
                error_status(&self.fields).unwrap_or(response.status),
                response.headers.clone(),
                response.body.clone(),
            ),
        };
        error
            .of_operation(self.name().unwrap_or_default())
            .at(started.id, response.url())
            .counting(response.attempts)
    }

    /// Adds the call and this response to an error.
    fn locate(&self, error: Error) -> Error {
        self.response.locate(error).counting(self.response.attempts)
    }
}

/// Returns an error if operations of this method have no `response`.
pub(super) fn check_has_response(method: &'static Method) -> Result<(), Error> {
    match method.operation.map(|operation| operation.shape) {
        Some(OperationShape::Status | OperationShape::Job(_)) => Err(Error::usage(
            "operations of this API have no response; wait for the end, then get the resource",
        )
        .at(method.id, None)),
        _ => Ok(()),
    }
}

/// Returns the `response` of a finished operation as a `T`.
pub(super) fn read_response<T: FromResponse>(snapshot: &Snapshot) -> Result<T, Error> {
    let nothing = Value::Object(Map::new());
    let response = match snapshot.response() {
        Some(response) => response,
        None => match T::empty() {
            Some(empty) => return Ok(empty),
            // Reported like a response without properties.
            None => &nothing,
        },
    };
    let of = response.get("@type").and_then(Value::as_str);
    let of = of.map(|url| url.rsplit('/').next().unwrap_or(url));
    if let (Some(of), Some(schema)) = (of, T::SCHEMA)
        && !is_named(schema, of)
    {
        let message = format!("response: the operation created a {of}, not a {schema}");
        return Err(snapshot.locate(Error::new(ErrorKind::Decode, message)));
    }
    let body = content(response, of).to_string();
    T::decode(body.as_bytes()).map_err(|error| {
        let text = error.to_string();
        // Line and column belong to a text that the caller does not have.
        let what = text.split(" at line ").next().unwrap_or(&text);
        snapshot.locate(Error::new(ErrorKind::Decode, format!("response: {what}")))
    })
}

/// Returns whether a schema has the name of a message, with or without its package: `Service` or `GoogleCloudRunV2Service`.
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

/// Returns the message without its type. Messages with a special JSON form are in the property `value`.
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

/// Returns whether a finished operation has failed.
fn has_error(fields: &Map<String, Value>) -> bool {
    let has_error = is_error(fields.get("error"));
    has_error
        || fields
            .get("httpErrorStatusCode")
            .and_then(Value::as_u64)
            .is_some_and(|status| status >= 400)
}

/// Returns whether the value of a property for errors is an error.
fn is_error(error: Option<&Value>) -> bool {
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
fn error_of_job(state: &str, error: Option<&Value>) -> Map<String, Value> {
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
fn error_status(fields: &Map<String, Value>) -> Option<StatusCode> {
    let status = fields.get("httpErrorStatusCode").and_then(Value::as_u64);
    let code = || {
        let code = fields.get("error")?.get("code")?.as_u64()?;
        let (_, status) = rpc_code(code).filter(|_| code > 0)?;
        Some(status.into())
    };
    let status = status.or_else(code)?;
    StatusCode::from_u16(u16::try_from(status).ok()?).ok()
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

#[cfg(test)]
mod error_tests {
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
            assert_eq!(has_error(&fields), failed, "{fields:?}");
            assert_eq!(
                error_status(&fields).map(|s| s.as_u16()),
                expected,
                "{fields:?}"
            );
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
            let read = error_of_job("FAILED", Some(&error));
            assert_eq!(read["error"]["message"], message, "{error}");
        }
        let read = error_of_job("DONE", Some(&json!({"message": "m", "reason": "r"})));
        assert_eq!(read["error"]["errors"], json!([{"reason": "r"}]));
        assert_eq!(
            error_of_job("X", None)["error"]["message"],
            "the job ended as X"
        );
    }
}
