//! Which calls may be repeated: those with a request id or a precondition, by which the server recognizes a repetition, and those
//! for which it is documented.

use super::documented::{self, Condition, RetryClass};
use super::{Location, Method, Parameter, Retries, TokenIn, Type, Verb};
use crate::document::{RestMethod, Schema};
use crate::{Document, Error};

impl Method {
    /// Returns when a call is retried, although the attempt before may have had its effect.
    #[must_use]
    pub fn retries(&self) -> Retries<'_> {
        let reads = matches!(self.verb, Verb::Get | Verb::Head) || self.paging.is_some();
        let is_always_given = |slot: &TokenIn| match slot {
            TokenIn::Query(name) => self.required.iter().any(|p| p.wire == *name),
            TokenIn::Body(_) => false,
        };
        match self.idempotent {
            Some(true) => Retries::Always,
            Some(false) => Retries::IfAsked,
            None if reads || self.preconditions.iter().any(is_always_given) => Retries::Always,
            None if self.request_id => Retries::ByRequestId,
            None if !self.preconditions.is_empty() => Retries::With(&self.preconditions),
            None if matches!(self.verb, Verb::Put | Verb::Delete) => Retries::Always,
            None => Retries::IfAsked,
        }
    }

    /// Applies an override, which has to change something.
    pub(super) fn override_idempotent(&mut self, idempotent: bool) -> Result<(), Error> {
        let (is_known, known) = if idempotent {
            (self.retries() == Retries::Always, "may be")
        } else {
            (self.idempotent == Some(false), "is not")
        };
        self.idempotent = Some(idempotent);
        if !is_known {
            return Ok(());
        }
        let message = format!("a call of the method {known} repeated without an override");
        Err(Error::new("", message).help("remove the override"))
    }
}

/// Returns whether calls may be repeated, where the service documents it, and the preconditions that make it so.
pub(super) fn of(
    document: &Document,
    path_name: &str,
    verb: Verb,
    method: &RestMethod,
    parameters: &[&Parameter],
) -> (Option<bool>, Vec<TokenIn>) {
    let name = document.name.as_deref().unwrap_or_default();
    let preconditions = || preconditions(verb, method, parameters, document);
    match documented::class(name, path_name) {
        Some(RetryClass::Always) => (Some(true), preconditions()),
        Some(RetryClass::Never) => (Some(false), preconditions()),
        Some(RetryClass::Conditionally(conditions)) => {
            (None, conditions.iter().map(slot).collect())
        }
        None => (None, preconditions()),
    }
}

fn slot(condition: &Condition) -> TokenIn {
    match condition {
        Condition::Query(name) => TokenIn::Query((*name).to_owned()),
        Condition::Body(path) => TokenIn::Body((*path).to_owned()),
    }
}

/// Query parameters that name the expected state of what is changed. Those that end in `NotMatch`, or are about the source of
/// a copy, do not make a repetition harmless.
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

/// Returns the preconditions that a call of the method may have.
fn preconditions(
    verb: Verb,
    method: &RestMethod,
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
        // A new object has its own metageneration, so that this one is no precondition of a POST.
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

/// Returns the path of the `etag` in the body of the method.
fn etag(verb: Verb, method: &RestMethod, document: &Document) -> Option<&'static str> {
    let name = method.request.as_ref()?.reference.as_deref()?;
    let schema = document.schemas.get(name)?;
    let property = |schema: &Schema, name: &str| schema.properties.get(name).cloned();
    // A new resource has no state yet, even if its schema has an etag. A message (`...Request`) may name one.
    let names_state = verb != Verb::Post || name.ends_with("Request");
    if names_state && property(schema, "etag").is_some_and(|etag| !etag.read_only) {
        return Some("etag");
    }
    let policy = property(schema, "policy")?.reference?;
    let etag = property(document.schemas.get(&policy)?, "etag")?;
    (!etag.read_only).then_some("policy.etag")
}
