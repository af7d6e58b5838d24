//! What of a line of words, or of a body, is a secret: by the names of the document, and by the one table of names.

use gapi_codegen::model::{Api, Shape, Type};
use gapi_transport::redact::{REDACTED, is_secret_in_text, is_secret_property};
use serde_json::{Map, Value};

/// Whether the value of a header of this name is a secret.
pub(super) fn is_secret_header(name: &str) -> bool {
    is_secret_in_text(name)
        || is_secret_property(name)
        || ["cookie", "key", "credential", "signature"]
            .iter()
            .any(|part| name.to_ascii_lowercase().contains(part))
}

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
            redact_entries(map, |value| redact(api, item, value))
        }
        (_, value) => redact_by_name(value),
    }
}

/// Replaces the values with the name of a secret. Returns whether there were any.
pub(super) fn redact_by_name(value: &mut Value) -> bool {
    match value {
        Value::Array(list) => list
            .iter_mut()
            .fold(false, |any, value| redact_by_name(value) | any),
        Value::Object(map) => redact_entries(map, redact_by_name),
        _ => false,
    }
}

/// Replaces the entries with the name of a secret, and what `redact_other` finds in the others. Returns whether there were any.
fn redact_entries(map: &mut Map<String, Value>, redact_other: impl Fn(&mut Value) -> bool) -> bool {
    map.iter_mut().fold(false, |any, (name, value)| {
        (if is_secret_property(name) {
            hide(value)
        } else {
            redact_other(value)
        }) | any
    })
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

#[cfg(test)]
mod tests {
    use super::*;

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

    #[cfg(checkout)]
    #[test]
    fn secrets_of_the_schema_and_by_name_are_hidden() {
        use serde_json::json;

        use crate::call::tests::{body_type, target};

        let target = target("sqladmin:v1", "users.insert");
        let mut body = json!({"name": "ann", "password": "canary", "unknown": {"clientSecret": "canary"}, "host": null});
        assert!(redact(target.api(), &body_type(&target), &mut body));
        assert!(!body.to_string().contains("canary"), "{body}");
        assert_eq!(body["name"], "ann");
        let mut plain = json!({"name": "ann"});
        assert!(!redact(target.api(), &body_type(&target), &mut plain));
    }
}
