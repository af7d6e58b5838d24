//! Bodies that are no JSON: bytes of any type, which documents describe by the schema `google.api.HttpBody`.

use super::{Api, Resource, Shape, Type, TypeDef};

/// Marks the schemas that stand for such bytes, and the methods that answer with them.
pub(super) fn resolve(api: &mut Api) {
    for def in &mut api.types {
        def.is_raw = is_raw(def);
    }
    mark(&mut api.root, &api.types);
}

fn mark(resource: &mut Resource, defs: &[TypeDef]) {
    for method in &mut resource.methods {
        method.raw_response = matches!(method.response, Some(Type::Named(id)) if defs[id.0].is_raw);
    }
    for child in &mut resource.resources {
        mark(child, defs);
    }
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
