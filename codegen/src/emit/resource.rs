//! The tree of resources: modules, and the handles with methods.

use proc_macro2::TokenStream;
use quote::quote;

use super::names::{Names, ROOT_MODULE, ident};
use super::{docs, method, schema};
use crate::example::of_resource;
use crate::model::{Api, Resource};

/// Returns the top resources, and the module of methods without a resource.
pub(super) fn root(api: &Api, names: &Names<'_>) -> TokenStream {
    let accessors = api.root.resources.iter().map(|child| {
        let doc = docs::resource(child).attribute();
        let (name, handle) = (ident(&child.ident), ident(&child.handle));
        let deprecated = schema::deprecated(child.deprecated);
        quote! {
            #doc
            #deprecated
            #[must_use]
            #[inline]
            pub const fn #name() -> #name::#handle {
                #name::#handle
            }
        }
    });
    let modules = api
        .root
        .resources
        .iter()
        .map(|child| module(api, child, 1, names));
    let top = (!api.root.methods.is_empty()).then(|| top_methods(api, names));
    let unselected = api
        .root
        .unselected
        .iter()
        .map(|(resource, _)| ident(resource));
    let unselected =
        (!api.root.unselected.is_empty()).then(|| quote!(__gapi::unselected!(#(#unselected)*);));
    quote! {
        #(#accessors)*
        #unselected
        #top
        #(#modules)*
    }
}

/// Returns the module of methods without a resource, which are its functions.
fn top_methods(api: &Api, names: &Names<'_>) -> TokenStream {
    let module = ident(ROOT_MODULE);
    let example = of_resource(&api.root);
    let constructors = api
        .root
        .methods
        .iter()
        .map(|method| method::function(api, method, example, names));
    let requests = api
        .root
        .methods
        .iter()
        .map(|method| method::request(method, "", 1, names));
    let doc = docs::resource(&api.root)
        .example(example.and_then(|method| names.example(method)))
        .attribute();
    quote! {
        #doc
        pub mod #module {
            use super::__gapi;
            #(#constructors)*
            #(#requests)*
        }
    }
}

/// Returns the module of a resource: its handle, its requests, and the resources in it.
fn module(api: &Api, resource: &Resource, depth: usize, names: &Names<'_>) -> TokenStream {
    let name = ident(&resource.ident);
    let doc = docs::resource_module(resource).attribute();
    let example = of_resource(resource);
    let handle_doc = docs::resource(resource)
        .example(example.and_then(|method| names.example(method)))
        .attribute();
    let deprecated = schema::deprecated(resource.deprecated);
    let handle = ident(&resource.handle);
    let unselected = unselected(resource);
    let constructors = resource
        .methods
        .iter()
        .map(|method| method::constructor(api, method, example, depth, names));
    let accessors = resource.resources.iter().map(|child| {
        let doc = docs::resource(child).attribute();
        let (name, handle) = (ident(&child.ident), ident(&child.handle));
        let deprecated = schema::deprecated(child.deprecated);
        quote! {
            #doc
            #deprecated
            #[must_use]
            #[inline]
            pub const fn #name(self) -> #name::#handle {
                #name::#handle
            }
        }
    });
    let path = format!("{}::", resource.handle);
    let requests = resource
        .methods
        .iter()
        .map(|method| method::request(method, &path, depth, names));
    let children = resource
        .resources
        .iter()
        .map(|child| module(api, child, depth + 1, names));
    quote! {
        #doc
        #deprecated
        pub mod #name {
            use super::__gapi;
            #handle_doc
            #[derive(Clone, Copy, Debug, Default)]
            pub struct #handle;
            impl #handle {
                #(#accessors)*
                #(#constructors)*
            }
            #unselected
            #(#requests)*
            #(#children)*
        }
    }
}

/// Returns the call with which the compiler reports methods and sub-resources that are not selected.
fn unselected(resource: &Resource) -> Option<TokenStream> {
    let handle = ident(&resource.handle);
    let functions = resource.unselected.iter().map(|(function, selected)| {
        let name = selected.trim_end_matches(".*").rsplit('.').next();
        // Also a call by this name, which other languages use, is a method that is not selected.
        let name = name
            .filter(|name| name != function)
            .and_then(|name| syn::parse_str::<syn::Ident>(name).ok());
        let (function, label) = (
            ident(function),
            format!("add `{selected}` to the selection"),
        );
        quote!(#function #name #label,)
    });
    (!resource.unselected.is_empty()).then(|| quote!(__gapi::unselected!(#handle: #(#functions)*);))
}
