//! Open enums.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs;
use super::names::{Names, ident};
use super::schema::deprecated;
use crate::model::{TypeDef, Variant};

/// Returns an enum with a variant for texts that the document does not list.
pub(super) fn open_enum(def: &TypeDef, variants: &[Variant], names: &Names<'_>) -> TokenStream {
    let name = ident(&def.ident);
    let doc = docs::type_def(def).attribute();
    let is_deprecated = deprecated(def.deprecated);
    let (string, from, as_ref) = (&names.string, &names.from, &names.as_ref);
    let members = variants.iter().map(|variant| {
        let doc = docs::variant(&variant.wire, &variant.description).attribute();
        let (name, deprecated) = (ident(&variant.ident), deprecated(variant.deprecated));
        quote!(#doc #deprecated #name,)
    });
    let idents: Vec<_> = variants
        .iter()
        .map(|variant| ident(&variant.ident))
        .collect();
    let wires: Vec<_> = variants.iter().map(|variant| &variant.wire).collect();
    quote! {
        #doc
        #is_deprecated
        #[derive(Clone)]
        #[non_exhaustive]
        pub enum #name {
            #(#members)*
            #[doc = "A value that the document does not list."]
            Unrecognized(#string),
        }
        impl #from<&str> for #name {
            #[inline]
            fn from(text: &str) -> Self {
                match text {
                    #(#wires => Self::#idents,)*
                    _ => Self::Unrecognized(text.to_owned()),
                }
            }
        }
        impl #as_ref<str> for #name {
            #[inline]
            fn as_ref(&self) -> &str {
                match self {
                    #(Self::#idents => #wires,)*
                    Self::Unrecognized(text) => text,
                }
            }
        }
    }
}
