//! Boxes, and aliases that never end.
//!
//! A field is boxed exactly where its type leads back to the struct that holds the field without passing a list or a
//! map: there the struct would directly contain itself.

use std::collections::{BTreeMap, BTreeSet};

use super::{Shape, Type, TypeDef, TypeId};
use crate::{Error, Errors};

/// Boxes fields and finds aliases of themselves.
pub(super) fn resolve(defs: &mut [TypeDef], errors: &mut Errors) {
    aliases(defs, errors);
    let direct: Vec<Vec<TypeId>> = defs.iter().map(contained).collect();
    let mut reached: BTreeMap<TypeId, BTreeSet<TypeId>> = BTreeMap::new();
    for (index, def) in defs.iter_mut().enumerate() {
        let Shape::Object(fields) = &mut def.shape else {
            continue;
        };
        for field in fields {
            let Type::Named(id) = field.ty else { continue };
            if reached
                .entry(id)
                .or_insert_with(|| reachable(id, &direct))
                .contains(&TypeId(index))
            {
                field.ty = Type::Boxed(id);
            }
        }
    }
}

/// The types that a value of this type holds in place.
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

/// Everything that a value of the type holds in place, at any depth, and the type itself.
fn reachable(start: TypeId, direct: &[Vec<TypeId>]) -> BTreeSet<TypeId> {
    let mut seen = BTreeSet::from([start]);
    let mut open = vec![start];
    while let Some(id) = open.pop() {
        open.extend(direct[id.0].iter().filter(|next| seen.insert(**next)));
    }
    seen
}

/// An alias that comes back to itself through aliases alone is no type, whatever lists and maps it passes.
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
    for (index, def) in defs.iter_mut().enumerate() {
        let mut current = next[index];
        for _ in 0..next.len() {
            match current {
                Some(id) if id.0 == index => {
                    let error =
                        Error::new(&*def.place, "the schema is only another name for itself");
                    errors.push(error.help("give it a type with an override"));
                    def.shape = Shape::Alias(Type::Any);
                    break;
                }
                Some(id) => current = next[id.0],
                None => break,
            }
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
