//! The line that says when a method's calls are repeated.

use super::inline::code;
use crate::model::{Method, Retries, TokenIn};

/// When a call is retried, and what makes it so.
pub(in crate::emit) fn retries(method: &Method) -> String {
    match method.retries() {
        Retries::Always => "Retried after transient errors.".to_owned(),
        Retries::ByRequestId => {
            "Retried after transient errors, with the `requestId` that each call gets.".to_owned()
        }
        Retries::With(slots) => {
            let ways: Vec<String> = slots.iter().map(|slot| given(method, slot)).collect();
            format!(
                "Retried after transient errors only if the call has {}, or if it had no effect.",
                ways.join(" or ")
            )
        }
        Retries::IfAsked => {
            "Not retried after it may have had an effect, unless the call says `.idempotent(true)`."
                .to_owned()
        }
    }
}

/// What is given, by the name that programs write.
fn given(method: &Method, slot: &TokenIn) -> String {
    match slot {
        TokenIn::Query(name) => {
            let setter = method.optional.iter().find(|p| p.wire == *name);
            let name = setter.map_or(name, |parameter| &parameter.ident);
            code(name.trim_start_matches("r#"))
        }
        TokenIn::Body(path) => format!("{} in its body", code(path)),
    }
}
