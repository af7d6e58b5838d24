//! Which calls a server can tell from a repetition: by a request id, or by a precondition.

use super::{Location, Parameter, TokenIn, Type, Verb};
use crate::Document;
use crate::document::{Method, Schema};

/// Query parameters that name the state which a change is meant for. Those that end in `NotMatch`, or are about the source of a copy, do not make a
/// repetition harmless.
const CONDITIONS: [&str; 3] = ["ifGenerationMatch", "ifMetagenerationMatch", "etag"];

/// Whether the method changes something, and takes a text `requestId`.
pub(super) fn has_request_id(verb: Verb, parameters: &[&Parameter]) -> bool {
    changes(verb)
        && parameters.iter().any(|parameter| {
            parameter.wire == "requestId"
                && parameter.location == Location::Query
                && parameter.ty == Type::String
                && !parameter.repeated
        })
}

/// What makes a call of the method conditional.
pub(super) fn preconditions(
    verb: Verb,
    method: &Method,
    parameters: &[&Parameter],
    document: &Document,
) -> Vec<TokenIn> {
    if !changes(verb) {
        return Vec::new();
    }
    let offers = |name: &str| {
        parameters
            .iter()
            .any(|parameter| parameter.wire == name && parameter.location == Location::Query)
    };
    let query = CONDITIONS
        .into_iter()
        .filter(|name| offers(name))
        // What a POST makes begins with a metageneration of its own, so that this one tells nothing.
        .filter(|name| {
            !(verb == Verb::Post && *name == "ifMetagenerationMatch" && offers("ifGenerationMatch"))
        })
        .map(|name| TokenIn::Query(name.to_owned()));
    let body = etag(verb, method, document).map(|path| TokenIn::Body(path.to_owned()));
    query.chain(body).collect()
}

fn changes(verb: Verb) -> bool {
    !matches!(verb, Verb::Get | Verb::Head)
}

/// Where the body of the method has the `etag` of what it changes.
fn etag(verb: Verb, method: &Method, document: &Document) -> Option<&'static str> {
    let name = method.request.as_ref()?.reference.as_deref()?;
    let schema = document.schemas.get(name)?;
    let property = |schema: &Schema, name: &str| schema.properties.get(name).cloned();
    // A new resource has no state yet, whatever its schema says; a message to a method of its own may name one.
    let names_state = verb != Verb::Post || name.ends_with("Request");
    if names_state && property(schema, "etag").is_some_and(|etag| !etag.read_only) {
        return Some("etag");
    }
    let policy = property(schema, "policy")?.reference?;
    let etag = property(document.schemas.get(&policy)?, "etag")?;
    (!etag.read_only).then_some("policy.etag")
}
