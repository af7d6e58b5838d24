//! The table entry of a method: what the executor reads.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};

use super::names::{Names, ident, up};
use crate::model::{
    Download, Job, Location, MaskOf, Method, Operation, OperationShape, Paging, Parameter,
    Patching, TokenIn, Upload, Verb,
};

pub(super) fn method(method: &Method, depth: usize, names: &Names<'_>) -> TokenStream {
    let (entry, request, path) = (
        ident(&method.static_ident),
        ident(&method.type_ident),
        &method.path,
    );
    let up = up(depth);
    let verb = verb(method.verb);
    let all: Vec<_> = method
        .required
        .iter()
        .map(|p| (p, true))
        .chain(method.optional.iter().map(|p| (p, false)))
        .collect();
    let parameters = (!all.is_empty()).then(|| {
        let parameters = all.iter().map(|(p, required)| parameter(p, *required));
        quote!(parameters: &[#(#parameters),*],)
    });
    let patterns: Vec<_> = all
        .iter()
        .enumerate()
        .filter_map(|(index, (p, _))| {
            let pattern = names.pattern(p.notes.pattern.as_deref()?)?;
            let (index, pattern) = (
                Literal::usize_unsuffixed(index),
                Literal::usize_unsuffixed(pattern),
            );
            Some(quote!((#index, #pattern)))
        })
        .collect();
    let patterns = (!patterns.is_empty()).then(|| quote!(patterns: &[#(#patterns),*],));
    let scopes = (!method.scopes.is_empty()).then(|| {
        let scopes = method.scopes.iter().map(|scope| names.scope(*scope));
        quote!(scopes: &[#(#up scope::#scopes),*],)
    });
    let has_response = method
        .response
        .is_none()
        .then(|| quote!(has_response: false,));
    let may_be_empty =
        (method.response.is_some() && method.may_be_empty).then(|| quote!(may_be_empty: true,));
    let api_version = method
        .api_version
        .as_ref()
        .map(|version| quote!(api_version: Some(#version),));
    let paging = method.paging.as_ref().map(paging);
    let upload = method.upload.as_ref().map(upload);
    let download = method.download.map(download);
    let operation = method
        .operation
        .as_ref()
        .map(|started| operation(started, depth, names));
    let idempotent = method
        .idempotent
        .map(|said| quote!(idempotent: Some(#said),));
    let request_id = method.request_id.then(|| quote!(request_id: true,));
    let preconditions = (!method.preconditions.is_empty()).then(|| {
        let slots = method.preconditions.iter().map(slot);
        quote!(preconditions: &[#(#slots),*],)
    });
    let patching = patching(&method.patching);
    quote! {
        pub(crate) static #entry: __gapi::Method = __gapi::Method {
            id: #request::METHOD,
            path: #path,
            #parameters
            #patterns
            #scopes
            #has_response
            #may_be_empty
            #api_version
            #paging
            #upload
            #download
            #operation
            #idempotent
            #request_id
            #preconditions
            #patching
            ..__gapi::Method::new(&#up API, __gapi::Verb::#verb)
        };
    }
}

fn verb(verb: Verb) -> TokenStream {
    match verb {
        Verb::Get => quote!(Get),
        Verb::Post => quote!(Post),
        Verb::Put => quote!(Put),
        Verb::Patch => quote!(Patch),
        Verb::Delete => quote!(Delete),
        Verb::Head => quote!(Head),
    }
}

fn parameter(parameter: &Parameter, required: bool) -> TokenStream {
    let wire = &parameter.wire;
    let repeated = parameter.repeated.then(|| quote!(.repeated()));
    match parameter.location {
        Location::Path => quote!(__gapi::Parameter::path(#wire) #repeated),
        Location::Query => {
            let required = required.then(|| quote!(.required()));
            quote!(__gapi::Parameter::query(#wire) #repeated #required)
        }
    }
}

fn slot(slot: &TokenIn) -> TokenStream {
    match slot {
        TokenIn::Query(name) => quote!(__gapi::Slot::Query(#name)),
        TokenIn::Body(name) => quote!(__gapi::Slot::Body(#name)),
    }
}

fn paging_slot(slot: &TokenIn) -> TokenStream {
    match slot {
        TokenIn::Query(name) => quote!(__gapi::PagingSlot::query(#name)),
        TokenIn::Body(name) => quote!(__gapi::PagingSlot::body(#name)),
    }
}

fn patching(patching: &Patching) -> Option<TokenStream> {
    let form = match patching {
        Patching::Refused(_) => return None,
        Patching::Merge => quote!(Merge),
        Patching::Mask { at, of } => {
            let (slot, of) = (slot(at), mask_of(of));
            quote!(Mask(#slot, __gapi::MaskOf::#of))
        }
    };
    Some(quote!(patching: Some(&__gapi::Patching::#form),))
}

fn mask_of(of: &MaskOf) -> TokenStream {
    match of {
        MaskOf::Body => quote!(Body),
        MaskOf::Property(name) => quote!(Property(#name)),
        MaskOf::Entries(name) => quote!(Entries(#name)),
        MaskOf::Names(name) => quote!(Names(#name)),
        MaskOf::Cleared => quote!(Cleared),
    }
}

fn option(value: Option<impl ToTokens>) -> TokenStream {
    value.map_or_else(|| quote!(None), |value| quote!(Some(#value)))
}

fn paging(paging: &Paging) -> TokenStream {
    let (token, next) = (paging_slot(&paging.token), &paging.next);
    let size = option(paging.size.as_ref().map(paging_slot));
    let items = option(paging.items.as_ref().map(|items| &items.wire));
    quote! {
        paging: Some(__gapi::Paging { token: #token, next: #next, size: #size, items: #items }),
    }
}

fn upload(upload: &Upload) -> TokenStream {
    let Upload {
        accept,
        simple,
        resumable,
        ..
    } = upload;
    let max_size = option(upload.max_size);
    quote! {
        upload: Some(__gapi::MediaUpload {
            accept: &[#(#accept),*],
            max_size: #max_size,
            simple: #simple,
            resumable: #resumable,
        }),
    }
}

fn download(download: Download) -> TokenStream {
    let service = download.service;
    quote!(download: Some(__gapi::MediaDownload { service: #service }),)
}

fn operation(operation: &Operation, depth: usize, names: &Names<'_>) -> TokenStream {
    let shape = match &operation.shape {
        OperationShape::Aip151 => quote!(aip151()),
        OperationShape::Status => quote!(status()),
        OperationShape::Job(job) => {
            let Job {
                state,
                succeeded,
                failed,
                name,
                ..
            } = job;
            let error = job.error.as_deref().unwrap_or_default();
            let parameters = job
                .parameters
                .iter()
                .map(|(name, path)| quote!((#name, #path)));
            quote!(job(&__gapi::JobShape {
                state: #state,
                succeeded: &[#(#succeeded),*],
                failed: &[#(#failed),*],
                error: #error,
                name: #name,
                parameters: &[#(#parameters),*],
            }))
        }
    };
    let entry = |method: &Option<String>| {
        let entry = names.entry(method.as_deref()?, depth)?;
        Some(quote!(&#entry))
    };
    let poll = entry(&operation.poll).map(|entry| quote!(.polled_by(#entry)));
    let cancel = entry(&operation.cancel).map(|entry| quote!(.cancelled_by(#entry)));
    quote!(operation: Some(__gapi::Operation::#shape #poll #cancel),)
}
