//! What walks a decoded value, and finds what the generated types did not know.

use std::collections::BTreeSet;

use gapi_codegen::model::{Api, Shape, TypeId};
use proc_macro2::TokenStream;
use quote::quote;

use crate::{ident, types::target};

/// `Check` for these types. Fields of plain values have nothing that could be unknown.
pub(crate) fn of(api: &Api, types: &BTreeSet<TypeId>) -> TokenStream {
    types
        .iter()
        .map(|id| {
            let def = &api.types[id.0];
            let name = ident(&def.ident);
            match &def.shape {
                Shape::Object(fields) => {
                    let fields = fields
                        .iter()
                        .filter(|field| target(&field.ty).is_some())
                        .map(|field| {
                            let (field, wire) = (ident(&field.ident), &field.wire);
                            quote!(visit.field(#wire, &self.#field);)
                        });
                    quote! {
                        impl replay::Check for api::#name {
                            fn check(&self, visit: &mut replay::Visit) {
                                visit.extra(&self.extra);
                                #(#fields)*
                            }
                        }
                    }
                }
                Shape::Enum(_) => quote! {
                    impl replay::Check for api::#name {
                        fn check(&self, visit: &mut replay::Visit) {
                            if let Self::Unrecognized(text) = self {
                                visit.unrecognized(text);
                            }
                        }
                    }
                },
                // Another name for a type that is checked already.
                Shape::Alias(_) => TokenStream::new(),
            }
        })
        .collect()
}
