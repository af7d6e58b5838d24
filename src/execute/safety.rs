//! Decides which calls may be repeated although an attempt may have had its effect.

use http::header::IF_MATCH;

use super::backoff::Why;
use crate::{
    Error,
    error::Note,
    method::{Method, Slot, Verb},
    request::{Call, options::CallOptions},
    wire::member,
};

/// The parameter by which a server recognizes a repeated request.
pub(crate) const REQUEST_ID: &str = "requestId";

/// Returns whether `call` may be repeated. `has_request_id` is true if its URL has a `requestId`.
pub(crate) fn is_safe(call: &Call, options: &CallOptions, has_request_id: bool) -> bool {
    let method = call.method;
    if let Some(idempotent) = options.get().idempotent.or(method.idempotent) {
        return idempotent;
    }
    // Lists only read, even those with POST.
    if matches!(method.verb, Verb::Get | Verb::Head) || method.paging.is_some() {
        return true;
    }
    if has_request_id || options.headers().any(|(name, _)| name == IF_MATCH) {
        return true;
    }
    if method.preconditions.is_empty() {
        return matches!(method.verb, Verb::Put | Verb::Delete);
    }
    method
        .preconditions
        .iter()
        .any(|slot| is_given(call, options, *slot))
}

fn is_given(call: &Call, options: &CallOptions, slot: Slot) -> bool {
    match slot {
        Slot::Query(name) => {
            options.has_param(name) || call.parameters().any(|(given, _)| given == name)
        }
        Slot::Body(path) => call.body().is_some_and(|body| holds_text(body, path)),
    }
}

/// Returns whether the JSON `body` has a non-empty text at `path`, whose parts are separated by dots.
fn holds_text(body: &[u8], path: &str) -> bool {
    let found = path.split('.').try_fold(body, member);
    let text = found.map(serde_json::from_slice::<String>);
    text.is_some_and(|text| text.is_ok_and(|text| !text.is_empty()))
}

/// Why a request with media cannot be sent again.
pub(crate) const BODY_CONSUMED: &str = "not retried: the media comes from a reader or a stream, which can be read once; give the request new media";

const EARLIER: &str = "an attempt before may have been carried out";

/// Returns what the final `error` reports about retries. `is_uncertain` is true if an earlier attempt may have had its effect.
pub(crate) fn retry_note(
    why: Why,
    error: &Error,
    (call, options): (&Call, &CallOptions),
    is_uncertain: bool,
) -> Option<Note> {
    match why {
        Why::Budget => Some("too many calls failed lately to try again".into()),
        Why::Deadline => Some("no time was left to try again".into()),
        Why::BodyConsumed => Some(BODY_CONSUMED.into()),
        Why::NotSafe => Some(not_safe(call.method, options).into()),
        Why::Permanent if is_uncertain && is_trace(error, call.method.verb) => Some(EARLIER.into()),
        Why::Permanent | Why::Attempts => None,
    }
}

/// Returns whether the error may be the effect of an earlier attempt: a failed precondition, a resource that exists, or a deleted one.
fn is_trace(error: &Error, verb: Verb) -> bool {
    let changes = !matches!(verb, Verb::Get | Verb::Head);
    changes
        && (error.is_precondition_failed()
            || error.is_conflict()
            || (verb == Verb::Delete && error.is_not_found()))
}

/// Describes what makes a call of `method` safe to repeat.
fn not_safe(method: &Method, options: &CallOptions) -> String {
    let mut text = String::from("not retried, because it may have been carried out");
    if options.get().idempotent == Some(false) {
        text.push_str(", and `.idempotent(false)` is set");
        return text;
    }
    let mut remedies: Vec<String> = Vec::new();
    if method.idempotent.is_none() {
        if method.request_id {
            remedies.push("a `requestId`".to_owned());
        }
        remedies.extend(method.preconditions.iter().map(|slot| match slot {
            Slot::Query(name) => format!("`{name}`"),
            Slot::Body(path) => format!("`{path}` in the body"),
        }));
    }
    remedies.push("`.idempotent(true)`".to_owned());
    text.push_str("; it would be with ");
    text.push_str(&remedies.join(" or "));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_by_their_path() {
        for (body, path, found) in [
            (r#"{"etag": "x"}"#, "etag", true),
            (r#"{"a": {"etag": "y"}, "etag": "\"x\""}"#, "etag", true),
            (r#"{"etag": ""}"#, "etag", false),
            (r#"{"etag": null}"#, "etag", false),
            (r#"{"etag": 3}"#, "etag", false),
            (r#"{"a": {"etag": "x"}}"#, "etag", false),
            (
                r#"{"policy": {"bindings": [], "etag": "x"}}"#,
                "policy.etag",
                true,
            ),
            (r#"{"policy": {}}"#, "policy.etag", false),
            (r#"{"policy": "x"}"#, "policy.etag", false),
            ("[]", "etag", false),
            ("", "etag", false),
        ] {
            assert_eq!(holds_text(body.as_bytes(), path), found, "{body} {path}");
        }
    }
}
