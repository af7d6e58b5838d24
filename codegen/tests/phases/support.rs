//! Reads documents for tests, and finds what they became.

use std::path::{Path, PathBuf};

use gapi_codegen::model::{Api, Field, Method, Resource, Shape, Type, TypeDef, Variant, lower};
use gapi_codegen::{Document, Errors, Source, check};

pub(crate) fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/documents")
}

pub(crate) fn source(name: &str) -> Source {
    let file = format!("{name}.json");
    Source::new(
        &*file,
        std::fs::read_to_string(directory().join(&file)).unwrap(),
    )
}

/// The model of a document beside the tests.
pub(crate) fn api(name: &str) -> Api {
    let document = Document::read(&source(name), None).unwrap();
    let errors = check::document(&document);
    assert!(errors.is_empty(), "{errors}");
    lower(&document).unwrap()
}

/// The model of a document that is written in the test.
pub(crate) fn api_of(text: &str) -> Result<Api, Errors> {
    lower(&Document::read(&Source::new("test.json", text), None)?)
}

/// A document with these parts.
pub(crate) fn text(parts: &str) -> String {
    let comma = if parts.is_empty() { "" } else { ", " };
    format!(
        r#"{{"kind": "discovery#restDescription", "name": "test", "version": "v1", "rootUrl": "https://test.example.com/"{comma}{parts}}}"#
    )
}

pub(crate) fn def<'a>(api: &'a Api, ident: &str) -> &'a TypeDef {
    let names = || {
        api.types
            .iter()
            .map(|def| &*def.ident)
            .collect::<Vec<_>>()
            .join(" ")
    };
    api.types
        .iter()
        .find(|def| def.ident == ident)
        .unwrap_or_else(|| panic!("no {ident} in {}", names()))
}

pub(crate) fn fields<'a>(api: &'a Api, ident: &str) -> &'a [Field] {
    match &def(api, ident).shape {
        Shape::Object(fields) => fields,
        other => panic!("{ident} is {other:?}"),
    }
}

pub(crate) fn field<'a>(api: &'a Api, ident: &str, wire: &str) -> &'a Field {
    fields(api, ident)
        .iter()
        .find(|field| field.wire == wire)
        .unwrap_or_else(|| panic!("no {ident}.{wire}"))
}

pub(crate) fn variants<'a>(api: &'a Api, ident: &str) -> &'a [Variant] {
    match &def(api, ident).shape {
        Shape::Enum(variants) => variants,
        other => panic!("{ident} is {other:?}"),
    }
}

pub(crate) fn idents(variants: &[Variant]) -> Vec<&str> {
    variants.iter().map(|variant| &*variant.ident).collect()
}

pub(crate) fn method<'a>(api: &'a Api, path: &str) -> &'a Method {
    api.root
        .all_methods()
        .find(|method| method.path_name == path)
        .unwrap_or_else(|| panic!("no {path}"))
}

pub(crate) fn resource<'a>(api: &'a Api, path: &str) -> &'a Resource {
    path.split('.').fold(&api.root, |resource, name| {
        resource
            .resources
            .iter()
            .find(|child| child.wire == name)
            .unwrap_or_else(|| panic!("no {path}"))
    })
}

pub(crate) fn paths(api: &Api) -> Vec<&str> {
    api.root
        .all_methods()
        .map(|method| &*method.path_name)
        .collect()
}

pub(crate) fn type_names(api: &Api) -> Vec<&str> {
    api.types.iter().map(|def| &*def.ident).collect()
}

/// A type in a short spelling.
pub(crate) fn spell(api: &Api, ty: &Type) -> String {
    match ty {
        Type::Named(id) => api.types[id.0].ident.clone(),
        Type::Boxed(id) => format!("Box<{}>", api.types[id.0].ident),
        Type::List(item) => format!("[{}]", spell(api, item)),
        Type::Map(value) => format!("{{{}}}", spell(api, value)),
        other => format!("{other:?}"),
    }
}

/// The type of a property.
pub(crate) fn ty(api: &Api, ident: &str, wire: &str) -> String {
    spell(api, &field(api, ident, wire).ty)
}

pub(crate) fn alias(api: &Api, ident: &str) -> String {
    match &def(api, ident).shape {
        Shape::Alias(ty) => spell(api, ty),
        other => panic!("{ident} is {other:?}"),
    }
}

/// The lines of an error, without its last line end.
pub(crate) fn lines<T: std::fmt::Debug>(result: Result<T, Errors>) -> Vec<String> {
    result
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect()
}
