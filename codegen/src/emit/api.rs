//! Constants of the module: names, the table of the API, scopes.

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    docs,
    names::{self, ident},
    table,
};
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
    let path = |path: &str| (!path.is_empty()).then(|| path.to_owned());
    let service_path = table::set(&quote!(with_service_path), path(service_path));
    let batch_path = table::set(&quote!(with_batch_path), path(batch_path));
    let mtls_root_url = table::set(&quote!(with_mtls_root_url), api.mtls_root_url.as_ref());
    let data_wrapper = table::flag(api.data_wrapper, &quote!(with_data_wrapper));
    let scopes = table::list(
        &quote!(with_scopes),
        api.scopes.iter().map(|scope| {
            let scope = ident(&scope.ident);
            quote!(scope::#scope)
        }),
    );
    let endpoints = table::list(
        &quote!(with_endpoints),
        api.endpoints.iter().map(|endpoint| {
            let (location, url) = (&endpoint.location, &endpoint.url);
            quote!(__gapi::Endpoint::new(#location, #url))
        }),
    );
    let patterns = names::patterns(api);
    let patterns = table::list(
        &quote!(with_patterns),
        patterns.iter().map(|pattern| quote!(#pattern)),
    );
    let scope_module = scope_module(api);
    quote! {
        #[doc = "The name of the API."]
        pub const NAME: &str = #name;
        #[doc = "The version of the API."]
        pub const VERSION: &str = #version;
        #[doc = "The revision of the Discovery document that this module was made from."]
        pub const REVISION: &str = #revision;
        #[doc = "The properties that all methods of this API share."]
        pub static API: __gapi::Api = __gapi::Api::new(NAME, VERSION, REVISION, #root_url)
            #service_path
            #batch_path
            #mtls_root_url
            #data_wrapper
            #scopes
            #endpoints
            #patterns;
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
