//! The request as it would be sent, without secrets and without a connection.

use gapi::HttpRequest;
use gapi_auth::{Anonymous, ApiKey, Credentials};
use gapi_codegen::model::{Api, Shape, Type};
use gapi_transport::redact::{is_secret_in_text, is_secret_property};
use http::HeaderName;
use serde_json::Value;

/// What is printed in place of a secret.
const REDACTED: &str = "REDACTED";

/// Replaces the secrets of a body: those that the document marks, and those with the name of one. Returns whether there were any.
pub(super) fn redact(api: &Api, ty: &Type, value: &mut Value) -> bool {
    match (ty, value) {
        (Type::Named(id) | Type::Boxed(id), value) => match &api.types[id.0].shape {
            Shape::Alias(target) => redact(api, target, value),
            Shape::Enum(_) => false,
            Shape::Object(fields) => {
                let Value::Object(object) = value else {
                    return false;
                };
                let mut any = false;
                for (name, value) in object {
                    let field = fields.iter().find(|field| field.wire == *name);
                    any |= if field.is_some_and(|field| field.secret) || is_secret_property(name) {
                        hide(value)
                    } else {
                        redact(api, field.map_or(&Type::Any, |field| &field.ty), value)
                    };
                }
                any
            }
        },
        (Type::List(item), Value::Array(list)) => list
            .iter_mut()
            .fold(false, |any, value| redact(api, item, value) | any),
        (Type::Map(item), Value::Object(map)) => {
            map.iter_mut().fold(false, |any, (name, value)| {
                let is_secret = is_secret_property(name) && value.is_string();
                (if is_secret {
                    hide(value)
                } else {
                    redact(api, item, value)
                }) | any
            })
        }
        (_, Value::Array(list)) => list
            .iter_mut()
            .fold(false, |any, value| redact(api, &Type::Any, value) | any),
        (_, Value::Object(map)) => map.iter_mut().fold(false, |any, (name, value)| {
            (if is_secret_property(name) {
                hide(value)
            } else {
                redact(api, &Type::Any, value)
            }) | any
        }),
        _ => false,
    }
}

fn hide(value: &mut Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(list) => list.iter_mut().fold(false, |any, value| hide(value) | any),
        Value::Object(map) => map
            .iter_mut()
            .fold(false, |any, (_, value)| hide(value) | any),
        value => {
            *value = Value::from(REDACTED);
            true
        }
    }
}

/// Returns the headers of a request, with secret values replaced.
pub(super) fn headers(request: &HttpRequest) -> Vec<String> {
    request
        .headers()
        .iter()
        .map(|(name, value)| {
            let value = match value.to_str() {
                Ok(value) if !value_is_secret(name, request) => value,
                _ => REDACTED,
            };
            format!("{name}: {value}")
        })
        .collect()
}

fn value_is_secret(name: &HeaderName, request: &HttpRequest) -> bool {
    is_secret_header(name.as_str())
        || request
            .headers()
            .get_all(name)
            .iter()
            .any(http::HeaderValue::is_sensitive)
            && name.as_str() != "x-goog-user-project"
}

/// Whether the value of a header of this name is a secret.
pub(super) fn is_secret_header(name: &str) -> bool {
    is_secret_in_text(name)
        || ["cookie", "key", "credential", "signature"]
            .iter()
            .any(|part| name.to_ascii_lowercase().contains(part))
}

/// Returns a request as a `curl` command, with the header that the credentials set; a token where there are none yet.
pub(super) fn curl(request: &HttpRequest, credentials: Option<&dyn Credentials>) -> String {
    let is = |other: &dyn Credentials| {
        credentials.is_some_and(|credentials| credentials.describe() == other.describe())
    };
    let header = if is(&Anonymous) {
        ""
    } else if is(&ApiKey::new("")) {
        "x-goog-api-key: $KEY"
    } else {
        "authorization: Bearer $TOKEN"
    };
    request.to_curl(header) + "\n"
}

/// Returns a request as HTTP: request line, headers, and the body as it is sent; of an upload its JSON and a description of its media.
pub(super) fn http(
    request: &HttpRequest,
    authorization: &str,
    upload: Option<(Option<Value>, String)>,
) -> String {
    let mut text = format!("{} {}\n", request.method(), request.redacted_url());
    text.push_str(&format!("authorization: <{authorization}>\n"));
    for header in headers(request) {
        text.push_str(&format!("{header}\n"));
    }
    match (upload, std::str::from_utf8(request.body())) {
        (Some((Some(json), media)), _) => text.push_str(&format!("\n{json}\n<{media}>\n")),
        (Some((None, media)), _) => text.push_str(&format!("\n<{media}>\n")),
        (None, Ok("")) => {}
        (None, Ok(body)) => text.push_str(&format!("\n{body}\n")),
        (None, Err(_)) => text.push_str(&format!("\n<{} bytes>\n", request.body().len())),
    }
    text
}

#[cfg(all(test, checkout))]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::call::tests::{body_type, target};

    #[test]
    fn secrets_of_the_schema_and_by_name_are_hidden() {
        let target = target("sqladmin:v1", "users.insert");
        let mut body = json!({"name": "ann", "password": "canary", "unknown": {"clientSecret": "canary"}, "host": null});
        assert!(redact(target.api(), &body_type(&target), &mut body));
        assert!(!body.to_string().contains("canary"), "{body}");
        assert_eq!(body["name"], "ann");
        let mut plain = json!({"name": "ann"});
        assert!(!redact(target.api(), &body_type(&target), &mut plain));
    }

    #[test]
    fn headers_with_secrets_are_known_by_name() {
        for name in [
            "authorization",
            "Cookie",
            "x-goog-api-key",
            "x-amz-security-token",
            "x-goog-iam-authorization-token",
            "x-goog-encryption-key",
        ] {
            assert!(is_secret_header(name), "{name}");
        }
        for name in ["if-match", "x-goog-user-project", "accept", "content-type"] {
            assert!(!is_secret_header(name), "{name}");
        }
    }
}
