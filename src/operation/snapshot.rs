//! The state of an operation in a response, and what the operation has created.

use http::HeaderMap;
use serde_json::{Map, Value};

use super::{LongRunning, failure};
use crate::{
    Error, ErrorKind,
    execute::RawResponse,
    method::{JobShape, Method, OperationShape},
    request::from_response::FromResponse,
    wire::from_slice,
};

/// The state of an operation in one response.
pub(super) struct Snapshot {
    answered: RawResponse,
    fields: Map<String, Value>,
    shape: OperationShape,
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
        answered: RawResponse,
        shape: OperationShape,
    ) -> Result<Self, Error> {
        match serde_json::from_slice(&answered.content()) {
            Ok(fields) => Ok(Self {
                answered,
                fields,
                shape,
            }),
            // This error describes the response.
            Err(_) => Err(match answered.decode::<R>() {
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

    /// Returns the shape of a job, if it is one.
    pub(super) fn job(&self) -> Option<&'static JobShape> {
        match self.shape {
            OperationShape::Job(job) => Some(job),
            _ => None,
        }
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
                _ => self.response().is_some() || failure::is_in(&self.fields),
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
        Ok(match (done, failure::is_in(&self.fields)) {
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
        } else if failure::is_error(self.at(job.error)) && job.failed.is_empty() {
            // If there is one final state, the error distinguishes failure from success.
            OperationStatus::Failed
        } else {
            OperationStatus::Succeeded
        }
    }

    /// Returns the operation as a value of its schema.
    pub(super) fn operation<R: LongRunning>(&self) -> R {
        let text = Value::Object(self.fields.clone()).to_string();
        from_slice(text.as_bytes()).unwrap_or_default()
    }

    /// Returns the `response` of a finished operation (AIP-151).
    fn response(&self) -> Option<&Value> {
        self.fields.get("response").filter(|value| !value.is_null())
    }

    /// Returns the error of a failed operation; `started` is the method that started it.
    pub(super) fn failure(&self, started: &'static Method) -> Error {
        let answered = &self.answered;
        let error = match self.shape {
            OperationShape::Job(job) => {
                let state = self.at(job.state).and_then(Value::as_str);
                let error = failure::of_job(state.unwrap_or_default(), self.at(job.error));
                let status = failure::status(&error).unwrap_or(answered.status);
                let body = Value::Object(error).to_string().into();
                Error::operation_failed(status, HeaderMap::new(), body).with_response(
                    status,
                    answered.headers.clone(),
                    answered.body.clone(),
                )
            }
            _ => Error::operation_failed(
                failure::status(&self.fields).unwrap_or(answered.status),
                answered.headers.clone(),
                answered.body.clone(),
            ),
        };
        error
            .of_operation(self.name().unwrap_or_default())
            .at(started.id, answered.url())
            .counting(answered.attempts)
    }

    /// Adds the call and this response to an error.
    fn locate(&self, error: Error) -> Error {
        error
            .at(self.answered.method.id, self.answered.url())
            .counting(self.answered.attempts)
            .with_response(
                self.answered.status,
                self.answered.headers.clone(),
                self.answered.body.clone(),
            )
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
