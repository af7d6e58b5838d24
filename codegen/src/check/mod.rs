//! Everything that is wrong with the structure of a document. What its types and references mean is checked where the
//! model is made, so that both say everything at once.

mod methods;
mod template;

use std::collections::BTreeMap;

use crate::document::{Resource, Schema};
use crate::error::Subject;
use crate::model::address;
use crate::{Document, Error, Errors, json_path};

/// Checks a document.
#[must_use]
pub fn document(document: &Document) -> Errors {
    let mut errors = Errors::new();
    for (key, value) in [("name", &document.name), ("version", &document.version)] {
        if value.as_deref().is_none_or(str::is_empty) {
            errors.push(Error::new(key, "missing or empty"));
        }
    }
    if let Err(more) = address::of(document) {
        errors.extend(more);
    }
    for (index, endpoint) in document.endpoints.iter().enumerate() {
        if endpoint.location.as_deref().is_none_or(str::is_empty) {
            let at = json_path::at("endpoints", index);
            errors.push(Error::new(
                json_path::join(&at, "location"),
                "missing or empty",
            ));
        }
    }
    for (name, schema) in &document.schemas {
        let known = errors.len();
        part(schema, &json_path::join("schemas", name), &mut errors);
        errors.about(known, || Subject::Schema(name.clone()));
    }
    methods::check("", &[], &document.methods, &mut errors);
    resources("", &[], &document.resources, &mut errors);
    errors
}

fn resources(
    at: &str,
    above: &[&str],
    resources: &BTreeMap<String, Resource>,
    errors: &mut Errors,
) {
    let at = json_path::join(at, "resources");
    for (name, resource) in resources {
        let (at, path) = (json_path::join(&at, name), [above, &[name]].concat());
        methods::check(&at, &path, &resource.methods, errors);
        self::resources(&at, &path, &resource.resources, errors);
    }
}

/// Checks a schema and its parts.
fn part(schema: &Schema, at: &str, errors: &mut Errors) {
    if schema.reference.is_some() && schema.ty.is_some() {
        errors.push(
            Error::new(at, "has both `$ref` and `type`").help("drop one of them with an override"),
        );
    }
    if !schema.properties.is_empty() {
        let properties = json_path::join(at, "properties");
        for (name, property) in &schema.properties {
            part(property, &json_path::join(&properties, name), errors);
        }
    }
    for (key, inner) in [
        ("items", &schema.items),
        ("additionalProperties", &schema.additional_properties),
    ] {
        if let Some(inner) = inner {
            part(inner, &json_path::join(at, key), errors);
        }
    }
}
