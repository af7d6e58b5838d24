//! Moves types to other places in the list of types, or drops them.

use super::{Api, Resource, Shape, Type, TypeDef, TypeId};

/// Keeps the types at `order` (indices of `defs`), in that order. What still names a dropped type must be dropped too.
pub(crate) fn types(defs: Vec<TypeDef>, order: &[usize]) -> (Vec<TypeDef>, Vec<Option<TypeId>>) {
    let mut places = vec![None; defs.len()];
    for (new, old) in order.iter().enumerate() {
        places[*old] = Some(TypeId(new));
    }
    let mut kept: Vec<Option<TypeDef>> = defs.into_iter().map(Some).collect();
    let mut ordered: Vec<TypeDef> = order.iter().filter_map(|old| kept[*old].take()).collect();
    for def in &mut ordered {
        match &mut def.shape {
            Shape::Object(fields) => fields
                .iter_mut()
                .for_each(|field| rename(&mut field.ty, &places)),
            Shape::Alias(ty) => rename(ty, &places),
            Shape::Enum(_) => {}
        }
    }
    (ordered, places)
}

/// Keeps the types at `order` in a whole API.
pub(crate) fn api(api: &mut Api, order: &[usize]) {
    let (defs, places) = types(std::mem::take(&mut api.types), order);
    api.types = defs;
    resource(&mut api.root, &places);
}

pub(crate) fn resource(resource: &mut Resource, places: &[Option<TypeId>]) {
    for method in &mut resource.methods {
        let parameters = method.required.iter_mut().chain(&mut method.optional);
        parameters.for_each(|parameter| rename(&mut parameter.ty, places));
        method
            .request
            .iter_mut()
            .chain(&mut method.response)
            .for_each(|ty| rename(ty, places));
        if let Some(items) = method
            .paging
            .as_mut()
            .and_then(|paging| paging.items.as_mut())
        {
            rename(&mut items.ty, places);
        }
    }
    for child in &mut resource.resources {
        self::resource(child, places);
    }
}

fn rename(ty: &mut Type, places: &[Option<TypeId>]) {
    match ty {
        Type::Named(id) | Type::Boxed(id) => {
            if let Some(place) = places.get(id.0).copied().flatten() {
                *id = place;
            }
        }
        Type::List(inner) | Type::Map(inner) => rename(inner, places),
        _ => {}
    }
}

/// The type that a type names, if any.
pub(crate) fn target(ty: &Type) -> Option<TypeId> {
    match ty {
        Type::Named(id) | Type::Boxed(id) => Some(*id),
        Type::List(inner) | Type::Map(inner) => target(inner),
        _ => None,
    }
}

/// Every type that can be reached from the given ones, themselves included.
pub(crate) fn reach(
    defs: &[TypeDef],
    roots: impl IntoIterator<Item = TypeId>,
) -> std::collections::BTreeSet<TypeId> {
    let mut seen = std::collections::BTreeSet::new();
    let mut open: Vec<TypeId> = roots.into_iter().collect();
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            match &defs[id.0].shape {
                Shape::Object(fields) => {
                    open.extend(fields.iter().filter_map(|field| target(&field.ty)));
                }
                Shape::Alias(ty) => open.extend(target(ty)),
                Shape::Enum(_) => {}
            }
        }
    }
    seen
}
