//! Prints the model as tokens. Printers never decide: all that they need is a field of the model.
//!
//! Every function is `#[inline]`, so that the crate of a module compiles to machine code what is used of it, and nothing else.

mod api;
mod docs;
mod enums;
mod lints;
mod method;
mod names;
mod resource;
mod schema;
mod table;

use names::Names;
use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Api, Shape, TypeDef};

/// The content of the module. It begins with inner attributes (the lints that generated code may trip in a program
/// that denies them), so it has to stand in a module or a file of its own.
///
/// `runtime` is the path of the runtime crate, such as `::gapi`.
#[must_use]
pub fn module(api: &Api, runtime: &TokenStream) -> TokenStream {
    let names = Names::new(api);
    let lints = lints::allowed();
    let constants = api::constants(api);
    let tree = resource::root(api, &names);
    let types = api.types.iter().map(|def| match &def.shape {
        Shape::Object(fields) => schema::object(def, fields, &names),
        Shape::Enum(variants) => enums::open_enum(def, variants, &names),
        Shape::Alias(target) => schema::alias(def, target, &names),
    });
    let objects = shared(api, &quote!(object), |def| {
        matches!(def.shape, Shape::Object(_))
    });
    let enums = shared(api, &quote!(open_enum), |def| {
        matches!(def.shape, Shape::Enum(_))
    });
    let responses = shared(api, &quote!(from_response), |def| def.is_response);
    let updates = method::updates(api);
    quote! {
        #lints
        use #runtime::generated::v1 as __gapi;
        #constants
        #tree
        #(#types)*
        #objects
        #enums
        #responses
        #updates
    }
}

/// The implementations that are alike for all types of a kind. One call for all is cheaper to compile than one for
/// each.
fn shared(
    api: &Api,
    macro_name: &TokenStream,
    is: impl Fn(&TypeDef) -> bool,
) -> Option<TokenStream> {
    let types: Vec<_> = api
        .types
        .iter()
        .filter(|def| is(def))
        .map(|def| names::ident(&def.ident))
        .collect();
    (!types.is_empty()).then(|| quote!(__gapi::#macro_name!(#(#types)*);))
}

/// The docs of the module, as Markdown.
#[must_use]
pub fn docs(api: &Api) -> String {
    docs::api(api)
}

/// The first sentence of a description, as it stands in the document.
pub(crate) fn first_sentence(description: &str) -> String {
    docs::first_sentence(description)
}

/// When calls of a method are retried, and what makes them so: one line of Markdown.
pub(crate) fn retries(method: &crate::model::Method) -> String {
    docs::retries(method)
}

#[cfg(test)]
mod tests;
