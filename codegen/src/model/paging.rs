//! Paging: which methods continue, and what a page holds.
//!
//! A method is paged when its response has a property `pageToken` or `nextPageToken` and its parameters, or else its
//! body, have one too.

use super::draft::Draft;
use super::{Field, Items, Paging, Parameter, Shape, TokenIn, Type, TypeDef};

const TOKENS: [&str; 2] = ["pageToken", "nextPageToken"];
const SIZES: [&str; 2] = ["pageSize", "maxResults"];

/// Returns how the method of a resource is paged.
pub(super) fn of(resource: &str, method: &Draft<'_>, defs: &[TypeDef]) -> Option<Paging> {
    let response = object(method.response.as_ref()?, defs)?;
    let next = TOKENS
        .iter()
        .find(|token| response.iter().any(|field| field.wire == **token))?;
    let request = method.request.as_ref();
    let body = request.and_then(|ty| object(ty, defs)).unwrap_or_default();
    let parameters: Vec<&Parameter> = method.parameters().collect();
    let token = slot(&TOKENS, &parameters, body, |_| true)?;
    Some(Paging {
        token,
        next: (*next).to_owned(),
        size: slot(&SIZES, &parameters, body, |ty| {
            matches!(ty, Type::I32 | Type::U32 | Type::I64 | Type::U64)
        }),
        items: items(resource, response, defs),
    })
}

/// The first of the names that a query parameter, or else a property of the body, has.
fn slot(
    names: &[&str],
    parameters: &[&Parameter],
    body: &[Field],
    fits: impl Fn(&Type) -> bool,
) -> Option<TokenIn> {
    let in_query = |name: &&&str| {
        parameters
            .iter()
            .any(|parameter| parameter.wire == **name && fits(&parameter.ty))
    };
    let in_body = |name: &&&str| {
        body.iter()
            .any(|field| field.wire == **name && fits(&field.ty))
    };
    if let Some(name) = names.iter().find(in_query) {
        return Some(TokenIn::Query((*name).to_owned()));
    }
    names
        .iter()
        .find(in_body)
        .map(|name| TokenIn::Body((*name).to_owned()))
}

/// Returns the properties of a type that is an object.
pub(super) fn object<'d>(ty: &Type, defs: &'d [TypeDef]) -> Option<&'d [Field]> {
    let (Type::Named(id) | Type::Boxed(id)) = ty else {
        return None;
    };
    match &defs[id.0].shape {
        Shape::Object(fields) => Some(fields),
        _ => None,
    }
}

/// The field that holds the items: `items`; or the only list of objects that does not report what is missing; or the
/// only list of texts or numbers; or the list with the name of the resource; or `results`; or the one with the
/// singular of that name; or the only one that ends like it (`matchingJobs`); or the only list left.
fn items(resource: &str, fields: &[Field], defs: &[TypeDef]) -> Option<Items> {
    if let Some(field) = fields.iter().find(|field| field.wire == "items")
        && let Some(items) = list(field).or_else(|| map(field, defs))
    {
        return Some(items);
    }
    let lists: Vec<&Field> = fields
        .iter()
        .filter(|field| matches!(field.ty, Type::List(_)))
        .collect();
    let candidates: Vec<&Field> = lists
        .iter()
        .copied()
        .filter(|field| !reports_gaps(&field.wire))
        .collect();
    let objects: Vec<&Field> = candidates
        .iter()
        .copied()
        .filter(|field| holds_objects(field, defs))
        .collect();
    let scalars: Vec<&Field> = candidates
        .iter()
        .copied()
        .filter(|field| !holds_objects(field, defs))
        .collect();
    let only = |fields: &[&Field]| {
        if let [field] = fields {
            list(field)
        } else {
            None
        }
    };
    let named = |name: &str| {
        candidates
            .iter()
            .find(|field| field.wire == name)
            .and_then(|field| list(field))
    };
    only(&objects)
        .or_else(|| {
            if objects.is_empty() {
                only(&scalars)
            } else {
                None
            }
        })
        .or_else(|| named(resource))
        .or_else(|| named("results"))
        .or_else(|| named(resource.strip_suffix('s')?))
        .or_else(|| only(&ending(&objects, resource)))
        .or_else(|| only(&lists))
}

/// The lists whose names end in that of the resource.
fn ending<'f>(lists: &[&'f Field], resource: &str) -> Vec<&'f Field> {
    let Some(first) = resource.chars().next() else {
        return Vec::new();
    };
    let end = format!(
        "{}{}",
        first.to_ascii_uppercase(),
        &resource[first.len_utf8()..]
    );
    let ends = |field: &&&'f Field| field.wire.ends_with(&end);
    lists.iter().filter(ends).copied().collect()
}

/// The items in the field of this name, for an override.
pub(super) fn items_named(name: &str, response: &Type, defs: &[TypeDef]) -> Option<Items> {
    let field = object(response, defs)?
        .iter()
        .find(|field| field.wire == name)?;
    list(field).or_else(|| map(field, defs))
}

fn list(field: &Field) -> Option<Items> {
    match &field.ty {
        Type::List(item) => Some(Items {
            ident: field.ident.clone(),
            wire: field.wire.clone(),
            ty: (**item).clone(),
            map: false,
        }),
        _ => None,
    }
}

fn map(field: &Field, defs: &[TypeDef]) -> Option<Items> {
    match &field.ty {
        Type::Map(value) if is_object(value, defs) => Some(Items {
            ident: field.ident.clone(),
            wire: field.wire.clone(),
            ty: (**value).clone(),
            map: true,
        }),
        _ => None,
    }
}

fn holds_objects(field: &Field, defs: &[TypeDef]) -> bool {
    matches!(&field.ty, Type::List(item) if is_object(item, defs))
}

fn is_object(ty: &Type, defs: &[TypeDef]) -> bool {
    match ty {
        Type::Named(id) => !matches!(defs[id.0].shape, Shape::Enum(_)),
        Type::Map(_) => true,
        _ => false,
    }
}

/// Whether a list has the name of one that reports what is missing.
fn reports_gaps(name: &str) -> bool {
    ["unreachable", "failed", "missing", "unsupported", "invalid"]
        .iter()
        .any(|start| name.starts_with(start))
        || name.to_ascii_lowercase().ends_with("warnings")
        || name == "errors"
}
