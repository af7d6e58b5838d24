//! Completes old documents, and removes what has no meaning in them, as other generators do.

use std::collections::BTreeMap;

use super::{Document, RestMethod, RestResource, Schema, address};
use crate::error::Subject;
use crate::{Error, Errors, json_path};

/// Adds what can be derived and removes what has no meaning. Each change is a warning with its path.
pub(crate) fn all(document: &mut Document) -> Errors {
    let mut warnings = Errors::new();
    let root = At(None, "");
    base(document, &mut warnings);
    for (name, schema) in &mut document.schemas {
        let known = warnings.len();
        part(schema, &root.key("schemas").key(name), &mut warnings);
        warnings.about(known, || Subject::Schema(name.clone()));
    }
    methods(&mut document.methods, &root, &[], &mut warnings);
    resources(&mut document.resources, &root, &[], &mut warnings);
    warnings
}

/// A path in the document, which is written only for a warning.
#[derive(Clone, Copy)]
struct At<'a>(Option<&'a At<'a>>, &'a str);

impl At<'_> {
    fn key<'a>(&'a self, key: &'a str) -> At<'a> {
        At(Some(self), key)
    }

    fn path(&self) -> String {
        self.0
            .map(|above| json_path::join(&above.path(), self.1))
            .unwrap_or_default()
    }

    fn warn(&self, key: &str, message: &str, warnings: &mut Errors) {
        warnings.push(Error::new(self.key(key).path(), message));
    }
}

/// Sets the root and the service path of documents that have a base URL or a base path instead.
fn base(document: &mut Document, warnings: &mut Errors) {
    // The check reports what cannot be derived.
    let Ok(address) = address::of(document) else {
        return;
    };
    let Some(from) = address.derived else { return };
    for (key, value, derived) in [
        ("rootUrl", &mut document.root_url, address.root_url),
        (
            "servicePath",
            &mut document.service_path,
            address.service_path,
        ),
    ] {
        let is_root = key == "rootUrl";
        if value
            .as_deref()
            .is_none_or(|value| is_root && value.is_empty())
        {
            let message = format!("missing; it is `{derived}` by `{from}`");
            warnings.push(Error::new(key, message));
            *value = Some(derived);
        }
    }
}

fn resources(
    resources: &mut BTreeMap<String, RestResource>,
    at: &At<'_>,
    above: &[&str],
    warnings: &mut Errors,
) {
    for (name, resource) in resources {
        let at = at.key("resources");
        let (at, path) = (at.key(name), [above, &[name]].concat());
        methods(&mut resource.methods, &at, &path, warnings);
        self::resources(&mut resource.resources, &at, &path, warnings);
    }
}

fn methods(
    methods: &mut BTreeMap<String, RestMethod>,
    at: &At<'_>,
    resource: &[&str],
    warnings: &mut Errors,
) {
    for (name, method) in methods {
        let known = warnings.len();
        self::method(method, &at.key("methods").key(name), warnings);
        let subject = || Subject::Method([resource, &[name]].concat().join("."));
        warnings.about(known, subject);
    }
}

fn method(method: &mut RestMethod, at: &At<'_>, warnings: &mut Errors) {
    let template = method.path.as_deref().unwrap_or_default();
    for (name, parameter) in &mut method.parameters {
        self::parameter(parameter, name, template, &at.key("parameters"), warnings);
    }
    let known = &method.parameters;
    let mut index = 0;
    method.parameter_order.retain(|name| {
        let is_known = known.contains_key(name);
        if !is_known {
            let path = json_path::at(&at.key("parameterOrder").path(), index);
            let message = format!("`{name}` is not a parameter of the method; it is left out");
            warnings.push(Error::new(path, message));
        }
        index += 1;
        is_known
    });
    let (request, response) = (&mut method.request, &mut method.response);
    for (key, body) in [("request", request), ("response", response)] {
        if let Some(body) = body {
            part(body, &at.key(key), warnings);
        }
    }
    if matches!(method.http_method.as_deref(), Some("GET" | "HEAD")) && method.request.is_some() {
        method.request = None;
        let message = "a GET or HEAD request cannot have a body; it is left out";
        at.warn("request", message, warnings);
    }
    if let Some(media) = &mut method.media_upload {
        media.max_size = media.max_size.take().filter(|size| !size.is_empty());
    }
}

fn parameter(
    parameter: &mut Schema,
    name: &str,
    template: &str,
    above: &At<'_>,
    warnings: &mut Errors,
) {
    let at = above.key(name);
    if parameter.location.is_none() {
        let location = if is_in(template, name) {
            "path"
        } else {
            "query"
        };
        let message = format!("missing; it is the {location}");
        at.warn("location", &message, warnings);
        parameter.location = Some(location.to_owned());
    }
    if parameter.ty.is_none() && parameter.reference.is_none() {
        at.warn("type", "missing; it is `string`", warnings);
        parameter.ty = Some("string".to_owned());
    }
    part(parameter, &at, warnings);
}

/// Mends a schema and its parts.
fn part(schema: &mut Schema, at: &At<'_>, warnings: &mut Errors) {
    let is_text = schema.ty.as_deref().is_none_or(|ty| ty == "string");
    if !is_text && !schema.values.is_empty() {
        schema.values.clear();
        let message = "only a `string` can have an `enum`; it is left out";
        at.warn("enum", message, warnings);
    }
    let values = schema.values.len();
    // A list without an enum is ignored: two documents have descriptions of values that are listed elsewhere.
    if values > 0 {
        beside(
            "enumDescriptions",
            &mut schema.enum_descriptions,
            values,
            at,
            warnings,
        );
        beside(
            "enumDeprecated",
            &mut schema.enum_deprecated,
            values,
            at,
            warnings,
        );
    }
    for (name, property) in &mut schema.properties {
        part(property, &at.key("properties").key(name), warnings);
    }
    if let Some(items) = &mut schema.items {
        part(items, &at.key("items"), warnings);
    }
    if let Some(values) = &mut schema.additional_properties {
        part(values, &at.key("additionalProperties"), warnings);
    }
}

/// Clears a list beside an enum that has another length, because its entries belong to no values.
fn beside<T>(key: &str, list: &mut Vec<T>, values: usize, at: &At<'_>, warnings: &mut Errors) {
    let length = list.len();
    if length != 0 && length != values {
        list.clear();
        let message =
            format!("{length} entries for the {values} values of `enum`; they are left out");
        at.warn(key, &message, warnings);
    }
}

/// Whether a path template has an expression for the name.
pub(crate) fn is_in(template: &str, name: &str) -> bool {
    template
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .any(|(expression, _)| expression.trim_start_matches('+') == name)
}
