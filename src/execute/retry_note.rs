//! What an error says of further attempts, where that is not clear from the error itself.

use super::Why;
use crate::{
    Error,
    error::Note,
    method::{Method, Slot, Verb},
    request::{Call, options::CallOptions},
};

/// Why a request with media cannot be sent again.
pub(crate) const PASSED_BY: &str = "not retried: the media comes from a reader or a stream, which can be read once; give the request new media";

const EARLIER: &str = "an attempt before may have been carried out";

/// What `error`, after which there is no further attempt, says of that. `is_uncertain` says whether an attempt before it may have had its effect.
pub(crate) fn retry_note(
    why: Why,
    error: &Error,
    (call, options): (&Call, &CallOptions),
    is_uncertain: bool,
) -> Option<Note> {
    match why {
        Why::Budget => Some("too many calls failed lately to try again".into()),
        Why::Deadline => Some("no time was left to try again".into()),
        Why::PassedBy => Some(PASSED_BY.into()),
        Why::NotSafe => Some(not_safe(call.method, options).into()),
        Why::Permanent if is_uncertain && is_trace(error, call.method.verb) => Some(EARLIER.into()),
        Why::Permanent | Why::Attempts => None,
    }
}

/// Whether the error is what a call gets that was carried out before: the state that its precondition names is gone, what it makes is there, or what it deletes is not.
fn is_trace(error: &Error, verb: Verb) -> bool {
    let changes = !matches!(verb, Verb::Get | Verb::Head);
    changes
        && (error.is_precondition_failed()
            || error.is_conflict()
            || (verb == Verb::Delete && error.is_not_found()))
}

/// What would make a call of `method` safe to repeat.
fn not_safe(method: &Method, options: &CallOptions) -> String {
    let mut text = String::from("not retried, because it may have been carried out");
    if options.chosen().idempotent == Some(false) {
        text.push_str(", and `.idempotent(false)` was said");
        return text;
    }
    let mut ways: Vec<String> = Vec::new();
    if method.idempotent.is_none() {
        if method.request_id {
            ways.push("a `requestId`".to_owned());
        }
        ways.extend(method.preconditions.iter().map(|slot| match slot {
            Slot::Query(name) => format!("`{name}`"),
            Slot::Body(path) => format!("`{path}` in the body"),
        }));
    }
    ways.push("`.idempotent(true)`".to_owned());
    text.push_str("; it would be with ");
    text.push_str(&ways.join(" or "));
    text
}
