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
        let (name, deprecated) = (ident(&child.ident), schema::deprecated(child.deprecated));
        quote! {
            #doc
            #deprecated
            #[must_use]
            #[inline]
            pub const fn #name() -> #name::Resource {
                #name::Resource
            }
        }
    });
    let modules = api
        .root
        .resources
        .iter()
        .map(|child| module(api, child, 1, names));
    let top = (!api.root.methods.is_empty()).then(|| top_methods(api, names));
    quote! {
        #(#accessors)*
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
    let constructors = resource
        .methods
        .iter()
        .map(|method| method::constructor(api, method, example, depth, names));
    let accessors = resource.resources.iter().map(|child| {
        let doc = docs::resource(child).attribute();
        let (name, deprecated) = (ident(&child.ident), schema::deprecated(child.deprecated));
        quote! {
            #doc
            #deprecated
            #[must_use]
            #[inline]
            pub const fn #name(self) -> #name::Resource {
                #name::Resource
            }
        }
    });
    let requests = resource
        .methods
        .iter()
        .map(|method| method::request(method, "Resource::", depth, names));
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
            pub struct Resource;
            impl Resource {
                #(#accessors)*
                #(#constructors)*
            }
            #(#requests)*
            #(#children)*
        }
    }
}
