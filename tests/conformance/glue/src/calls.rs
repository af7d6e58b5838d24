//! One function per method.

use gapi_codegen::model::{Api, Method, Parameter, Resource};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::{
    check, ident,
    types::{reached, target, written},
};

/// The functions of an API, and the table that finds them by resource path and method name.
pub(crate) fn of(api: &Api) -> TokenStream {
    let mut calls = Vec::new();
    collect(&api.root, None, &mut calls);
    let names: Vec<_> = (0..calls.len())
        .map(|index| format_ident!("call_{index}"))
        .collect();
    let paths = calls.iter().map(|(method, _)| &method.path_name);
    let ids = calls.iter().map(|(method, _)| &method.id);
    let functions = calls
        .iter()
        .zip(&names)
        .map(|((method, handle), name)| {
            let steps = steps(api, method, handle);
            quote! {
                fn #name(mut call: replay::Arguments<'_>) -> ::std::result::Result<replay::Sending, replay::Fault> {
                    #steps
                }
            }
        });
    let given = calls.iter().flat_map(|(method, _)| {
        let parameters = method.required.iter().chain(&method.optional);
        parameters
            .map(|parameter| &parameter.ty)
            .chain(&method.request)
            .filter_map(target)
    });
    let checks = check::of(api, &reached(api, given));
    quote! {
        #(#functions)*
        #checks
        pub static TABLE: replay::Table = replay::Table::Calls(&[
            #(replay::Entry { path: #paths, id: #ids, call: #names },)*
        ]);
    }
}

/// Every method, with the expression that its function is called on.
fn collect<'a>(
    resource: &'a Resource,
    handle: Option<&TokenStream>,
    calls: &mut Vec<(&'a Method, TokenStream)>,
) {
    for method in &resource.methods {
        let name = ident(&method.ident);
        calls.push((
            method,
            handle.map_or_else(
                || quote!(api::methods::#name),
                |handle| quote!(#handle.#name),
            ),
        ));
    }
    for child in &resource.resources {
        let name = ident(&child.ident);
        let handle = handle.map_or_else(|| quote!(api::#name()), |handle| quote!(#handle.#name()));
        collect(child, Some(&handle), calls);
    }
}

/// Arguments, setters, sending.
fn steps(api: &Api, method: &Method, function: &TokenStream) -> TokenStream {
    let arguments = method.required.iter().map(|parameter| {
        let (read, wire) = (reading(api, parameter), &parameter.wire);
        quote!(call.required(#wire, replay::Arguments::#read)?)
    });
    let body = method.request.as_ref().map(|ty| {
        let ty = written(api, ty);
        quote!(call.body::<#ty>()?)
    });
    let setters = method.optional.iter().map(|parameter| {
        let (read, wire, setter) = (
            reading(api, parameter),
            &parameter.wire,
            ident(&parameter.ident),
        );
        quote! {
            if let ::std::option::Option::Some(value) = call.#read(#wire) {
                request = request.#setter(value);
            }
        }
    });
    let upload = method.upload.as_ref().map(|_| {
        quote! {
            if let ::std::option::Option::Some(media) = call.media()? {
                let mut upload = request.upload(media);
                if call.is_media_alone() {
                    upload = upload.media_only();
                }
                if call.is_resumable() {
                    upload = upload.resumable();
                }
                let (client, options) = call.finish()?;
                return Ok(upload.send(client).options(options).raw());
            }
        }
    });
    let download = method.download.map(|_| {
        quote! {
            if call.is_download() {
                let (client, options) = call.finish()?;
                let download = request.download(client).options(options);
                return Ok(::std::future::IntoFuture::into_future(download));
            }
        }
    });
    quote! {
        let mut request = #function(#(#arguments,)* #body);
        #(#setters)*
        #upload
        #download
        let (client, options) = call.finish()?;
        Ok(request.send(client).options(options).raw())
    }
}

/// The function that reads one value or many.
fn reading(api: &Api, parameter: &Parameter) -> TokenStream {
    let ty = written(api, &parameter.ty);
    if parameter.repeated {
        quote!(many::<#ty>)
    } else {
        quote!(one::<#ty>)
    }
}
