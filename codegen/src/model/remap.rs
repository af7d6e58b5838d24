//! Reorders the list of types, or removes some.

use super::{Api, Resource, Shape, Type, TypeDef, TypeId};

/// Returns the types at `order` (indices of `defs`), in that order. All that names another type must be removed too.
pub(crate) fn types(defs: Vec<TypeDef>, order: &[usize]) -> (Vec<TypeDef>, Vec<Option<TypeId>>) {
    let mut moved = vec![None; defs.len()];
    for (new, old) in order.iter().enumerate() {
        moved[*old] = Some(TypeId(new));
    }
    let mut left: Vec<Option<TypeDef>> = defs.into_iter().map(Some).collect();
    let mut ordered: Vec<TypeDef> = order.iter().filter_map(|old| left[*old].take()).collect();
    for def in &mut ordered {
        match &mut def.shape {
            Shape::Object(fields) => fields
                .iter_mut()
                .for_each(|field| rename(&mut field.ty, &moved)),
            Shape::Alias(ty) => rename(ty, &moved),
            Shape::Enum(_) => {}
        }
    }
    (ordered, moved)
}

/// Reorders the types of an API, and removes those that are not in `order`.
pub(crate) fn api(api: &mut Api, order: &[usize]) {
    let (defs, moved) = types(std::mem::take(&mut api.types), order);
    api.types = defs;
    resource(&mut api.root, &moved);
}

pub(crate) fn resource(resource: &mut Resource, moved: &[Option<TypeId>]) {
    for method in &mut resource.methods {
        let parameters = method.required.iter_mut().chain(&mut method.optional);
        parameters.for_each(|parameter| rename(&mut parameter.ty, moved));
        method
            .request
            .iter_mut()
            .chain(&mut method.response)
            .for_each(|ty| rename(ty, moved));
        if let Some(items) = method
            .paging
            .as_mut()
            .and_then(|paging| paging.items.as_mut())
        {
            rename(&mut items.ty, moved);
        }
    }
    for child in &mut resource.resources {
        self::resource(child, moved);
    }
}

fn rename(ty: &mut Type, moved: &[Option<TypeId>]) {
    match ty {
        Type::Named(id) | Type::Boxed(id) => {
            if let Some(new) = moved.get(id.0).copied().flatten() {
                *id = new;
            }
        }
        Type::List(inner) | Type::Map(inner) => rename(inner, moved),
        _ => {}
    }
}

/// Returns the type that a type names, if any.
pub(crate) fn target(ty: &Type) -> Option<TypeId> {
    match ty {
        Type::Named(id) | Type::Boxed(id) => Some(*id),
        Type::List(inner) | Type::Map(inner) => target(inner),
        _ => None,
    }
}

/// Returns every type that is reached from the given ones, which are included.
pub(crate) fn reach(
    defs: &[TypeDef],
    roots: impl IntoIterator<Item = TypeId>,
) -> std::collections::BTreeSet<TypeId> {
    let mut visited = std::collections::BTreeSet::new();
    let mut open: Vec<TypeId> = roots.into_iter().collect();
    while let Some(id) = open.pop() {
        if visited.insert(id) {
            match &defs[id.0].shape {
                Shape::Object(fields) => {
                    open.extend(fields.iter().filter_map(|field| target(&field.ty)));
                }
                Shape::Alias(ty) => open.extend(target(ty)),
                Shape::Enum(_) => {}
            }
        }
    }
    visited
}
