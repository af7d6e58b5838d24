//! Everything that is wrong with the structure of a document. What its types and references mean is checked where the
//! model is made, so that both say everything at once.

mod methods;
mod template;

use std::collections::BTreeMap;

use crate::document::{Resource, Schema};
use crate::{Document, Error, Errors, place};

/// Checks a document.
#[must_use]
pub fn document(document: &Document) -> Errors {
    let mut errors = Errors::new();
    for (key, value) in [
        ("name", &document.name),
        ("version", &document.version),
        ("rootUrl", &document.root_url),
    ] {
        if value.as_deref().is_none_or(str::is_empty) {
            errors.push(Error::new(key, "missing or empty"));
        }
    }
    for (key, url) in [
        ("rootUrl", &document.root_url),
        ("mtlsRootUrl", &document.mtls_root_url),
    ] {
        if let Some(url) = url
            .as_deref()
            .filter(|url| !url.is_empty() && !is_http(url))
        {
            errors.push(Error::new(
                key,
                format!("`{url}` is not an http or https URL"),
            ));
        }
    }
    for (index, endpoint) in document.endpoints.iter().enumerate() {
        let at = place::at("endpoints", index);
        if endpoint.location.as_deref().is_none_or(str::is_empty) {
            errors.push(Error::new(place::join(&at, "location"), "missing or empty"));
        }
        if !endpoint.endpoint_url.as_deref().is_some_and(is_http) {
            errors.push(Error::new(
                place::join(&at, "endpointUrl"),
                "missing, or not an http or https URL",
            ));
        }
    }
    for (name, schema) in &document.schemas {
        part(schema, &place::join("schemas", name), &mut errors);
    }
    methods::check("", &document.methods, &mut errors);
    resources("", &document.resources, &mut errors);
    errors
}

fn is_http(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

fn resources(at: &str, resources: &BTreeMap<String, Resource>, errors: &mut Errors) {
    let at = place::join(at, "resources");
    for (name, resource) in resources {
        let at = place::join(&at, name);
        methods::check(&at, &resource.methods, errors);
        self::resources(&at, &resource.resources, errors);
    }
}

/// Checks a schema and its parts.
fn part(schema: &Schema, at: &str, errors: &mut Errors) {
    beside(schema, at, errors);
    if schema.reference.is_some() && schema.ty.is_some() {
        errors.push(
            Error::new(at, "has both `$ref` and `type`").help("drop one of them with an override"),
        );
    }
    let properties = place::join(at, "properties");
    for (name, property) in &schema.properties {
        part(property, &place::join(&properties, name), errors);
    }
    for (key, inner) in [
        ("items", &schema.items),
        ("additionalProperties", &schema.additional_properties),
    ] {
        if let Some(inner) = inner {
            part(inner, &place::join(at, key), errors);
        }
    }
}

/// Checks the lists that stand beside an enum. A document may leave them out.
fn beside(schema: &Schema, at: &str, errors: &mut Errors) {
    let lists = [
        ("enumDescriptions", schema.enum_descriptions.len()),
        ("enumDeprecated", schema.enum_deprecated.len()),
    ];
    for (key, len) in lists {
        // Descriptions without an enum (two documents have them, of values that are listed elsewhere) say nothing.
        if len != 0 && !schema.values.is_empty() && len != schema.values.len() {
            let message = format!(
                "{len} entries for the {} values of `enum`",
                schema.values.len()
            );
            errors.push(
                Error::new(place::join(at, key), message)
                    .help("set or drop the list with an override"),
            );
        }
    }
    if !schema.values.is_empty() && schema.ty.as_deref().is_some_and(|ty| ty != "string") {
        errors.push(Error::new(at, "only a `string` can have an `enum`"));
    }
}
