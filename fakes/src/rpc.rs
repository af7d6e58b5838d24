//! Errors in the shape of Google's REST APIs: the `google.rpc.Status` envelope, with the older `errors` list that many services
//! still add.

use serde_json::{Value, json};

use crate::Reply;

/// An error response under construction.
#[derive(Clone, Debug)]
#[must_use]
pub struct RpcError {
    code: u16,
    status: &'static str,
    message: String,
    errors: Vec<Value>,
    details: Vec<Value>,
    headers: Vec<(&'static str, String)>,
}

impl RpcError {
    /// An error of HTTP status `code` and `google.rpc.Code` name `status`.
    pub fn new(code: u16, status: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            status,
            message: message.into(),
            errors: Vec::new(),
            details: Vec::new(),
            headers: Vec::new(),
        }
    }

    /// 400 with the fields at fault, as a strict server sends for a request that it cannot bind.
    pub fn bad_request(violations: &[(String, String)]) -> Self {
        let text: Vec<&str> = violations.iter().map(|(_, text)| text.as_str()).collect();
        let fields: Vec<Value> = violations
            .iter()
            .map(|(field, text)| json!({"field": field, "description": text}))
            .collect();
        Self::new(400, "INVALID_ARGUMENT", text.join("\n")).detail(json!({
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": fields,
        }))
    }

    /// Adds an entry to the older `errors` list.
    pub fn error(mut self, domain: &str, reason: &str) -> Self {
        self.errors
            .push(json!({"message": self.message, "domain": domain, "reason": reason}));
        self
    }

    /// Adds an entry to `details`.
    pub fn detail(mut self, detail: Value) -> Self {
        self.details.push(detail);
        self
    }

    /// Adds a `google.rpc.ErrorInfo`.
    pub fn info(self, reason: &str, metadata: Value) -> Self {
        self.detail(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "domain": "googleapis.com",
            "metadata": metadata,
        }))
    }

    /// Adds a header to the response.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl From<Result<Value, RpcError>> for Reply {
    fn from(outcome: Result<Value, RpcError>) -> Self {
        match outcome {
            Ok(response) => Self::json(200, &response),
            Err(error) => error.into(),
        }
    }
}

impl From<RpcError> for Reply {
    fn from(error: RpcError) -> Self {
        let mut body =
            json!({"code": error.code, "message": error.message, "status": error.status});
        if !error.errors.is_empty() {
            body["errors"] = error.errors.into();
        }
        if !error.details.is_empty() {
            body["details"] = error.details.into();
        }
        error.headers.iter().fold(
            Self::json(error.code, &json!({"error": body})),
            |reply, (name, value)| reply.header(name, value),
        )
    }
}
