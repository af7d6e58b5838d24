//! Parameters: positional arguments and setters.

use super::names::{self, Claims};
use super::schemas::{Naming, Types, notes};
use super::{Location, Parameter, Type, scalar};
use crate::document::{RestMethod, Schema, is_in};
use crate::{Document, json_path};

/// Argument names that a function has already.
const RESERVED_ARGUMENTS: [&str; 1] = ["body"];

/// Names of methods that request types have, may get, or inherit from traits of the prelude.
const RESERVED_SETTERS: [&str; 20] = [
    "send",
    "pages",
    "items",
    "upload",
    "download",
    "wait",
    "watch",
    "resume",
    "to_http",
    "call",
    "into_call",
    "to_json",
    "from_json",
    "clone",
    "clone_from",
    "into",
    "try_into",
    "to_owned",
    "borrow",
    "borrow_mut",
];

/// Parameters of the serving system.
const SERVING: [&str; 4] = ["pp", "strict", "trace", "userip"];

/// Positional arguments in their order, and setters sorted by name.
pub(super) fn of(
    document: &Document,
    method: &RestMethod,
    at: &str,
    types: &mut Types<'_>,
    enum_names: &[String],
    taken: &Claims,
) -> (Vec<Parameter>, Vec<Parameter>) {
    let at = json_path::join(at, "parameters");
    let template = method.path.as_deref().unwrap_or_default();
    let mut all: Vec<(bool, Parameter)> = Vec::new();
    for (wire, schema) in &method.parameters {
        let in_path = schema.location.as_deref() == Some("path") || is_in(template, wire);
        if !in_path && is_global(document, wire, schema) {
            continue;
        }
        let base = schema.rename.as_ref().unwrap_or(wire);
        let naming = Naming {
            wanted: enum_names
                .iter()
                .map(|name| format!("{name}{}", names::camel(base)))
                .collect(),
            owner: None,
            schema: String::new(),
        };
        let (ty, repeated) = type_of(schema, &json_path::join(&at, wire), types, &naming);
        all.push((
            in_path || schema.required,
            Parameter {
                ident: names::snake(base),
                wire: wire.clone(),
                location: if in_path {
                    Location::Path
                } else {
                    Location::Query
                },
                ty,
                repeated,
                description: schema.description.clone().unwrap_or_default(),
                notes: notes(schema),
                deprecated: schema.deprecated,
            },
        ));
    }
    let (required, optional): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(required, _)| *required);
    let mut required: Vec<Parameter> = required
        .into_iter()
        .map(|(_, parameter)| parameter)
        .collect();
    // A stable sort: those that the order does not name follow, sorted by name.
    required.sort_by_key(|parameter| {
        method
            .parameter_order
            .iter()
            .position(|name| *name == parameter.wire)
            .unwrap_or(usize::MAX)
    });
    let mut optional: Vec<Parameter> = optional
        .into_iter()
        .map(|(_, parameter)| parameter)
        .collect();
    // A pattern that is called like a value means that value.
    let mut arguments = taken.clone();
    arguments.reserve(RESERVED_ARGUMENTS);
    name(&mut required, arguments);
    name(&mut optional, Claims::new(RESERVED_SETTERS));
    (required, optional)
}

fn name(parameters: &mut [Parameter], mut claims: Claims) {
    for parameter in parameters {
        parameter.ident = claims.claim(&parameter.ident);
    }
}

/// The type of one value, and whether there may be many.
///
/// A URL holds texts: an object or any value is the text that the caller makes of it.
fn type_of(schema: &Schema, at: &str, types: &mut Types<'_>, naming: &Naming) -> (Type, bool) {
    let is_list = schema.ty.as_deref() == Some("array");
    let (value, at) = match &schema.items {
        Some(items) if is_list => (&**items, json_path::join(at, "items")),
        _ => (schema, at.to_owned()),
    };
    let repeated = schema.repeated || is_list;
    let ty = match value.ty.as_deref() {
        Some("object" | "any" | "array") => Type::String,
        None if value.values.is_empty() => Type::String,
        Some("string") if is_more_than_number(value) => Type::String,
        Some(ty) if value.values.is_empty() && value.reference.is_none() => {
            scalar(ty, value.format.as_deref()).unwrap_or_else(|| types.type_of(value, &at, naming))
        }
        _ => types.type_of(value, &at, naming),
    };
    (ty, repeated)
}

/// Whether a text that is called an integer has a pattern that allows more than digits: then so does the service.
fn is_more_than_number(schema: &Schema) -> bool {
    let is_digits = |pattern: &str| {
        let rest = pattern.replace("\\d", "");
        !rest.contains("[^")
            && !rest.contains(|c: char| c.is_alphabetic() || matches!(c, '.' | '\\'))
    };
    matches!(schema.format.as_deref(), Some("int64" | "uint64"))
        && !schema.pattern.as_deref().is_none_or(is_digits)
}

/// Whether a parameter is a global one that the method lists again: every call has an option for it already. Where a
/// document does so, it adds parameters of the serving system that no document describes.
fn is_global(document: &Document, wire: &str, schema: &Schema) -> bool {
    let plain = Schema {
        ty: Some("string".to_owned()),
        location: Some("query".to_owned()),
        ..Schema::default()
    };
    document.parameters.get(wire) == Some(schema) || SERVING.contains(&wire) && *schema == plain
}
