//! Boxes recursive fields, and finds recursive aliases.
//!
//! A field is boxed exactly where its type leads back to the struct that holds the field without passing a list or a
//! map: there the struct would directly contain itself.

use super::components::components;
use super::{Shape, Type, TypeDef, TypeId};
use crate::error::Subject;
use crate::{Error, Errors};

/// Boxes fields and finds aliases of themselves.
pub(super) fn resolve(defs: &mut [TypeDef], errors: &mut Errors) {
    aliases(defs, errors);
    let direct: Vec<Vec<TypeId>> = defs.iter().map(contained).collect();
    let component = components(&direct, |id| id.0);
    for (index, def) in defs.iter_mut().enumerate() {
        let Shape::Object(fields) = &mut def.shape else {
            continue;
        };
        for field in fields {
            if let Type::Named(id) = field.ty
                && component[id.0] == component[index]
            {
                field.ty = Type::Boxed(id);
            }
        }
    }
}

/// Returns the types that a value of this type contains without indirection.
fn contained(def: &TypeDef) -> Vec<TypeId> {
    match &def.shape {
        Shape::Object(fields) => fields.iter().filter_map(|field| named(&field.ty)).collect(),
        Shape::Alias(ty) => named(ty).into_iter().collect(),
        Shape::Enum(_) => Vec::new(),
    }
}

fn named(ty: &Type) -> Option<TypeId> {
    if let Type::Named(id) = ty {
        Some(*id)
    } else {
        None
    }
}

/// Reports aliases that lead back to themselves through aliases alone, with or without lists and maps between: they are no types.
fn aliases(defs: &mut [TypeDef], errors: &mut Errors) {
    let next: Vec<Option<TypeId>> = defs
        .iter()
        .map(|def| {
            if let Shape::Alias(ty) = &def.shape {
                innermost(ty)
            } else {
                None
            }
        })
        .collect();
    let edges: Vec<Vec<TypeId>> = next
        .iter()
        .map(|next| next.iter().copied().collect())
        .collect();
    let component = components(&edges, |id| id.0);
    for (index, def) in defs.iter_mut().enumerate() {
        if next[index].is_some_and(|id| component[id.0] == component[index]) {
            let error = Error::new(&*def.path, "the schema is only another name for itself");
            let known = errors.len();
            errors.push(error.help("give it a type with an override"));
            let name = || def.schema.clone().unwrap_or_default();
            errors.about(known, || Subject::Schema(name()));
            def.shape = Shape::Alias(Type::Any);
        }
    }
}

fn innermost(ty: &Type) -> Option<TypeId> {
    match ty {
        Type::List(inner) | Type::Map(inner) => innermost(inner),
        Type::Named(id) | Type::Boxed(id) => Some(*id),
        _ => None,
    }
}
