//! The line that says when a method's calls are repeated.

use super::inline::code;
use crate::model::{Method, Repeats, TokenIn};

/// When a call is retried, and what makes it so.
pub(in crate::emit) fn retries(method: &Method) -> String {
    match method.repeats() {
        Repeats::Always => "Retried after any failure of the moment.".to_owned(),
        Repeats::ByRequestId => {
            "Retried after any failure of the moment, with the `requestId` that each call gets."
                .to_owned()
        }
        Repeats::With(slots) => {
            let ways: Vec<String> = slots.iter().map(|slot| given(method, slot)).collect();
            format!(
                "Retried after any failure of the moment if the call has {}; else only where it had no effect.",
                ways.join(" or ")
            )
        }
        Repeats::Never => {
            "Retried only where it had no effect, unless the call says `.idempotent(true)`."
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
