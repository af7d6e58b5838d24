//! Responses that are no JSON object with properties: bytes of any type, which documents describe by the schema `google.api.HttpBody`, and what may be nothing.

use super::{Api, Resource, Shape, Type, TypeDef};

/// Marks the schemas that stand for such bytes, the methods that respond with them, and those whose response may be nothing.
pub(super) fn resolve(api: &mut Api) {
    for def in &mut api.types {
        def.is_raw = is_raw(def);
    }
    mark(&mut api.root, &api.types);
}

fn mark(resource: &mut Resource, defs: &[TypeDef]) {
    for method in &mut resource.methods {
        let schema = match method.response {
            Some(Type::Named(id)) => Some(&defs[id.0]),
            _ => None,
        };
        method.raw_response = schema.is_some_and(|def| def.is_raw);
        method.may_be_empty = method.raw_response || !schema.is_some_and(has_properties);
    }
    for child in &mut resource.resources {
        mark(child, defs);
    }
}

fn has_properties(def: &TypeDef) -> bool {
    matches!(&def.shape, Shape::Object(fields) if !fields.is_empty())
}

/// The schema has another name in every package, and always the same three properties.
fn is_raw(def: &TypeDef) -> bool {
    let Shape::Object(fields) = &def.shape else {
        return false;
    };
    let field = |name: &str| fields.iter().find(|field| field.wire == name);
    let is = |name: &str, ty: &Type| field(name).is_some_and(|field| field.ty == *ty);
    def.ident.ends_with("HttpBody")
        && fields.len() == 3
        && is("contentType", &Type::String)
        && is("data", &Type::Bytes)
        && field("extensions").is_some()
}
