//! What is common to all methods: names, the table of the API, scopes.

use proc_macro2::TokenStream;
use quote::quote;

use super::docs;
use super::names::{self, ident};
use crate::model::Api;

pub(super) fn constants(api: &Api) -> TokenStream {
    let Api {
        name,
        version,
        revision,
        root_url,
        service_path,
        batch_path,
        ..
    } = api;
    let mtls_root_url = api
        .mtls_root_url
        .as_ref()
        .map(|url| quote!(mtls_root_url: Some(#url),));
    let data_wrapper = api.data_wrapper.then(|| quote!(data_wrapper: true,));
    let scope_names = api.scopes.iter().map(|scope| ident(&scope.ident));
    let scopes = (!api.scopes.is_empty()).then(|| quote!(scopes: &[#(scope::#scope_names),*],));
    let regions = api.endpoints.iter().map(|endpoint| {
        let (location, url) = (&endpoint.location, &endpoint.url);
        quote!(__gapi::Endpoint { location: #location, url: #url })
    });
    let endpoints = (!api.endpoints.is_empty()).then(|| quote!(endpoints: &[#(#regions),*],));
    let patterns = names::patterns(api);
    let patterns = (!patterns.is_empty()).then(|| quote!(patterns: &[#(#patterns),*],));
    let scope_module = scope_module(api);
    quote! {
        #[doc = "The name of the API."]
        pub const NAME: &str = #name;
        #[doc = "The version of the API."]
        pub const VERSION: &str = #version;
        #[doc = "The revision of the Discovery document that this module was made from."]
        pub const REVISION: &str = #revision;
        #[doc = "What is common to the methods of this API."]
        pub static API: __gapi::Api = __gapi::Api {
            name: NAME,
            version: VERSION,
            revision: REVISION,
            root_url: #root_url,
            service_path: #service_path,
            batch_path: #batch_path,
            #mtls_root_url
            #data_wrapper
            #scopes
            #endpoints
            #patterns
            ..__gapi::Api::EMPTY
        };
        #scope_module
    }
}

fn scope_module(api: &Api) -> Option<TokenStream> {
    let scopes = api.scopes.iter().map(|scope| {
        let doc = docs::scope(scope).attribute();
        let (name, url) = (ident(&scope.ident), &scope.url);
        quote!(#doc pub const #name: &str = #url;)
    });
    (!api.scopes.is_empty()).then(|| {
        quote! {
            #[doc = "The OAuth 2.0 scopes of this API."]
            pub mod scope { #(#scopes)* }
        }
    })
}
