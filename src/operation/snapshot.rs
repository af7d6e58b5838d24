//! What an answer says of an operation.

use http::HeaderMap;
use serde_json::{Map, Value};

use super::{LongRunning, failure};
use crate::{
    Error, ErrorKind,
    execute::RawResponse,
    method::{JobShape, Method, OperationShape},
    wire::from_slice,
};

/// An operation as one answer tells it.
pub(super) struct Snapshot {
    answered: RawResponse,
    fields: Map<String, Value>,
    shape: OperationShape,
}

/// How far an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    Running,
    Succeeded,
    Failed,
}

impl Snapshot {
    /// Reads an answer that is an operation of this shape.
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
            // Says what came instead.
            Err(_) => Err(match answered.decode::<R>() {
                Err(error) => error,
                Ok(_) => Error::new(ErrorKind::Decode, "the answer is empty, not an operation"),
            }),
        }
    }

    /// The name of the operation; where it is not full, unique in its place only.
    pub(super) fn name(&self) -> Option<&str> {
        let name = match self.shape {
            OperationShape::Job(job) => self.at(job.name)?.as_str(),
            _ => self.text("name"),
        };
        name.filter(|name| !name.is_empty())
    }

    /// What a job is, where it is one.
    pub(super) fn job(&self) -> Option<&'static JobShape> {
        match self.shape {
            OperationShape::Job(job) => Some(job),
            _ => None,
        }
    }

    /// The value of the property at a path.
    pub(super) fn at(&self, path: &str) -> Option<&Value> {
        let (first, rest) = path.split_once('.').unwrap_or((path, ""));
        let first = self.fields.get(first)?;
        let mut rest = rest.split('.').filter(|name| !name.is_empty());
        rest.try_fold(first, |value, name| value.get(name))
    }

    /// A property that is a text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name)?.as_str()
    }

    /// How far it is.
    ///
    /// # Errors
    /// [`ErrorKind::Decode`] when the answer does not say.
    pub(super) fn progress(&self) -> Result<Progress, Error> {
        let done = match self.shape {
            OperationShape::Aip151 => match self.fields.get("done") {
                Some(Value::Bool(done)) => *done,
                // As in protobuf's JSON, what is false is left out; but only an operation that is done has a result.
                _ => self.response().is_some() || failure::is_in(&self.fields),
            },
            OperationShape::Status => self
                .text("status")
                .ok_or_else(|| {
                    self.place(Error::new(
                        ErrorKind::Decode,
                        "status: the operation does not tell its status, so it cannot be waited for",
                    ))
                })?
                .eq_ignore_ascii_case("done"),
            OperationShape::Job(job) => return Ok(self.progress_of(job)),
        };
        Ok(match (done, failure::is_in(&self.fields)) {
            (false, _) => Progress::Running,
            (true, false) => Progress::Succeeded,
            (true, true) => Progress::Failed,
        })
    }

    /// A state that is not told yet is none of the final ones.
    fn progress_of(&self, job: &JobShape) -> Progress {
        let state = self.at(job.state).and_then(Value::as_str);
        let state = state.unwrap_or_default();
        if job.failed.contains(&state) {
            Progress::Failed
        } else if !job.succeeded.contains(&state) {
            Progress::Running
        } else if failure::is_told(self.at(job.error)) && job.failed.is_empty() {
            // Where one state stands for both ends, the error tells which it is.
            Progress::Failed
        } else {
            Progress::Succeeded
        }
    }

    /// The operation as its schema.
    pub(super) fn operation<R: LongRunning>(&self) -> R {
        let text = Value::Object(self.fields.clone()).to_string();
        from_slice(text.as_bytes()).unwrap_or_default()
    }

    /// What a finished operation made (AIP-151).
    pub(super) fn response(&self) -> Option<&Value> {
        self.fields.get("response").filter(|value| !value.is_null())
    }

    /// Why a failed operation failed; `started` is the method that started it.
    pub(super) fn failure(&self, started: &'static Method) -> Error {
        let answered = &self.answered;
        let error = match self.shape {
            OperationShape::Job(job) => {
                let state = self.at(job.state).and_then(Value::as_str);
                let told = failure::of_job(state.unwrap_or_default(), self.at(job.error));
                let status = failure::status(&told).unwrap_or(answered.status);
                let body = Value::Object(told).to_string().into();
                Error::operation_failed(status, HeaderMap::new(), body).with_answer(
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

    /// `error`, with the call that gave this answer.
    pub(super) fn place(&self, error: Error) -> Error {
        error
            .at(self.answered.method.id, self.answered.url())
            .counting(self.answered.attempts)
            .with_answer(
                self.answered.status,
                self.answered.headers.clone(),
                self.answered.body.clone(),
            )
    }
}
