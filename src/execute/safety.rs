//! Which calls may be repeated although an earlier attempt may have had its effect.

use http::header::IF_MATCH;

use crate::{
    method::{Slot, Verb},
    request::{Call, options::CallOptions},
    wire::member,
};

/// The parameter by which a server knows a repeated request.
pub(crate) const REQUEST_ID: &str = "requestId";

/// Whether `call` may be repeated. `has_request_id` says whether its URL carries one.
pub(crate) fn is_safe(call: &Call, options: &CallOptions, has_request_id: bool) -> bool {
    let method = call.method;
    if let Some(said) = options.chosen().idempotent.or(method.idempotent) {
        return said;
    }
    // A list that is asked for with a POST is still only read.
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

/// Whether the JSON `body` has a text other than the empty one at `path`, whose parts are separated by dots.
fn holds_text(body: &[u8], path: &str) -> bool {
    let found = path.split('.').try_fold(body, member);
    let text = found.map(serde_json::from_slice::<String>);
    text.is_some_and(|text| text.is_ok_and(|text| !text.is_empty()))
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
