//! Requests as command lines.

use std::fmt::Write as _;

use http::{Method, header::CONTENT_LENGTH};
use serde_json::Value;

use super::HttpRequest;
use crate::redact;

impl HttpRequest {
    /// Returns the request as a `curl` command for a shell, without secrets: the token is `$TOKEN`; keys, and properties with passwords, keys
    /// and tokens, are `REDACTED`. Bytes that are no text are the file `BODY`.
    ///
    /// ```
    /// # use gapi::{Call, discovery::{Api, Method, Verb}};
    /// # static API: Api = Api::new("things", "v1", "", "https://things.googleapis.com/");
    /// # static LIST: Method = Method::new(&API, Verb::Get, "things.list", "v1/things");
    /// # fn main() -> Result<(), gapi::Error> {
    /// # let request = Call::new(&LIST);
    /// assert!(request.to_http()?.to_curl().starts_with("curl 'https://things.googleapis.com/v1/things?alt=json'"));
    /// # Ok(()) }
    /// ```
    pub fn to_curl(&self) -> String {
        let mut line = String::from("curl");
        let implied = if self.body.is_empty() {
            Method::GET
        } else {
            Method::POST
        };
        if self.method == Method::HEAD {
            line.push_str(" --head");
        } else if self.method != implied {
            let _ = write!(line, " -X {}", self.method);
        }
        let _ = write!(line, " {}", quoted(&redact::url(&self.uri.to_string())));
        line.push_str(" -H \"authorization: Bearer $TOKEN\"");
        for (name, value) in redact::headers(&self.headers) {
            if name != CONTENT_LENGTH.as_str() {
                let _ = write!(line, " -H {}", quoted(&format!("{name}: {value}")));
            }
        }
        if self.method == Method::POST && self.body.is_empty() {
            // Servers want a length.
            line.push_str(" --data-raw ''");
        }
        if !self.body.is_empty() {
            let _ = match self.redacted_body() {
                Some(body) => write!(line, " --data-raw {}", quoted(&body)),
                None => write!(line, " --data-binary @BODY"),
            };
        }
        line
    }

    fn redacted_body(&self) -> Option<String> {
        if let Ok(mut json) = serde_json::from_slice::<Value>(&self.body) {
            redact::json(&mut json);
            return Some(json.to_string());
        }
        let kind = self.headers.get(http::header::CONTENT_TYPE);
        let is_form = kind.is_some_and(|kind| kind.as_bytes().ends_with(b"form-urlencoded"));
        let text = std::str::from_utf8(&self.body).ok()?;
        is_form.then(|| redact::form(text))
    }
}

/// One word for a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
