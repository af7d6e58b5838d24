//! The typed details of an API error: the messages of `google.rpc` (`google/rpc/error_details.proto`) in JSON.

use std::{collections::BTreeMap, time::Duration};

use serde_json::{Map, Value};

use crate::value;

/// One entry of `error.details`.
///
/// Texts that a server omits are empty, since incomplete details are useful too.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ErrorDetail {
    /// `google.rpc.ErrorInfo`: the reason in a form for programs.
    ErrorInfo(ErrorInfo),
    /// `google.rpc.BadRequest`: which fields are wrong.
    BadRequest(Vec<FieldViolation>),
    /// `google.rpc.RetryInfo`: how long to wait before trying again.
    RetryInfo(Duration),
    /// `google.rpc.QuotaFailure`: which quota was exceeded.
    QuotaFailure(Vec<QuotaViolation>),
    /// `google.rpc.PreconditionFailure`: conditions that are not fulfilled.
    PreconditionFailure(Vec<PreconditionViolation>),
    /// `google.rpc.Help`: links to documentation.
    Help(Vec<HelpLink>),
    /// `google.rpc.LocalizedMessage`: a text for the end user.
    LocalizedMessage {
        /// A language tag (BCP 47).
        locale: String,
        /// The text.
        message: String,
    },
    /// `google.rpc.RequestInfo`: the ids to quote to the support of the service.
    RequestInfo {
        /// The request's id.
        request_id: String,
        /// Data for the service's own use.
        serving_data: String,
    },
    /// `google.rpc.ResourceInfo`: the resource of the error.
    ResourceInfo(ResourceInfo),
    /// `google.rpc.DebugInfo`: the location in the server.
    DebugInfo {
        /// The stack, one frame per entry.
        stack_entries: Vec<String>,
        /// More about it.
        detail: String,
    },
    /// Any other kind, unchanged.
    Other(Value),
}

/// The reason of an error, for programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorInfo {
    /// `SERVICE_DISABLED`
    pub reason: String,
    /// The service that defines the reason: `googleapis.com`.
    pub domain: String,
    /// More about it, such as `service` and `consumer`.
    pub metadata: BTreeMap<String, String>,
}

/// A field that the server refuses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldViolation {
    /// Its path in the request body.
    pub field: String,
    /// Why it is wrong.
    pub description: String,
    /// The reason for programs.
    pub reason: String,
}

/// A quota that was exceeded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuotaViolation {
    /// Whose quota: `project:123`.
    pub subject: String,
    /// Which quota and how.
    pub description: String,
}

/// A condition that is not fulfilled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PreconditionViolation {
    /// The kind of condition: `TOS`.
    pub kind: String,
    /// The subject of the condition.
    pub subject: String,
    /// How to fulfill it.
    pub description: String,
}

/// A link to documentation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HelpLink {
    /// The description of the page.
    pub description: String,
    /// The URL.
    pub url: String,
}

/// The resource that an error is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResourceInfo {
    /// Its kind.
    pub resource_type: String,
    /// Its name.
    pub resource_name: String,
    /// Its owner.
    pub owner: String,
    /// The description of the error.
    pub description: String,
}

impl ErrorDetail {
    /// Reads one entry of `error.details`.
    pub(super) fn parse(value: Value) -> Self {
        let kind = value["@type"].as_str().and_then(|t| t.rsplit('/').next());
        let known = kind.and_then(|kind| Self::known(&value, kind));
        known.unwrap_or(Self::Other(value))
    }

    /// Reads one entry of `errorDetails` in Compute Engine's operations: details under their names, without `@type`.
    pub(super) fn parse_named(value: Value, into: &mut Vec<Self>) {
        const NAMES: [(&str, &str); 3] = [
            ("errorInfo", "google.rpc.ErrorInfo"),
            ("help", "google.rpc.Help"),
            ("localizedMessage", "google.rpc.LocalizedMessage"),
        ];
        let Value::Object(named) = value else {
            into.push(Self::Other(value));
            return;
        };
        for (name, value) in named {
            let kind = NAMES.iter().find(|(known, _)| *known == name);
            let known = kind
                .filter(|_| value.is_object())
                .and_then(|(_, kind)| Self::known(&value, kind));
            into.push(known.unwrap_or_else(|| {
                let mut named = Value::Object(Map::new());
                named[name] = value;
                Self::Other(named)
            }));
        }
    }

    fn known(fields: &Value, kind: &str) -> Option<Self> {
        Some(match kind {
            "google.rpc.ErrorInfo" => Self::ErrorInfo(ErrorInfo {
                reason: text(fields, "reason"),
                domain: text(fields, "domain"),
                metadata: texts(fields.get("metadata").or_else(|| fields.get("metadatas"))),
            }),
            "google.rpc.BadRequest" => {
                Self::BadRequest(list(fields, "fieldViolations", |v| FieldViolation {
                    field: text(v, "field"),
                    description: text(v, "description"),
                    reason: text(v, "reason"),
                }))
            }
            "google.rpc.RetryInfo" => {
                Self::RetryInfo(seconds(fields.get("retryDelay")?.as_str()?)?)
            }
            "google.rpc.QuotaFailure" => {
                Self::QuotaFailure(list(fields, "violations", |v| QuotaViolation {
                    subject: text(v, "subject"),
                    description: text(v, "description"),
                }))
            }
            "google.rpc.PreconditionFailure" => {
                Self::PreconditionFailure(list(fields, "violations", |v| PreconditionViolation {
                    kind: text(v, "type"),
                    subject: text(v, "subject"),
                    description: text(v, "description"),
                }))
            }
            "google.rpc.Help" => Self::Help(list(fields, "links", |v| HelpLink {
                description: text(v, "description"),
                url: text(v, "url"),
            })),
            "google.rpc.LocalizedMessage" => Self::LocalizedMessage {
                locale: text(fields, "locale"),
                message: text(fields, "message"),
            },
            "google.rpc.RequestInfo" => Self::RequestInfo {
                request_id: text(fields, "requestId"),
                serving_data: text(fields, "servingData"),
            },
            "google.rpc.ResourceInfo" => Self::ResourceInfo(ResourceInfo {
                resource_type: text(fields, "resourceType"),
                resource_name: text(fields, "resourceName"),
                owner: text(fields, "owner"),
                description: text(fields, "description"),
            }),
            "google.rpc.DebugInfo" => Self::DebugInfo {
                stack_entries: entries(fields, "stackEntries")
                    .iter()
                    .filter_map(|v| v.as_str().map(String::from))
                    .collect(),
                detail: text(fields, "detail"),
            },
            _ => return None,
        })
    }
}

fn text(fields: &Value, name: &str) -> String {
    fields
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned()
}

/// The texts of an object, by name.
fn texts(object: Option<&Value>) -> BTreeMap<String, String> {
    let mut texts = BTreeMap::new();
    for (name, value) in object.and_then(Value::as_object).into_iter().flatten() {
        if let Some(text) = value.as_str() {
            texts.insert(name.clone(), text.to_owned());
        }
    }
    texts
}

fn list<T>(fields: &Value, name: &str, read: impl Fn(&Value) -> T) -> Vec<T> {
    let mut list = Vec::new();
    for entry in entries(fields, name) {
        if entry.is_object() {
            list.push(read(entry));
        }
    }
    list
}

fn entries<'a>(fields: &'a Value, name: &str) -> &'a [Value] {
    let entries = fields.get(name).and_then(Value::as_array);
    entries.map_or(&[], Vec::as_slice)
}

/// `3.5s`, the JSON form of `google.protobuf.Duration`.
fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from(&value::Duration::from(text)).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn known_kinds_are_typed_and_others_unchanged() {
        let parse = ErrorDetail::parse;
        assert_eq!(
            parse(
                json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1.500s"})
            ),
            ErrorDetail::RetryInfo(Duration::from_millis(1500))
        );
        let ErrorDetail::ErrorInfo(info) = parse(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "SERVICE_DISABLED", "domain": "googleapis.com", "metadata": {"service": "x", "odd": 1}
        })) else {
            panic!("ErrorInfo")
        };
        assert_eq!(
            (info.reason.as_str(), info.metadata.len()),
            ("SERVICE_DISABLED", 1)
        );
        let ErrorDetail::BadRequest(fields) = parse(json!({
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{"field": "a.b", "description": "no"}, 7]
        })) else {
            panic!("BadRequest")
        };
        assert_eq!(fields.len(), 1);
        assert_eq!(fields[0].field, "a.b");
        for odd in [
            json!({"@type": "x/y.Z", "a": 1}),
            json!("text"),
            json!(null),
            json!({"@type": 3}),
        ] {
            assert_eq!(ErrorDetail::parse(odd.clone()), ErrorDetail::Other(odd));
        }
        // A delay that is no duration remains unchanged.
        let odd = json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "-1s"});
        assert_eq!(ErrorDetail::parse(odd.clone()), ErrorDetail::Other(odd));
    }
}
