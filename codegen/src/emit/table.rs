//! The table of a method, which the runtime reads.

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
    let parameters = list(
        &quote!(with_parameters),
        all.iter().map(|(p, required)| parameter(p, *required)),
    );
    let patterns = list(
        &quote!(with_patterns),
        all.iter().enumerate().filter_map(|(index, (p, _))| {
            let pattern = names.pattern(p.notes.pattern.as_deref()?)?;
            let (index, pattern) = (
                Literal::usize_unsuffixed(index),
                Literal::usize_unsuffixed(pattern),
            );
            Some(quote!((#index, #pattern)))
        }),
    );
    let ranges = list(
        &quote!(with_ranges),
        all.iter().enumerate().filter_map(|(index, (p, _))| {
            let [minimum, maximum] = p.range()?;
            let index = Literal::usize_unsuffixed(index);
            Some(quote!((#index, #minimum, #maximum)))
        }),
    );
    let scopes = list(
        &quote!(with_scopes),
        method.scopes.iter().map(|scope| {
            let scope = names.scope(*scope);
            quote!(#up scope::#scope)
        }),
    );
    let without_response = flag(method.response.is_none(), &quote!(without_response));
    let with_empty_response = flag(
        method.response.is_some() && method.may_be_empty,
        &quote!(with_empty_response),
    );
    let api_version = set(&quote!(with_api_version), method.api_version.as_ref());
    let paging = set(&quote!(with_paging), method.paging.as_ref().map(paging));
    let upload = set(&quote!(with_upload), method.upload.as_ref().map(upload));
    let download = set(&quote!(with_download), method.download.map(download));
    let operation = set(
        &quote!(with_operation),
        method
            .operation
            .as_ref()
            .map(|started| operation(started, depth, names)),
    );
    let idempotent = set(&quote!(with_idempotent), method.idempotent);
    let request_id = flag(method.request_id, &quote!(with_request_id));
    let preconditions = list(
        &quote!(with_preconditions),
        method.preconditions.iter().map(slot),
    );
    let patching = set(&quote!(with_patching), patching(&method.patching));
    quote! {
        pub(crate) static #entry: __gapi::Method =
            __gapi::Method::new(&#up API, __gapi::Verb::#verb, #request::METHOD, #path)
                #parameters
                #patterns
                #ranges
                #scopes
                #without_response
                #with_empty_response
                #api_version
                #paging
                #upload
                #download
                #operation
                #idempotent
                #request_id
                #preconditions
                #patching;
    }
}

/// Returns a call that sets a value, if there is one.
pub(super) fn set(setter: &TokenStream, value: Option<impl ToTokens>) -> Option<TokenStream> {
    value.map(|value| quote!(.#setter(#value)))
}

/// Returns a call that sets a list, if it is not empty.
pub(super) fn list(
    setter: &TokenStream,
    items: impl Iterator<Item = TokenStream>,
) -> Option<TokenStream> {
    let items: Vec<_> = items.collect();
    (!items.is_empty()).then(|| quote!(.#setter(&[#(#items),*])))
}

/// Returns a call that sets a flag.
pub(super) fn flag(is_set: bool, setter: &TokenStream) -> Option<TokenStream> {
    is_set.then(|| quote!(.#setter()))
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

fn patching(patching: &Patching) -> Option<TokenStream> {
    let form = match patching {
        Patching::Refused(_) => return None,
        Patching::Merge => quote!(Merge),
        Patching::Mask { at, of } => {
            let (slot, of) = (slot(at), mask_of(of));
            quote!(Mask(#slot, __gapi::MaskOf::#of))
        }
    };
    Some(quote!(&__gapi::Patching::#form))
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

fn paging(paging: &Paging) -> TokenStream {
    let (token, next) = (slot(&paging.token), &paging.next);
    let size = set(&quote!(with_size), paging.size.as_ref().map(slot));
    let items = set(
        &quote!(with_items),
        paging.items.as_ref().map(|items| &items.wire),
    );
    quote!(__gapi::Paging::new(#token, #next) #size #items)
}

fn upload(upload: &Upload) -> TokenStream {
    let accept = list(
        &quote!(with_accept),
        upload.accept.iter().map(ToTokens::to_token_stream),
    );
    let max_size = set(
        &quote!(with_max_size),
        upload.max_size.map(Literal::u64_unsuffixed),
    );
    let simple = flag(upload.simple, &quote!(with_simple));
    let resumable = flag(upload.resumable, &quote!(with_resumable));
    quote!(__gapi::MediaUpload::new() #accept #max_size #simple #resumable)
}

fn download(download: Download) -> TokenStream {
    let service = download.service;
    quote!(__gapi::MediaDownload::new(#service))
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
            let text = ToTokens::to_token_stream;
            let succeeded = list(&quote!(with_succeeded), succeeded.iter().map(text));
            let failed = list(&quote!(with_failed), failed.iter().map(text));
            let error = set(&quote!(with_error), job.error.as_ref());
            let parameters = list(
                &quote!(with_parameters),
                job.parameters
                    .iter()
                    .map(|(name, path)| quote!((#name, #path))),
            );
            quote!(job(&__gapi::JobShape::new(#state, #name) #succeeded #failed #error #parameters))
        }
    };
    let entry = |method: &Option<String>| {
        let entry = names.entry(method.as_deref()?, depth)?;
        Some(quote!(&#entry))
    };
    let poll = entry(&operation.poll).map(|entry| quote!(.polled_by(#entry)));
    let cancel = entry(&operation.cancel).map(|entry| quote!(.cancelled_by(#entry)));
    quote!(__gapi::Operation::#shape #poll #cancel)
}
