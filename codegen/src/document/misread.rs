//! Explains files that are no Discovery documents.

use serde_json::Value;

use crate::Error;

/// The kinds of documents that describe an API; the second one is of the first documents.
pub(super) const KINDS: [&str; 2] = ["discovery#restDescription", "discovery#describeItem"];

const WHERE: &str = "a document is the response of https://www.googleapis.com/discovery/v1/apis/NAME/VERSION/rest \
                     or https://SERVICE.googleapis.com/$discovery/rest?version=VERSION";

/// Returns the error of a file that is something else.
fn not_a_document(what: &str) -> Error {
    Error::new("", format!("this is {what}, not a Discovery document")).help(WHERE)
}

/// Explains a text that is not JSON.
pub(super) fn of_text(text: &str) -> Option<Error> {
    let start = text.trim_start();
    let begins = |any: &[&str]| any.iter().any(|word| start.starts_with(word));
    if start.is_empty() {
        Some(Error::new("", "the file is empty").help(WHERE))
    } else if begins(&["<"]) {
        let message =
            "this is HTML or XML, not a Discovery document (perhaps a sign-in or error page)";
        Some(Error::new("", message).help(WHERE))
    } else if begins(&["openapi:", "swagger:"]) {
        Some(openapi())
    } else if begins(&["-----BEGIN"]) {
        Some(not_a_document("a key or a certificate"))
    } else {
        None
    }
}

/// Whether a JSON value is of another kind.
pub(super) fn is(value: &Value) -> bool {
    let Value::Object(object) = value else {
        return true;
    };
    match object.get("kind").and_then(Value::as_str) {
        Some(kind) => !KINDS.contains(&kind),
        None => known(object.keys()).is_some(),
    }
}

/// Explains a JSON value for which [`is`] holds.
pub(super) fn explain(value: &Value) -> Error {
    not_a_document(match value {
        Value::Object(object) => {
            return match object.get("kind").and_then(Value::as_str) {
                Some(kind) => of_kind(kind),
                None => of_keys(object.keys()),
            };
        }
        Value::Array(_) => "a JSON array",
        Value::String(_) => "a JSON string",
        Value::Number(_) => "a JSON number",
        Value::Bool(_) => "a JSON boolean",
        Value::Null => "JSON's `null`",
    })
}

/// Explains a document of another kind.
pub(super) fn of_kind(kind: &str) -> Error {
    if kind == "discovery#directoryList" {
        return Error::new("kind", "this is the list of APIs, not the document of one")
            .help("take the `discoveryRestUrl` of the API that you want");
    }
    let message = format!("the kind is `{kind}`, not `discovery#restDescription`");
    Error::new("kind", message).help(WHERE)
}

/// Explains an object without a kind by its keys.
pub(super) fn of_keys<'k>(keys: impl Iterator<Item = &'k String>) -> Error {
    known(keys).unwrap_or_else(|| {
        Error::new("", "not a Discovery document: it needs `kind`, or `name`, `rootUrl` and at least one of `resources`, `methods` and `schemas`")
            .help(WHERE)
    })
}

fn known<'k>(keys: impl Iterator<Item = &'k String>) -> Option<Error> {
    let keys: Vec<&str> = keys.map(String::as_str).collect();
    let has = |any: &[&str]| any.iter().any(|key| keys.contains(key));
    if has(&["openapi", "swagger"]) {
        return Some(openapi());
    }
    [
        (
            &["private_key", "client_email"][..],
            "a service account's key",
        ),
        (
            &["installed", "web", "client_secret"],
            "an OAuth client's secrets",
        ),
        (&["error"], "the response to a failed request"),
        (&["$schema"], "a JSON Schema"),
    ]
    .into_iter()
    .find_map(|(keys, what)| has(keys).then(|| not_a_document(what)))
}

fn openapi() -> Error {
    let message = "this is an OpenAPI document, and only Discovery documents can be generated";
    Error::new("", message).help(WHERE)
}
