//! Checks bodies by their schema. The value ends, so a schema that contains itself does no harm.

use gapi_codegen::model::{Api, Field, Shape, Type};
use serde_json::{Map, Value};

use super::scalar::{self, Mistake};
use crate::{Diagnostic, DiagnosticKind, Diagnostics};

/// Returns all mistakes in a body of this type.
pub(super) fn check(api: &Api, ty: &Type, body: &Value) -> Diagnostics {
    let mut checker = BodyChecker {
        api,
        path: String::from("body"),
        mistakes: Diagnostics::default(),
    };
    checker.value(ty, body);
    checker.mistakes
}

struct BodyChecker<'a> {
    api: &'a Api,
    /// The path of the current value.
    path: String,
    mistakes: Diagnostics,
}

impl BodyChecker<'_> {
    /// Checks a value; `null` is allowed everywhere, because it clears a property in a PATCH.
    fn value(&mut self, ty: &Type, value: &Value) {
        if value.is_null() {
            return;
        }
        match ty {
            Type::Named(id) | Type::Boxed(id) => {
                let api = self.api;
                match (&api.types[id.0].shape, value) {
                    (Shape::Alias(target), _) => self.value(target, value),
                    (Shape::Enum(variants), _) => self.report(scalar::variant(value, variants)),
                    (Shape::Object(fields), Value::Object(properties)) => {
                        self.object(fields, properties);
                    }
                    (Shape::Object(_), _) => self.report(Err(Mistake::of_type(value, "an object"))),
                }
            }
            Type::List(item) => match value {
                Value::Array(items) => {
                    for (index, element) in items.iter().enumerate() {
                        self.at(&format!("[{index}]"), |checker| {
                            checker.value(item, element);
                        });
                    }
                }
                _ => self.report(Err(Mistake::of_type(value, "a list"))),
            },
            Type::Map(entry) => match value {
                Value::Object(entries) => {
                    for (key, value) in entries {
                        self.at(&step(key), |checker| checker.value(entry, value));
                    }
                }
                _ => self.report(Err(Mistake::of_type(value, "an object"))),
            },
            ty => self.report(scalar::check(value, ty)),
        }
    }

    fn object(&mut self, fields: &[Field], properties: &Map<String, Value>) {
        for (name, value) in properties {
            let field = fields.iter().find(|field| field.wire == *name);
            self.at(&step(name), |checker| match field {
                Some(field) => checker.value(&field.ty, value),
                None => {
                    let message = "the schema has no such property";
                    let diagnostic =
                        Diagnostic::new(DiagnosticKind::UnknownProperty, &*checker.path, message);
                    let names = fields.iter().map(|field| field.wire.as_str());
                    checker.mistakes.push(diagnostic.nearest(name, names));
                }
            });
        }
    }

    fn report(&mut self, checked: Result<(), Mistake>) {
        if let Err(mistake) = checked {
            self.mistakes.push(mistake.at(&self.path));
        }
    }

    fn at(&mut self, step: &str, check: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        self.path.push_str(step);
        check(self);
        self.path.truncate(length);
    }
}

/// Returns the part of a path for a name: `.settings`, or `["a.b"]` for a name that is no plain word.
fn step(name: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '@');
    if !name.is_empty() && name.chars().all(is_plain) {
        format!(".{name}")
    } else {
        format!("[{}]", Value::from(name))
    }
}
