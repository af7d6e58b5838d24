//! Checks requests against their document: parameters, and bodies by their schema.
//!
//! Not checked are patterns, limits and annotations, which some servers do not keep to, and read-only properties, because programs
//! send back what they received.

mod body;
mod scalar;

use gapi::Call;
use gapi_codegen::model::{Api, Location, Method, Parameter, Shape, Type};
use serde_json::Value;

use crate::{Diagnostic, DiagnosticKind, Diagnostics};

/// What requests of a method are checked against.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) api: &'a Api,
    pub(crate) method: &'a Method,
    /// The parameters that all methods take.
    pub(crate) global: &'a [String],
}

impl Rules<'_> {
    fn parameters(&self) -> impl Iterator<Item = &Parameter> {
        self.method.required.iter().chain(&self.method.optional)
    }
}

/// Returns the mistakes in the parameters of a request.
pub(crate) fn parameters(rules: Rules<'_>, given: &[(String, Vec<Value>)]) -> Diagnostics {
    let mut all = Diagnostics::default();
    for (name, values) in given {
        match rules.parameters().find(|parameter| parameter.wire == *name) {
            Some(parameter) => all.extend(values_of(rules, parameter, values)),
            None if rules.global.contains(name) => all.extend(global(name, values)),
            None => {
                let names = rules.parameters().map(|parameter| parameter.wire.as_str());
                let names = names.chain(rules.global.iter().map(String::as_str));
                let message = format!("{} has no such parameter", rules.method.id);
                all.push(
                    Diagnostic::new(DiagnosticKind::UnknownParameter, name, message)
                        .nearest(name, names),
                );
            }
        }
    }
    all.extend(missing(&rules.method.required, given));
    all
}

/// Returns the mistakes without which no URL can be made.
pub(crate) fn path_parameters(rules: Rules<'_>, given: &[(String, Vec<Value>)]) -> Diagnostics {
    let required = rules.method.required.iter();
    missing(required.filter(|p| p.location == Location::Path), given)
}

/// Returns the mistakes in the body of a request, which may be bytes of any type.
pub(crate) fn body(rules: Rules<'_>, call: &Call, is_raw: bool) -> Diagnostics {
    match (&rules.method.request, call.body()) {
        (None, Some(_)) => {
            let message = format!("{} takes no body", rules.method.id);
            Diagnostic::new(DiagnosticKind::Body, "body", message).into()
        }
        (Some(ty), Some(body)) if !is_raw => match serde_json::from_slice(body) {
            Ok(value) => body::check(rules.api, ty, &value),
            // It was JSON when it was set, so it is nested too deeply to be checked.
            Err(_) => Diagnostics::default(),
        },
        _ => Diagnostics::default(),
    }
}

/// Returns the text of a value in a URL; `None` for objects and lists, which have none.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn missing<'a>(
    required: impl IntoIterator<Item = &'a Parameter>,
    given: &[(String, Vec<Value>)],
) -> Diagnostics {
    let mut all = Diagnostics::default();
    for parameter in required {
        let is_given =
            |(name, values): &(String, Vec<Value>)| *name == parameter.wire && !values.is_empty();
        if !given.iter().any(is_given) {
            let message = "a required parameter has no value";
            all.push(Diagnostic::new(
                DiagnosticKind::MissingParameter,
                &*parameter.wire,
                message,
            ));
        }
    }
    all
}

fn values_of(rules: Rules<'_>, parameter: &Parameter, values: &[Value]) -> Diagnostics {
    let mut all = Diagnostics::default();
    let name = &*parameter.wire;
    if values.len() > 1 && !parameter.repeated {
        let message = format!("{} values for a parameter that takes one", values.len());
        all.push(Diagnostic::new(DiagnosticKind::Type, name, message));
    }
    for value in values {
        let checked = match &parameter.ty {
            Type::Named(id) => match &rules.api.types[id.0].shape {
                Shape::Enum(variants) => scalar::variant(value, variants),
                _ => scalar::check(value, &Type::String),
            },
            ty => scalar::check(value, ty),
        };
        if let Err(mistake) = checked {
            all.push(mistake.at(name));
        }
    }
    all
}

fn global(name: &str, values: &[Value]) -> Diagnostics {
    let is_text = |value: &Value| text(value).is_some();
    match values {
        [] => Diagnostics::default(),
        [value] if is_text(value) => Diagnostics::default(),
        _ => Diagnostic::new(DiagnosticKind::Type, name, "the parameter takes one value")
            .expected("a text")
            .into(),
    }
}
