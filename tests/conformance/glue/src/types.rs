//! Types of the model, as they are written outside of their module, and what they reach.

use std::collections::BTreeSet;

use gapi_codegen::model::{Api, Shape, Type, TypeId};
use proc_macro2::TokenStream;
use quote::quote;

use crate::ident;

/// A type, in a module that calls the generated one `api`.
pub(crate) fn written(api: &Api, ty: &Type) -> TokenStream {
    match ty {
        Type::String => quote!(::std::string::String),
        Type::Bool => quote!(bool),
        Type::I32 => quote!(i32),
        Type::U32 => quote!(u32),
        Type::I64 => quote!(i64),
        Type::U64 => quote!(u64),
        Type::F32 => quote!(f32),
        Type::F64 => quote!(f64),
        Type::Bytes => quote!(::gapi::value::Bytes),
        Type::DateTime => quote!(::gapi::value::DateTime),
        Type::Date => quote!(::gapi::value::Date),
        Type::Duration => quote!(::gapi::value::Duration),
        Type::FieldMask => quote!(::gapi::value::FieldMask),
        Type::Any => quote!(replay::Value),
        Type::Named(id) => {
            let name = ident(&api.types[id.0].ident);
            quote!(api::#name)
        }
        Type::Boxed(id) => {
            let inner = written(api, &Type::Named(*id));
            quote!(::std::boxed::Box<#inner>)
        }
        Type::List(item) => {
            let item = written(api, item);
            quote!(::std::vec::Vec<#item>)
        }
        Type::Map(value) => {
            let value = written(api, value);
            quote!(::std::collections::BTreeMap<::std::string::String, #value>)
        }
    }
}

/// The type that a list, a map or a box is of, at the bottom.
pub(crate) fn target(ty: &Type) -> Option<TypeId> {
    match ty {
        Type::Named(id) | Type::Boxed(id) => Some(*id),
        Type::List(inner) | Type::Map(inner) => target(inner),
        _ => None,
    }
}

/// Every type that `from` reach.
pub(crate) fn reached(api: &Api, from: impl IntoIterator<Item = TypeId>) -> BTreeSet<TypeId> {
    let mut visited = BTreeSet::new();
    let mut waiting: Vec<TypeId> = from.into_iter().collect();
    while let Some(id) = waiting.pop() {
        if !visited.insert(id) {
            continue;
        }
        match &api.types[id.0].shape {
            Shape::Object(fields) => {
                waiting.extend(fields.iter().filter_map(|field| target(&field.ty)));
            }
            Shape::Alias(ty) => waiting.extend(target(ty)),
            Shape::Enum(_) => {}
        }
    }
    visited
}
