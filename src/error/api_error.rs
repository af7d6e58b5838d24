//! Reads the error bodies of servers, in all known forms.

use http::HeaderMap;
use serde_json::Value;

use super::{details::ErrorDetail, markup};
use crate::{media_type, wire::json_text};

/// The content of an error body.
#[derive(Clone, Debug, Default)]
pub(super) struct ApiError {
    pub(super) code: Option<String>,
    /// The most specific one first.
    pub(super) reasons: Vec<String>,
    pub(super) message: Option<String>,
    pub(super) details: Vec<ErrorDetail>,
    /// A page with a solution: `extendedHelp` of older APIs.
    pub(super) help: Option<String>,
}

/// The depth to which errors within errors are read.
const DEEPEST: u32 = 4;

impl ApiError {
    /// Reads `body`, and ignores what it does not understand. The caller stores the body itself.
    ///
    /// It understands `{"error": {...}}`, the same inside a list or another error, the inner object without its envelope, OAuth's
    /// `{"error": "...", "error_description": "..."}` (RFC 6749 section 5.2), a bare list of `errors`, and text, XML and HTML.
    pub(super) fn parse(headers: &HeaderMap, body: &[u8]) -> Self {
        let mut this = Self::default();
        match serde_json::from_slice(json_text::without_mark(body)) {
            Ok(value) => this.read(value, DEEPEST),
            Err(_) => {
                let markup::TextError { message, reason } =
                    markup::read(media_type::of(headers), body);
                this.message = message;
                this.reasons.extend(reason);
            }
        }
        this
    }

    fn read(&mut self, mut value: Value, depth: u32) {
        match value {
            Value::Array(list) => {
                if let Some(first) = list.into_iter().next().filter(Value::is_object) {
                    self.read(first, depth);
                }
            }
            Value::Object(_) => match value.get_mut("error").map(Value::take) {
                Some(inner @ Value::Object(_)) if depth > 0 => self.read(inner, depth - 1),
                Some(Value::String(error)) => {
                    self.reasons.push(error);
                    self.message = value.get("error_description").and_then(inner_text);
                }
                _ => self.read_status(value),
            },
            _ => {}
        }
    }

    /// Reads the object inside of `{"error": ...}`.
    fn read_status(&mut self, mut error: Value) {
        self.message = error.get("message").and_then(inner_text);
        let codes = ["status", "code"].into_iter();
        self.code = codes.filter_map(|name| error.get(name)).find_map(code);
        let name = ["details", "detail"]
            .into_iter()
            .find(|name| error.get(*name).is_some());
        match name.and_then(|name| error.get_mut(name)).map(Value::take) {
            Some(Value::Array(list)) => {
                for detail in list {
                    self.details.push(ErrorDetail::parse(detail));
                }
            }
            Some(Value::Null) | None => {}
            Some(other) => self.details.push(ErrorDetail::parse(other)),
        }
        for detail in &self.details {
            if let ErrorDetail::ErrorInfo(info) = detail
                && !info.reason.is_empty()
            {
                self.reasons.push(info.reason.clone());
            }
        }
        let entries = error.get_mut("errors").and_then(Value::as_array_mut);
        for entry in entries.into_iter().flatten() {
            self.read_entry(entry);
        }
    }

    /// Reads one entry of `errors`.
    fn read_entry(&mut self, entry: &mut Value) {
        // In operations, the reason is called a code.
        let reason = entry.get("reason").or_else(|| entry.get("code"));
        if let Some(reason) = reason.and_then(Value::as_str) {
            self.reasons.push(reason.to_owned());
        }
        if self.help.is_none() {
            self.help = entry
                .get("extendedHelp")
                .and_then(Value::as_str)
                .map(String::from);
        }
        if self.message.is_none() {
            self.message = entry.get("message").and_then(inner_text);
        }
        let details = entry.get_mut("errorDetails").and_then(Value::as_array_mut);
        for detail in details.into_iter().flatten() {
            ErrorDetail::parse_named(detail.take(), &mut self.details);
        }
    }

    /// Replaces all occurrences of `secret` in the texts.
    pub(super) fn hide(&mut self, secret: &str) {
        // Shorter texts are not keys, and are parts of ordinary words.
        if secret.len() < 6 {
            return;
        }
        let texts = self
            .message
            .iter_mut()
            .chain(&mut self.code)
            .chain(&mut self.reasons)
            .chain(&mut self.help);
        let violations = self.details.iter_mut().filter_map(|detail| match detail {
            ErrorDetail::BadRequest(violations) => Some(violations),
            _ => None,
        });
        let fields = violations
            .flatten()
            .flat_map(|violation| [&mut violation.field, &mut violation.description]);
        for text in texts.chain(fields) {
            if text.contains(secret) {
                *text = text.replace(secret, "REDACTED");
            }
        }
    }
}

/// Returns a text, or the text inside of an object (`{"message": {"message": "..."}}`, `{"message": {"error": {"message": "..."}}}`).
fn inner_text(value: &Value) -> Option<String> {
    let mut value = value;
    for _ in 0..=DEEPEST {
        match value {
            Value::String(text) => {
                let text = text.trim();
                return (!text.is_empty()).then(|| text.to_owned());
            }
            Value::Object(_) => {
                let mut names = ["message", "error", "value", "text"].iter();
                value = names.find_map(|name| value.get(*name))?;
            }
            _ => return None,
        }
    }
    None
}

/// Returns a canonical code from its name or its number, which may be a text. An HTTP status is not one.
fn code(value: &Value) -> Option<String> {
    let number = match value {
        Value::String(text) => match text.parse() {
            Ok(number) => number,
            Err(_) => return Some(text.clone()).filter(|text| !text.is_empty()),
        },
        number => number.as_u64()?,
    };
    rpc_code(number).map(|(name, _)| name.to_owned())
}

/// Returns the name and the HTTP status of a `google.rpc.Code` (`google/rpc/code.proto`), or `None` for other numbers.
pub(crate) fn rpc_code(code: u64) -> Option<(&'static str, u16)> {
    const CODES: [(&str, u16); 17] = [
        ("OK", 200),
        ("CANCELLED", 499),
        ("UNKNOWN", 500),
        ("INVALID_ARGUMENT", 400),
        ("DEADLINE_EXCEEDED", 504),
        ("NOT_FOUND", 404),
        ("ALREADY_EXISTS", 409),
        ("PERMISSION_DENIED", 403),
        ("RESOURCE_EXHAUSTED", 429),
        ("FAILED_PRECONDITION", 400),
        ("ABORTED", 409),
        ("OUT_OF_RANGE", 400),
        ("UNIMPLEMENTED", 501),
        ("INTERNAL", 500),
        ("UNAVAILABLE", 503),
        ("DATA_LOSS", 500),
        ("UNAUTHENTICATED", 401),
    ];
    CODES.get(usize::try_from(code).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> ApiError {
        ApiError::parse(&HeaderMap::new(), body.as_bytes())
    }

    fn parse(body: &str) -> (Option<String>, Vec<String>, Option<String>) {
        let error = read(body);
        (error.code, error.reasons, error.message)
    }

    fn expect(body: &str, code: Option<&str>, reasons: &[&str], message: Option<&str>) {
        let expected = (
            code.map(String::from),
            reasons.iter().map(ToString::to_string).collect(),
            message.map(String::from),
        );
        assert_eq!(parse(body), expected, "{body}");
    }

    #[test]
    fn all_known_forms_are_read() {
        expect(
            r#"{"error":{"code":404,"message":" Not here. ","status":"NOT_FOUND","errors":[{"reason":"notFound"}]}}"#,
            Some("NOT_FOUND"),
            &["notFound"],
            Some("Not here."),
        );
        // The newer reason comes first.
        expect(
            r#"{"error":{"code":403,"errors":[{"reason":"forbidden","message":"m"}],
                "details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"SERVICE_DISABLED"}]}}"#,
            None,
            &["SERVICE_DISABLED", "forbidden"],
            Some("m"),
        );
        expect(
            r#"[{"error":{"code":400,"message":"in a list","status":"INVALID_ARGUMENT"}}]"#,
            Some("INVALID_ARGUMENT"),
            &[],
            Some("in a list"),
        );
        expect(
            r#"{"code":5,"message":"bare"}"#,
            Some("NOT_FOUND"),
            &[],
            Some("bare"),
        );
        expect(
            r#"{"error":{"message":{"message":"inner"}}}"#,
            None,
            &[],
            Some("inner"),
        );
        expect(r#"{"error":{"message":{"odd":1}}}"#, None, &[], None);
        // Errors within errors, and an HTTP status in a text.
        for nested in [
            r#"{"error":{"code":"503","message":{"error":{"message":"inner"}}}}"#,
            r#"{"error":{"error":{"code":503,"message":"inner"}}}"#,
            r#"[{"error":{"error":{"errors":[{"message":"inner"}]}}}]"#,
        ] {
            expect(nested, None, &[], Some("inner"));
        }
        expect(
            r#"{"error":{"code":"7","message":"m"}}"#,
            Some("PERMISSION_DENIED"),
            &[],
            Some("m"),
        );
        expect(
            r#"{"error":{"code":404,"status":"404","message":"m"}}"#,
            None,
            &[],
            Some("m"),
        );
        expect(
            "\u{feff}{\"error\":{\"status\":\"NOT_FOUND\"}}",
            Some("NOT_FOUND"),
            &[],
            None,
        );
        expect(
            r#"{"error":"invalid_grant","error_description":"Bad Request"}"#,
            None,
            &["invalid_grant"],
            Some("Bad Request"),
        );
        expect(
            r#"{"errors":[{"message":"m","reason":"r"}]}"#,
            None,
            &["r"],
            Some("m"),
        );
        for nothing in [
            "",
            "null",
            "[]",
            "{}",
            "<html></html>",
            "{\"error\":",
            r#"{"error":null}"#,
            r#"[[[1]]]"#,
            "7",
        ] {
            expect(nothing, None, &[], None);
        }
    }

    #[test]
    fn details_that_are_no_list_are_returned() {
        let error = read(r#"{"error":{"details":"text"}}"#);
        assert_eq!(error.details, [ErrorDetail::Other("text".into())]);
    }

    #[test]
    fn secrets_are_hidden() {
        let mut error = read(r#"{"error":{"message":"API key CANARY is not valid"}}"#);
        error.hide("CANARY");
        assert_eq!(
            error.message.as_deref(),
            Some("API key REDACTED is not valid")
        );
    }
}
