//! What of a line of words, or of a body, is a secret: by the names of the document, and by the one table of names.

use gapi_codegen::model::{Api, Shape, Type};
use gapi_transport::redact::{
    REDACTED, is_secret_in_text, is_secret_parameter, is_secret_property,
};
use serde_json::Value;

/// Whether the value of a header of this name is a secret.
pub(super) fn is_secret_header(name: &str) -> bool {
    is_secret_in_text(name)
        || is_secret_property(name)
        || ["cookie", "key", "credential", "signature"]
            .iter()
            .any(|part| name.to_ascii_lowercase().contains(part))
}

/// Returns a word without what follows the name of a secret in it: `password` of `password=x`, `password: x` and `--password x`.
pub(super) fn without_secret(word: &str) -> &str {
    let is_end = |c: char| c.is_whitespace() || "=:,".contains(c);
    let mut ends = word.match_indices(is_end).map(|(end, _)| end);
    ends.find(|end| is_secret_name(&word[..*end]))
        .map_or(word, |end| &word[..end])
}

/// Whether what follows this word may be a secret: its last part is the name of one.
pub(super) fn is_secret_name(word: &str) -> bool {
    let word = word.trim_end_matches([':', '=']);
    let name = word.rsplit(|c: char| c.is_whitespace() || "=:,".contains(c));
    let name = name
        .map(|name| name.trim_start_matches('-'))
        .next()
        .unwrap_or_default();
    ["bearer", "basic"]
        .iter()
        .any(|scheme| name.eq_ignore_ascii_case(scheme))
        || name.eq_ignore_ascii_case("cookie")
        || is_secret_parameter(name)
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
            map.iter_mut().fold(false, |any, (name, value)| {
                (if is_secret_property(name) {
                    hide(value)
                } else {
                    redact(api, item, value)
                }) | any
            })
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
        Value::Object(map) => map.iter_mut().fold(false, |any, (name, value)| {
            (if is_secret_property(name) {
                hide(value)
            } else {
                redact_by_name(value)
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

    #[test]
    fn what_follows_the_name_of_a_secret_is_left_out() {
        for (word, expected) in [
            ("password=canary", "password"),
            ("user.rootPassword: canary=", "user.rootPassword"),
            ("--access-token canary", "--access-token"),
            ("{\"password\":\"canary\"}", "{\"password\""),
            ("name=x,password=canary", "name=x,password"),
            ("x: Bearer canary", "x: Bearer"),
            ("name=password", "name=password"),
            ("pageToken=x", "pageToken=x"),
            ("sqladmin:v1", "sqladmin:v1"),
            ("projects/p:x", "projects/p:x"),
        ] {
            assert_eq!(without_secret(word), expected, "{word}");
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
