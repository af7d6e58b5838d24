//! Schemas: structs, and names for lists and maps.

use heck::ToLowerCamelCase as _;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::docs;
use super::names::{Names, ident};
use crate::model::{Field, Type, TypeDef};

/// Returns a struct, and the table of its properties.
pub(super) fn object(def: &TypeDef, fields: &[Field], names: &Names<'_>) -> TokenStream {
    let name = ident(&def.ident);
    let doc = docs::type_def(def).attribute();
    let deprecated = deprecated(def.deprecated);
    let members = fields.iter().map(|field| member(field, names));
    let table = table(def, fields);
    let operation = def.is_operation.then(|| quote!(__gapi::operation!(#name);));
    let raw = def
        .is_raw()
        .then(|| quote!(impl __gapi::RawBody for #name {}));
    quote! {
        #doc
        #deprecated
        #[derive(Clone, Default)]
        pub struct #name {
            #(#members)*
            #[doc = "Properties without a field: unknown ones, explicit nulls, and values of unexpected types."]
            pub extra: __gapi::Extra,
        }
        #table
        #operation
        #raw
    }
}

fn member(field: &Field, names: &Names<'_>) -> TokenStream {
    let doc = docs::field(field).attribute();
    let deprecated = deprecated(field.deprecated);
    let (name, option, ty) = (ident(&field.ident), &names.option, names.ty(&field.ty, 0));
    quote!(#doc #deprecated pub #name: #option<#ty>,)
}

/// Returns the table of properties, from which a macro of the runtime makes the codec.
fn table(def: &TypeDef, fields: &[Field]) -> TokenStream {
    let name = ident(&def.ident);
    let schema = def.schema.as_ref().unwrap_or(&def.ident);
    let null = def.in_request.then(|| quote!(fn null));
    let names = |list: &str, is_in: &dyn Fn(&Field) -> bool| {
        let names = fields.iter().filter(|field| is_in(field));
        let names: Vec<_> = names.map(|field| &field.wire).collect();
        let list = super::names::ident(list);
        (!names.is_empty()).then(|| quote!(#list[#(#names),*]))
    };
    let secrets = names("secrets", &|field| field.secret);
    let read_only = names("read_only", &|field| {
        def.in_request && field.notes.read_only
    });
    // `body!` and `#[derive(Fields)]` have the names of fields only.
    let renamed: Vec<_> = fields
        .iter()
        .map(|field| (field.ident.trim_start_matches("r#"), &field.wire))
        .filter(|(name, wire)| name.to_lower_camel_case() != **wire)
        .map(|(name, wire)| quote!((#name, #wire)))
        .collect();
    let renamed = (!renamed.is_empty()).then(|| quote!(renamed[#(#renamed),*]));
    let properties = fields.iter().enumerate().map(|(index, field)| {
        let (index, field_name) = (Literal::usize_unsuffixed(index), ident(&field.ident));
        let wire = &field.wire;
        quote!(#index #field_name #wire)
    });
    quote!(__gapi::object!(#name #schema #null #secrets #read_only #renamed #(, #properties)*);)
}

/// Returns an alias of a list, a map, or any JSON value.
pub(super) fn alias(def: &TypeDef, target: &Type, names: &Names<'_>) -> TokenStream {
    let doc = docs::type_def(def).attribute();
    let deprecated = deprecated(def.deprecated);
    let (name, target) = (ident(&def.ident), names.ty(target, 0));
    quote!(#doc #deprecated pub type #name = #target;)
}

/// Returns the attribute of an item that the document deprecates.
pub(super) fn deprecated(is: bool) -> Option<TokenStream> {
    is.then(|| quote!(#[deprecated]))
}
