//! The line of docs on when calls of a method are retried.

use super::inline::code;
use crate::model::{Method, Retries, TokenIn};

/// Returns when a call is retried, and what makes it safe.
pub(in crate::emit) fn retries(method: &Method) -> String {
    match method.retries() {
        Retries::Always => "Retried after transient errors.".to_owned(),
        Retries::ByRequestId => {
            "Retried after transient errors, with the `requestId` that each call gets.".to_owned()
        }
        Retries::With(slots) => {
            let options: Vec<String> = slots.iter().map(|slot| given(method, slot)).collect();
            format!(
                "Retried after transient errors only if the call has {}, or if it had no effect.",
                options.join(" or ")
            )
        }
        Retries::IfAsked => {
            "Not retried after it may have had an effect, unless the call sets `.idempotent(true)`."
                .to_owned()
        }
    }
}

/// Returns the name of a parameter or property as programs write it.
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
