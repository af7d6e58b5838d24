//! The description of a type: its properties, with the types that JSON has for them.

use gapi_codegen::describe::one_line;
use gapi_codegen::model::{Api, Field, Shape, Type, TypeDef};
use serde_json::{Value, json};

use crate::page::Page;

/// Finds a type by its name in the document, or by that of the generated module.
pub(super) fn find<'a>(api: &'a Api, name: &str) -> Option<&'a TypeDef> {
    let by_schema = api
        .types
        .iter()
        .find(|def| def.schema.as_deref() == Some(name));
    by_schema.or_else(|| api.types.iter().find(|def| def.ident == name))
}

/// Returns the names of all types.
pub(super) fn names(api: &Api) -> Vec<&str> {
    api.types.iter().map(name).collect()
}

fn name(def: &TypeDef) -> &str {
    def.schema.as_deref().unwrap_or(&def.ident)
}

/// Returns a type as it is in JSON.
fn spelled(api: &Api, ty: &Type) -> String {
    match ty {
        Type::String => "text".to_owned(),
        Type::Bool => "true or false".to_owned(),
        Type::I32 => "integer".to_owned(),
        Type::U32 => "integer from 0 on".to_owned(),
        Type::I64 => "integer of 64 bits, as text".to_owned(),
        Type::U64 => "integer of 64 bits from 0 on, as text".to_owned(),
        Type::F32 | Type::F64 => "number".to_owned(),
        Type::Bytes => "bytes, as base64".to_owned(),
        Type::DateTime => "time, such as 2026-01-31T12:00:00Z".to_owned(),
        Type::Date => "date, such as 2026-01-31".to_owned(),
        Type::Duration => "duration, such as 60s".to_owned(),
        Type::FieldMask => "field mask, such as name,labels".to_owned(),
        Type::Any => "any JSON".to_owned(),
        Type::List(item) => format!("list of {}", spelled(api, item)),
        Type::Map(value) => format!("map of text to {}", spelled(api, value)),
        Type::Named(id) | Type::Boxed(id) => match &api.types[id.0].shape {
            Shape::Enum(_) => "text, one of".to_owned(),
            _ => name(&api.types[id.0]).to_owned(),
        },
    }
}

/// Returns the values of an enum, also of one in a list or a map.
fn values<'a>(api: &'a Api, ty: &Type) -> Vec<&'a str> {
    match ty {
        Type::List(inner) | Type::Map(inner) => values(api, inner),
        _ => api.enum_values(ty),
    }
}

fn marks(field: &Field) -> Vec<String> {
    let notes = &field.notes;
    let mut marks = Vec::new();
    for (is_set, mark) in [
        (notes.read_only, "read-only"),
        (field.secret, "secret"),
        (field.deprecated, "deprecated"),
    ] {
        if is_set {
            marks.push(mark.to_owned());
        }
    }
    marks.extend(notes.in_words());
    marks
}

/// Returns the description as text.
pub(super) fn text(api: &Api, def: &TypeDef) -> Page {
    let mut page = Page::new();
    page.title(&format!("{}:{} {}", api.name, api.version, name(def)));
    if def.deprecated {
        page.line("Deprecated.");
    }
    let description = one_line(&def.description);
    if !description.is_empty() {
        page.line("");
        page.prose(0, &description);
    }
    match &def.shape {
        Shape::Alias(ty) => {
            page.line("");
            page.prose(0, &format!("It is a {}.", spelled(api, ty)));
        }
        Shape::Enum(variants) => {
            page.title("Values:");
            for variant in variants {
                page.line(&format!("    {}", variant.wire));
                entry(&mut page, &variant.description);
            }
        }
        Shape::Object(fields) => {
            page.title("Properties:");
            for field in fields {
                let marks = marks(field);
                let marks = if marks.is_empty() {
                    String::new()
                } else {
                    format!(" ({})", marks.join(", "))
                };
                let values = values(api, &field.ty).join(", ");
                let colon = if values.is_empty() { "" } else { " " };
                page.entry(
                    4,
                    &format!(
                        "{}: {}{colon}{values}{marks}",
                        field.wire,
                        spelled(api, &field.ty),
                    ),
                );
                entry(&mut page, &field.description);
            }
        }
    }
    page
}

fn entry(page: &mut Page, description: &str) {
    let description = one_line(description);
    if !description.is_empty() {
        page.prose(8, &description);
    }
}

/// Returns the description as JSON.
pub(super) fn json(api: &Api, def: &TypeDef) -> Value {
    let mut object =
        json!({"name": name(def), "description": def.description, "deprecated": def.deprecated});
    match &def.shape {
        Shape::Alias(ty) => object["type"] = spelled(api, ty).into(),
        Shape::Enum(variants) => {
            let values: Vec<Value> = variants
                .iter()
                .map(|variant| json!({"value": variant.wire, "description": variant.description}))
                .collect();
            object["values"] = values.into();
        }
        Shape::Object(fields) => {
            let properties: Vec<Value> = fields
                .iter()
                .map(|field| {
                    json!({
                        "name": field.wire,
                        "type": spelled(api, &field.ty),
                        "values": values(api, &field.ty),
                        "description": field.description,
                        "read_only": field.notes.read_only,
                        "secret": field.secret,
                        "deprecated": field.deprecated,
                    })
                })
                .collect();
            object["properties"] = properties.into();
        }
    }
    object
}
