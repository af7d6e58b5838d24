//! Checks the structure of a document. Types and references are checked by the model; both report all errors at once.

use std::collections::{BTreeMap, BTreeSet};

use crate::document::{RestMethod, RestResource, Schema, address};
use crate::error::Subject;
use crate::model::media;
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
    methods("", &[], &document.methods, &mut errors);
    resources("", &[], &document.resources, &mut errors);
    errors
}

fn resources(
    at: &str,
    above: &[&str],
    resources: &BTreeMap<String, RestResource>,
    errors: &mut Errors,
) {
    let at = json_path::join(at, "resources");
    for (name, resource) in resources {
        let (at, path) = (json_path::join(&at, name), [above, &[name]].concat());
        methods(&at, &path, &resource.methods, errors);
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

fn methods(
    at: &str,
    resource: &[&str],
    methods: &BTreeMap<String, RestMethod>,
    errors: &mut Errors,
) {
    let at = json_path::join(at, "methods");
    for (name, method) in methods {
        let known = errors.len();
        self::method(method, &json_path::join(&at, name), errors);
        errors.about(known, || {
            Subject::Method([resource, &[name]].concat().join("."))
        });
    }
}

fn method(method: &RestMethod, at: &str, errors: &mut Errors) {
    path(method, at, errors);
    let parameters = json_path::join(at, "parameters");
    for (name, schema) in &method.parameters {
        parameter(schema, &json_path::join(&parameters, name), errors);
    }
    for (key, body) in [("request", &method.request), ("response", &method.response)] {
        if let Some(body) = body {
            part(body, &json_path::join(at, key), errors);
        }
    }
    let media = method.media_upload.as_ref();
    let size = media.and_then(|media| media.max_size.as_deref());
    if let Some(Err(reason)) = size.map(media::bytes) {
        errors.push(Error::new(
            json_path::join(&json_path::join(at, "mediaUpload"), "maxSize"),
            reason,
        ));
    }
}

fn path(method: &RestMethod, at: &str, errors: &mut Errors) {
    let here = json_path::join(at, "path");
    let Some(path) = &method.path else {
        errors.push(Error::new(at, "`path` is missing"));
        return;
    };
    let expressions = match expressions(path) {
        Ok(expressions) => expressions,
        Err(reason) => {
            errors.push(Error::new(here, format!("`{path}`: {reason}")));
            return;
        }
    };
    if let Err(reason) = address::path(path) {
        errors.push(Error::new(&*here, format!("`{path}` {reason}")));
    }
    let mut found = BTreeSet::new();
    for name in &expressions {
        if !found.insert(*name) {
            errors.push(Error::new(&*here, format!("`{path}` has `{name}` twice")));
        } else if !method.parameters.contains_key(*name) {
            errors.push(Error::new(
                &*here,
                format!("`{path}` has `{name}`, which is not a parameter of the method"),
            ));
        }
    }
    for (name, schema) in &method.parameters {
        if schema.location.as_deref() == Some("path") && !found.contains(&**name) {
            let at = json_path::join(&json_path::join(at, "parameters"), name);
            errors.push(Error::new(
                at,
                format!("a path parameter that `{path}` does not have"),
            ));
        }
    }
}

fn parameter(schema: &Schema, at: &str, errors: &mut Errors) {
    let is_path = match schema.location.as_deref() {
        Some("path") => true,
        Some("query") => false,
        Some(location) => {
            let error = Error::new(
                json_path::join(at, "location"),
                format!("unknown location `{location}`"),
            );
            errors.push(error.help("a parameter is in the `path` or in the `query`"));
            return;
        }
        // `mend` decides the location, with a warning.
        None => false,
    };
    if is_path && (schema.repeated || schema.ty.as_deref() == Some("array")) {
        errors.push(Error::new(at, "a path parameter cannot be repeated"));
    }
    if schema.reference.is_some() {
        errors.push(
            Error::new(
                json_path::join(at, "$ref"),
                "a parameter cannot be a schema",
            )
            .help("give it a `type` with an override"),
        );
    }
}

/// Returns the names of a path template's expressions, in order. Of RFC 6570, Discovery uses `{x}` and `{+x}`.
fn expressions(template: &str) -> Result<Vec<&str>, String> {
    let mut names = Vec::new();
    let mut rest = template;
    while let Some(start) = rest.find(['{', '}']) {
        let after = rest[start..].strip_prefix('{').ok_or("a `}` has no `{`")?;
        let (expression, after) = after.split_once('}').ok_or("a `{` has no `}`")?;
        let name = expression.strip_prefix('+').unwrap_or(expression);
        match name.chars().next() {
            None => return Err("an expression is empty".to_owned()),
            Some(operator) if "#./;?&=,!@|+".contains(operator) => {
                return Err(format!(
                    "`{{{expression}}}` has the operator `{operator}`; only `{{x}}` and `{{+x}}` are supported"
                ));
            }
            Some(_) => {}
        }
        if let Some(modifier) = name.chars().find(|c| "*:,{".contains(*c)) {
            return Err(format!(
                "`{{{expression}}}` has a `{modifier}`; only `{{x}}` and `{{+x}}` are supported"
            ));
        }
        names.push(name);
        rest = after;
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_discovery() {
        assert_eq!(expressions("v1/{+name}:cancel"), Ok(vec!["name"]));
        assert_eq!(
            expressions("{merchantId}/accounts/{accountId}/$everything"),
            Ok(vec!["merchantId", "accountId"])
        );
        assert_eq!(expressions("about"), Ok(vec![]));
    }

    #[test]
    fn other_forms_are_refused() {
        for (template, reason) in [
            ("a/{x", "a `{` has no `}`"),
            ("a/x}", "a `}` has no `{`"),
            ("a/{}", "an expression is empty"),
            (
                "a/{?x}",
                "`{?x}` has the operator `?`; only `{x}` and `{+x}` are supported",
            ),
            (
                "a{/x}",
                "`{/x}` has the operator `/`; only `{x}` and `{+x}` are supported",
            ),
            (
                "a/{x*}",
                "`{x*}` has a `*`; only `{x}` and `{+x}` are supported",
            ),
            (
                "a/{x,y}",
                "`{x,y}` has a `,`; only `{x}` and `{+x}` are supported",
            ),
            (
                "a/{x:3}",
                "`{x:3}` has a `:`; only `{x}` and `{+x}` are supported",
            ),
        ] {
            assert_eq!(expressions(template).unwrap_err(), reason, "{template}");
        }
    }
}
