//! Compares schemas, properties, and all that has a type.

use std::collections::{BTreeMap, BTreeSet};

use super::Rule;
use super::comparison::{Comparison, apart, nameless, twins};
use crate::document::{Annotations, Document, Record as _, Schema};
use crate::json_path;
use crate::model::{Type, scalar};

/// The keys of a schema that are compared on their own.
const COMPARED: &str = "$ref type format properties additionalProperties items enum enumDescriptions \
    enumDeprecated default minimum maximum pattern readOnly deprecated annotations location \
    required repeated";

/// The form of a schema.
#[derive(PartialEq)]
enum Form<'a> {
    Reference(&'a str),
    Enum,
    Object,
    Map,
    List,
    Scalar(Type),
}

impl Comparison {
    /// Compares all schemas of the document.
    pub(super) fn schemas(&mut self, old: &Document, new: &Document) {
        let (gone, added) = apart(&old.schemas, &new.schemas);
        let known =
            |schemas: &BTreeMap<String, Schema>, name: &str| schemas.get(name).map(nameless);
        let twins = twins(
            &gone,
            &added,
            |name| known(&old.schemas, name),
            |name| known(&new.schemas, name),
        );
        for name in gone {
            let at = json_path::join("schemas", name);
            self.gone(&at, Rule::SchemaGone, "schema", twins.get(name).copied());
        }
        for name in added {
            let at = json_path::join("schemas", name);
            self.changes.push(Rule::SchemaNew, at, "the schema is new");
        }
        for (name, schema) in &old.schemas {
            if let Some(now) = new.schemas.get(name) {
                let (at, sent) = (json_path::join("schemas", name), self.sent.contains(name));
                self.compare(&at, schema, now, sent, true);
            }
        }
    }

    /// Compares a value's type and all facts about it.
    pub(super) fn value(&mut self, at: &str, old: &Schema, new: &Schema, sent: bool) {
        self.compare(at, old, new, sent, false);
    }

    fn compare(&mut self, at: &str, old: &Schema, new: &Schema, sent: bool, top: bool) {
        if old == new {
            return;
        }
        let (was, is) = (form(old, top), form(new, top));
        if was == is {
            self.inside(at, old, new, sent, &is);
        } else {
            let message = format!("{} became {}", spelled(old, &was), spelled(new, &is));
            self.changes
                .push(Rule::Type, json_path::join(at, "type"), message);
        }
        self.limits(at, old, new, sent);
        self.changes.deprecation(at, old.deprecated, new.deprecated);
        self.needed(at, old.annotations.as_ref(), new.annotations.as_ref(), sent);
        self.changes.texts(at, &old.differing(new), COMPARED);
    }

    /// Compares two values of one form.
    fn inside(&mut self, at: &str, old: &Schema, new: &Schema, sent: bool, form: &Form<'_>) {
        // Two spellings of one type.
        self.changes.respelled(at, "type", &old.ty, &new.ty);
        self.changes
            .respelled(at, "format", &old.format, &new.format);
        match form {
            Form::Reference(_) => {}
            Form::Enum => self.values(at, old, new),
            Form::Object => {
                self.properties(at, old, new, sent);
                self.changes.text(
                    at,
                    "additionalProperties",
                    &old.additional_properties,
                    &new.additional_properties,
                );
            }
            Form::Map => self.element(
                at,
                "additionalProperties",
                old.additional_properties.as_deref(),
                new.additional_properties.as_deref(),
                sent,
            ),
            Form::List => self.element(
                at,
                "items",
                old.items.as_deref(),
                new.items.as_deref(),
                sent,
            ),
            Form::Scalar(_) => {
                // Only texts have values.
                self.changes.text(at, "enum", &old.values, &new.values);
            }
        }
    }

    /// Compares the values of a map, or the items of a list. Without a schema, they are any value.
    fn element(
        &mut self,
        at: &str,
        key: &str,
        old: Option<&Schema>,
        new: Option<&Schema>,
        sent: bool,
    ) {
        let any = Schema {
            ty: Some("any".to_owned()),
            ..Schema::default()
        };
        let at = json_path::join(at, key);
        self.value(&at, old.unwrap_or(&any), new.unwrap_or(&any), sent);
    }

    fn properties(&mut self, at: &str, old: &Schema, new: &Schema, sent: bool) {
        let at = json_path::join(at, "properties");
        let (gone, added) = apart(&old.properties, &new.properties);
        let known = |schema: &Schema, name: &str| schema.properties.get(name).map(nameless);
        let twins = twins(
            &gone,
            &added,
            |name| known(old, name),
            |name| known(new, name),
        );
        for name in gone {
            let at = json_path::join(&at, name);
            self.gone(
                &at,
                Rule::PropertyGone,
                "property",
                twins.get(name).copied(),
            );
        }
        for name in added {
            let at = json_path::join(&at, name);
            let needed = new.properties[name]
                .annotations
                .as_ref()
                .map(|annotations| annotations.required.join("`, `"))
                .unwrap_or_default();
            if sent && !needed.is_empty() {
                let message = format!("a property that `{needed}` requires is new");
                self.changes.push(Rule::PropertyNeeded, at, message);
            } else {
                self.changes
                    .push(Rule::PropertyNew, at, "the property is new");
            }
        }
        for (name, property) in &old.properties {
            if let Some(now) = new.properties.get(name) {
                self.value(&json_path::join(&at, name), property, now, sent);
            }
        }
    }

    /// Compares the values of an enum. A new value is additive, since enums are open; one that is gone breaks programs that name it.
    fn values(&mut self, at: &str, old: &Schema, new: &Schema) {
        let at_values = json_path::join(at, "enum");
        let was: BTreeSet<&String> = old.values.iter().collect();
        let is: BTreeSet<&String> = new.values.iter().collect();
        for value in was.difference(&is) {
            let message = format!("the value `{value}` is gone");
            self.changes.push(Rule::ValueGone, &at_values, message);
        }
        for value in is.difference(&was) {
            let message = format!("the value `{value}` is new");
            self.changes.push(Rule::ValueNew, &at_values, message);
        }
        if was == is && old.values != new.values {
            let message = "the values are in another order";
            self.changes.push(Rule::SameMeaning, &at_values, message);
        }
        for value in was.intersection(&is) {
            let (before, after) = (about(old, value), about(new, value));
            if before.0 != after.0 {
                let path = json_path::join(at, "enumDescriptions");
                let message = format!("the description of `{value}` changed");
                self.changes.push(Rule::Text, path, message);
            }
            if before.1 != after.1 {
                let how = if after.1 { "is" } else { "is no longer" };
                let path = json_path::join(at, "enumDeprecated");
                let message = format!("the value `{value}` {how} deprecated");
                self.changes.push(Rule::Deprecation, path, message);
            }
        }
    }

    /// Compares the methods that require a property.
    fn needed(
        &mut self,
        at: &str,
        old: Option<&Annotations>,
        new: Option<&Annotations>,
        sent: bool,
    ) {
        let methods = |annotations: Option<&Annotations>| -> BTreeSet<String> {
            annotations
                .map(|annotations| annotations.required.iter().cloned().collect())
                .unwrap_or_default()
        };
        let (was, is) = (methods(old), methods(new));
        let at = json_path::join(&json_path::join(at, "annotations"), "required");
        for method in is.difference(&was) {
            let message = format!("`{method}` requires it");
            let rule = if sent {
                Rule::PropertyNeeded
            } else {
                Rule::ResponseOnly
            };
            self.changes.push(rule, &at, message);
        }
        for method in was.difference(&is) {
            let message = format!("`{method}` no longer requires it");
            let rule = if sent {
                Rule::PropertyNotNeeded
            } else {
                Rule::ResponseOnly
            };
            self.changes.push(rule, &at, message);
        }
    }
}

/// Returns the form that the model gives a schema. Only a schema of its own is a struct without properties.
fn form(schema: &Schema, top: bool) -> Form<'_> {
    if let Some(reference) = &schema.reference {
        return Form::Reference(reference);
    }
    let ty = match schema.ty.as_deref() {
        Some(ty) => ty,
        None if !schema.properties.is_empty() || schema.additional_properties.is_some() => "object",
        None if schema.items.is_some() => "array",
        None if !schema.values.is_empty() => "string",
        None => "any",
    };
    match ty {
        "string" if !schema.values.is_empty() => Form::Enum,
        "object" if !schema.properties.is_empty() => Form::Object,
        "object" if top && schema.additional_properties.is_none() => Form::Object,
        "object" => Form::Map,
        "array" => Form::List,
        ty => Form::Scalar(scalar(ty, schema.format.as_deref()).unwrap_or(Type::Any)),
    }
}

/// `` `string` (`int64`) ``
fn spelled(schema: &Schema, form: &Form<'_>) -> String {
    match form {
        Form::Reference(name) => format!("`{name}`"),
        Form::Enum => "an enum".to_owned(),
        Form::Object => "an object".to_owned(),
        Form::Map => "a map".to_owned(),
        Form::List => "a list".to_owned(),
        Form::Scalar(_) => {
            let ty = schema.ty.as_deref().unwrap_or("any");
            match &schema.format {
                Some(format) => format!("`{ty}` (`{format}`)"),
                None => format!("`{ty}`"),
            }
        }
    }
}

/// Returns the description of an enum's value, and whether it is deprecated.
fn about<'a>(schema: &'a Schema, value: &String) -> (Option<&'a String>, bool) {
    let index = schema.values.iter().position(|other| other == value);
    let description = index.and_then(|index| schema.enum_descriptions.get(index));
    let deprecated = index.and_then(|index| schema.enum_deprecated.get(index));
    (
        description.filter(|text| !text.is_empty()),
        deprecated.copied().unwrap_or_default(),
    )
}
