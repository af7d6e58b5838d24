//! The implementations for one struct.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, format_ident, quote, quote_spanned};
use syn::{Ident, Type, spanned::Spanned as _};

use super::parse::{Field, Part};
use crate::names;

/// Returns all implementations.
pub(super) fn part(part: &Part) -> TokenStream {
    // One import, so that a wrong path is one error.
    let runtime = quote!(__gapi_fields);
    let fields = fields(part, &runtime);
    let wire = wire(part, &runtime);
    let checks = checks(part, &runtime);
    let name = &part.name;
    let text = name.to_string();
    let path = &part.runtime;
    quote! {
        const _: () = {
            use #path as __gapi_fields;
            #checks
            #fields
            #wire

            #[automatically_derived]
            impl #runtime::FromResponse for #name {
                const SCHEMA: ::core::option::Option<&'static str> = ::core::option::Option::Some(#text);

                fn empty() -> ::core::option::Option<Self> {
                    ::core::option::Option::None
                }

                fn decode(body: &[u8]) -> ::core::result::Result<Self, #runtime::JsonError> {
                    #runtime::from_slice(body)
                }

                fn decode_page(
                    body: &[u8],
                    token: &str,
                ) -> ::core::result::Result<(Self, ::core::option::Option<::std::string::String>), #runtime::JsonError> {
                    #runtime::page(body, token)
                }
            }
        };
    }
}

/// Returns code with which the compiler checks that the schema has the fields, and that they can hold its values.
fn checks(part: &Part, runtime: &TokenStream) -> TokenStream {
    let name = &part.name;
    let Some(of) = &part.of else {
        return quote! {
            #[automatically_derived]
            impl<Whole> #runtime::Part<Whole> for #name { type Itself = Self; }
        };
    };
    let holds = part.fields.iter().map(
        |Field {
             ty, schema_field, ..
         }| {
            let slot = readable(ty, "slot", Some(quote!()), runtime);
            quote!(#runtime::Declared(&schema.#schema_field).fits(#slot);)
        },
    );
    quote! {
        #[automatically_derived]
        impl #runtime::Part<#of> for #name { type Itself = Self; }
        #[automatically_derived]
        impl #runtime::Part<::std::boxed::Box<#of>> for #name { type Itself = Self; }

        const _: fn(&#of) = |schema: &#of| { #(#holds)* };
    }
}

fn fields(part: &Part, runtime: &TokenStream) -> TokenStream {
    let name = &part.name;
    let text = name.to_string();
    let names = part.fields.iter().map(|field| match &part.of {
        Some(of) => {
            let (name, camel) = names::of_field(&field.schema_field);
            quote!(#runtime::wire_name::<#of>(#name, #camel))
        }
        None => {
            let wire = &field.wire;
            quote!(#wire)
        }
    });
    let indexes: Vec<usize> = (0..part.fields.len()).collect();
    let slots: Vec<Ident> = indexes.iter().map(|i| format_ident!("slot{i}")).collect();
    let new_slots = part
        .fields
        .iter()
        .map(|field| readable(&field.ty, "slot", Some(quote!()), runtime));
    let selects = part
        .fields
        .iter()
        .map(|field| readable(&field.ty, "select", None, runtime));
    let views = part.fields.iter().map(|field| {
        let value = &field.ident;
        readable(&field.ty, "view", Some(quote!(&self.#value)), runtime)
    });
    let idents = part.fields.iter().map(|field| &field.ident);
    let skipped = &part.skipped;
    let takes = part
        .fields
        .iter()
        .zip(&slots)
        .zip(&indexes)
        .map(|((field, slot), index)| {
            let value = if field.default {
                quote!(#slot.take_or_default())
            } else {
                quote!(#slot.take(properties, #text, names[#index])?)
            };
            readable(&field.ty, "from_itself", Some(value), runtime)
        });
    quote! {
        #[automatically_derived]
        impl #runtime::Fields for #name {
            const NAMES: &'static [&'static str] = &[#(#names),*];

            fn select_parts(selection: &mut #runtime::Selection) {
                let names = <Self as #runtime::Fields>::NAMES;
                #(selection.part(
                    names[#indexes],
                    #selects,
                );)*
            }

            fn read_properties(
                properties: &mut dyn #runtime::Properties,
            ) -> ::core::option::Option<Self> {
                let names = <Self as #runtime::Fields>::NAMES;
                #(let mut #slots = #new_slots;)*
                while let ::core::option::Option::Some(index) = properties.next(names) {
                    match index {
                        #(#indexes => #slots.read(properties),)*
                        _ => {}
                    }
                }
                ::core::option::Option::Some(Self {
                    #(#idents: #takes,)*
                    #(#skipped: ::core::default::Default::default(),)*
                })
            }

            fn property(&self, index: usize) -> ::core::option::Option<#runtime::View<'_>> {
                match index {
                    #(#indexes => #views,)*
                    _ => ::core::option::Option::None,
                }
            }
        }
    }
}

/// Returns a function of the trait that a field has to implement, and its arguments. All uses have the span of the whole type, and none is
/// the type itself, so that the compiler reports one error for a type that cannot be read.
fn readable(
    ty: &Type,
    function: &str,
    arguments: Option<TokenStream>,
    runtime: &TokenStream,
) -> TokenStream {
    // Without nightly Rust, the span of tokens is that of the first one.
    let last = ty.to_token_stream().into_iter().last();
    let last = last.map_or_else(|| ty.span(), |token| token.span());
    let begin = quote_spanned!(ty.span()=> <);
    let function = Ident::new(function, last);
    let arguments = arguments.map(|arguments| quote_spanned!(last=> (#arguments)));
    quote!(#begin #ty as #runtime::Readable>::#function #arguments)
}

fn wire(part: &Part, runtime: &TokenStream) -> TokenStream {
    let name = &part.name;
    quote! {
        #[automatically_derived]
        impl #runtime::Wire for #name {
            const EXPECTED: #runtime::Expected = #runtime::EXPECTED;

            fn open(
                place: &mut ::core::option::Option<Self>,
                container: #runtime::Container,
            ) -> ::core::option::Option<#runtime::Open<'_>> {
                match container {
                    #runtime::Container::Map => ::core::option::Option::Some(#runtime::Open::Part(
                        place,
                        ::core::option::Option::None,
                    )),
                    #runtime::Container::List => ::core::option::Option::None,
                }
            }

            fn view(&self) -> #runtime::View<'_> {
                #runtime::View::Map(self)
            }

            fn select(selection: &mut #runtime::Selection) {
                selection.nested::<Self>(<Self as #runtime::Fields>::select_parts);
            }
        }
    }
}
