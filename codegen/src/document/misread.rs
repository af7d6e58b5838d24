//! Explains files that are no Discovery documents.

use serde_json::Value;

use crate::Error;

/// The kinds of documents that describe an API; the second one is of the first documents.
pub(super) const KINDS: [&str; 2] = ["discovery#restDescription", "discovery#describeItem"];

const WHERE: &str = "a document is the response of https://www.googleapis.com/discovery/v1/apis/NAME/VERSION/rest \
                     or https://SERVICE.googleapis.com/$discovery/rest?version=VERSION";

/// Explains a text that is not JSON.
pub(super) fn of_text(text: &str) -> Option<Error> {
    let start = text.trim_start();
    if start.is_empty() {
        return Some(Error::new("", "the file is empty").help(WHERE));
    }
    if start.starts_with('<') {
        return Some(
            Error::new(
                "",
                "this is HTML or XML, not a Discovery document (perhaps a sign-in or error page)",
            )
            .help(WHERE),
        );
    }
    if start.starts_with("openapi:") || start.starts_with("swagger:") {
        return Some(openapi());
    }
    if start.starts_with("-----BEGIN") {
        return Some(
            Error::new(
                "",
                "this is a key or a certificate, not a Discovery document",
            )
            .help(WHERE),
        );
    }
    None
}

/// Whether a JSON value is of another kind.
pub(super) fn is(value: &Value) -> bool {
    match value {
        Value::Object(object) => {
            let kind = object.get("kind").and_then(Value::as_str);
            !kind.is_some_and(|kind| KINDS.contains(&kind))
                && (kind.is_some()
                    || known(&object.keys().map(String::as_str).collect::<Vec<_>>()).is_some())
        }
        _ => true,
    }
}

/// Explains a JSON value for which [`is`] holds.
pub(super) fn explain(value: &Value) -> Error {
    let form = match value {
        Value::Object(object) => {
            return match object.get("kind").and_then(Value::as_str) {
                Some(kind) => of_kind(kind),
                None => of_keys(&object.keys().map(String::as_str).collect::<Vec<_>>()),
            };
        }
        Value::Array(_) => "a JSON array",
        Value::String(_) => "a JSON string",
        Value::Number(_) => "a JSON number",
        Value::Bool(_) => "a JSON boolean",
        Value::Null => "JSON's `null`",
    };
    Error::new("", format!("this is {form}, not a Discovery document")).help(WHERE)
}

/// Explains a document of another kind.
pub(super) fn of_kind(kind: &str) -> Error {
    if kind == "discovery#directoryList" {
        return Error::new("kind", "this is the list of APIs, not the document of one")
            .help("take the `discoveryRestUrl` of the API that you want");
    }
    Error::new(
        "kind",
        format!("the kind is `{kind}`, not `discovery#restDescription`"),
    )
    .help(WHERE)
}

/// Explains an object without a kind by its keys.
pub(super) fn of_keys(keys: &[&str]) -> Error {
    known(keys).unwrap_or_else(|| {
        Error::new("", "not a Discovery document: it needs `kind`, or `name`, `rootUrl` and at least one of `resources`, `methods` and `schemas`")
            .help(WHERE)
    })
}

fn known(keys: &[&str]) -> Option<Error> {
    let has = |key: &str| keys.contains(&key);
    let what = if has("openapi") || has("swagger") {
        return Some(openapi());
    } else if has("private_key") || has("client_email") {
        "a service account's key"
    } else if has("installed") || has("web") || has("client_secret") {
        "an OAuth client's secrets"
    } else if has("error") {
        return Some(
            Error::new(
                "",
                "this is the response to a failed request, not a Discovery document",
            )
            .help(WHERE),
        );
    } else if has("$schema") {
        "a JSON Schema"
    } else {
        return None;
    };
    Some(Error::new("", format!("this is {what}, not a Discovery document")).help(WHERE))
}

fn openapi() -> Error {
    Error::new(
        "",
        "this is an OpenAPI document, and only Discovery documents can be generated",
    )
    .help(WHERE)
}
