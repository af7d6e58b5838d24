//! Checks of methods and their parameters.

use std::collections::{BTreeMap, BTreeSet};

use super::{beside, part, template};
use crate::document::{Method, Schema};
use crate::model::media;
use crate::{Error, Errors, place};

pub(super) fn check(at: &str, methods: &BTreeMap<String, Method>, errors: &mut Errors) {
    let at = place::join(at, "methods");
    for (name, method) in methods {
        self::method(method, &place::join(&at, name), errors);
    }
}

fn method(method: &Method, at: &str, errors: &mut Errors) {
    path(method, at, errors);
    let parameters = place::join(at, "parameters");
    for (name, schema) in &method.parameters {
        parameter(schema, &place::join(&parameters, name), errors);
    }
    for (index, name) in method.parameter_order.iter().enumerate() {
        if !method.parameters.contains_key(name) {
            let at = place::at(&place::join(at, "parameterOrder"), index);
            errors.push(Error::new(
                at,
                format!("`{name}` is not a parameter of the method"),
            ));
        }
    }
    for (key, body) in [("request", &method.request), ("response", &method.response)] {
        if let Some(body) = body {
            part(body, &place::join(at, key), errors);
        }
    }
    if method.request.is_some() && matches!(method.http_method.as_deref(), Some("GET" | "HEAD")) {
        errors.push(Error::new(
            place::join(at, "request"),
            "a GET or HEAD request cannot have a body",
        ));
    }
    if let Some(Err(reason)) = method
        .media_upload
        .as_ref()
        .and_then(|media| media.max_size.as_deref())
        .map(media::bytes)
    {
        errors.push(Error::new(
            place::join(&place::join(at, "mediaUpload"), "maxSize"),
            reason,
        ));
    }
}

fn path(method: &Method, at: &str, errors: &mut Errors) {
    let place = place::join(at, "path");
    let Some(path) = &method.path else {
        errors.push(Error::new(at, "`path` is missing"));
        return;
    };
    let expressions = match template::expressions(path) {
        Ok(expressions) => expressions,
        Err(reason) => {
            errors.push(Error::new(place, format!("`{path}`: {reason}")));
            return;
        }
    };
    let mut seen = BTreeSet::new();
    for name in &expressions {
        if !seen.insert(*name) {
            errors.push(Error::new(&*place, format!("`{path}` has `{name}` twice")));
        } else if !method.parameters.contains_key(*name) {
            errors.push(Error::new(
                &*place,
                format!("`{path}` has `{name}`, which is not a parameter of the method"),
            ));
        }
    }
    for (name, schema) in &method.parameters {
        if schema.location.as_deref() == Some("path") && !seen.contains(&**name) {
            let at = place::join(&place::join(at, "parameters"), name);
            errors.push(Error::new(
                at,
                format!("a path parameter that `{path}` does not have"),
            ));
        }
    }
}

fn parameter(schema: &Schema, at: &str, errors: &mut Errors) {
    beside(schema, at, errors);
    let is_path = match schema.location.as_deref() {
        Some("path") => true,
        Some("query") => false,
        Some(location) => {
            let error = Error::new(
                place::join(at, "location"),
                format!("unknown location `{location}`"),
            );
            errors.push(error.help("a parameter is in the `path` or in the `query`"));
            return;
        }
        None => {
            errors.push(Error::new(at, "`location` is missing"));
            return;
        }
    };
    if is_path && (schema.repeated || schema.ty.as_deref() == Some("array")) {
        errors.push(Error::new(at, "a path parameter cannot be repeated"));
    }
    if schema.reference.is_some() {
        errors.push(
            Error::new(place::join(at, "$ref"), "a parameter cannot be a schema")
                .help("give it a `type` with an override"),
        );
    } else if schema.ty.is_none() {
        errors.push(Error::new(at, "`type` is missing"));
    }
}
