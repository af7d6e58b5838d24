//! Schemas: structs, and names for lists and maps.

use heck::ToLowerCamelCase as _;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::docs;
use super::names::{Names, ident};
use crate::model::{Field, Type, TypeDef};

/// A struct and how it travels.
pub(super) fn object(def: &TypeDef, fields: &[Field], names: &Names<'_>) -> TokenStream {
    let name = ident(&def.ident);
    let doc = docs::type_def(def).attribute();
    let deprecated = deprecated(def.deprecated);
    let members = fields.iter().map(|field| member(field, names));
    let null = def.in_request.then(|| null(&name, names));
    let codec = codec(def, fields);
    let operation = def
        .is_operation
        .then(|| quote!(impl __gapi::LongRunning for #name {}));
    let raw = def
        .is_raw()
        .then(|| quote!(impl __gapi::RawBody for #name {}));
    quote! {
        #doc
        #deprecated
        #[derive(Clone, Default)]
        pub struct #name {
            #(#members)*
            #[doc = "What the document does not know, and what travels as an explicit `null`."]
            pub extra: __gapi::Extra,
        }
        #null
        #codec
        #operation
        #raw
    }
}

fn member(field: &Field, names: &Names<'_>) -> TokenStream {
    let doc = docs::field(&field.wire, &field.description, &field.notes).attribute();
    let deprecated = deprecated(field.deprecated);
    let (name, option, ty) = (ident(&field.ident), &names.option, names.ty(&field.ty, 0));
    quote!(#doc #deprecated pub #name: #option<#ty>,)
}

/// The way to send an explicit `null`, where the type is part of a request.
fn null(name: &proc_macro2::Ident, names: &Names<'_>) -> TokenStream {
    let result = &names.result;
    quote! {
        impl #name {
            #[doc = "Makes a property travel as an explicit `null`, which in a PATCH clears it."]
            #[doc = ""]
            #[doc = "# Errors"]
            #[doc = ""]
            #[doc = "When the schema has no property of this name."]
            #[inline]
            pub fn null(&mut self, field: &str) -> #result<&mut Self, __gapi::UnknownField> {
                __gapi::null(self, field)
            }
        }
    }
}

/// Properties by name and position, and what reads and hands out each.
fn codec(def: &TypeDef, fields: &[Field]) -> TokenStream {
    let name = ident(&def.ident);
    let shown = def.schema.as_ref().unwrap_or(&def.ident);
    let secrets: Vec<_> = fields
        .iter()
        .filter(|field| field.secret)
        .map(|field| &field.wire)
        .collect();
    let secrets = (!secrets.is_empty())
        .then(|| quote!(const SECRETS: &'static [&'static str] = &[#(#secrets),*];));
    let wires: Vec<_> = fields.iter().map(|field| &field.wire).collect();
    // The macros know the names of fields only.
    let renamed: Vec<_> = fields
        .iter()
        .map(|field| (field.ident.trim_start_matches("r#"), &field.wire))
        .filter(|(name, wire)| name.to_lower_camel_case() != **wire)
        .map(|(name, wire)| quote!((#name, #wire)))
        .collect();
    let renamed = (!renamed.is_empty()).then(
        || quote!(const RENAMED: &'static [(&'static str, &'static str)] = &[#(#renamed),*];),
    );
    let idents: Vec<_> = fields.iter().map(|field| ident(&field.ident)).collect();
    let positions: Vec<_> = (0..fields.len()).map(Literal::usize_unsuffixed).collect();
    quote! {
        impl __gapi::Object for #name {
            const NAME: &'static str = #shown;
            const PROPERTIES: &'static [&'static str] = &[#(#wires),*];
            #renamed
            #secrets
            #[inline]
            fn property(&self, index: usize) -> __gapi::PropertyRef<'_> {
                match index {
                    #(#positions => __gapi::field(&self.#idents),)*
                    _ => __gapi::no_field(),
                }
            }
            #[inline]
            fn property_mut(&mut self, name: &str) -> __gapi::PropertyMut<'_> {
                match name {
                    #(#wires => __gapi::field_mut(&mut self.#idents),)*
                    _ => __gapi::no_field_mut(),
                }
            }
            #[inline]
            fn extra(&self) -> &__gapi::Extra {
                &self.extra
            }
            #[inline]
            fn extra_mut(&mut self) -> &mut __gapi::Extra {
                &mut self.extra
            }
        }
    }
}

/// A name for a list, a map, or any JSON value.
pub(super) fn alias(def: &TypeDef, target: &Type, names: &Names<'_>) -> TokenStream {
    let doc = docs::type_def(def).attribute();
    let deprecated = deprecated(def.deprecated);
    let (name, target) = (ident(&def.ident), names.ty(target, 0));
    quote!(#doc #deprecated pub type #name = #target;)
}

/// The attribute of what the document deprecates.
pub(super) fn deprecated(is: bool) -> Option<TokenStream> {
    is.then(|| quote!(#[deprecated]))
}
