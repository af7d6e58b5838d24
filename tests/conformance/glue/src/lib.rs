//! Prints, from the model of an API, the code that makes its calls from JSON.
//!
//! The code does what a program would do: required parameters are arguments, optional ones are set by their
//! setters, enums and bodies are the generated types. So what it sends shows what the generated code sends.

mod calls;
mod check;
mod responses;
mod sample;
mod text;
mod types;

pub use self::sample::{Methods, excerpt, sample};

use gapi_codegen::{Generated, model::Api};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

/// A generated module, and the name of its document.
#[derive(Debug)]
pub struct Part {
    /// `sqladmin.v1`
    pub document: String,
    /// The module.
    pub generated: Generated,
}

/// A table of all calls, `DOCUMENTS`, and the modules that it needs.
#[must_use]
pub fn calls(parts: &[Part]) -> String {
    program(parts, calls::of)
}

/// A table of all responses, `DOCUMENTS`, and the modules that it needs.
#[must_use]
pub fn responses(parts: &[Part]) -> String {
    program(parts, responses::of)
}

/// `table` gives the items of a module, among them a static `TABLE`.
fn program(parts: &[Part], table: fn(&Api) -> TokenStream) -> String {
    let names: Vec<&String> = parts.iter().map(|part| &part.document).collect();
    let idents: Vec<Ident> = names.iter().map(|name| module(name)).collect();
    let modules = parts.iter().map(|part| &part.generated.tokens);
    let tables = parts.iter().map(|part| table(&part.generated.api));
    text::of(quote! {
        #[allow(missing_docs, unreachable_pub)]
        mod modules {
            #(pub mod #idents { #modules })*
        }
        #[allow(missing_docs, unreachable_pub, deprecated, unused, clippy::all)]
        mod tables {
            #(pub mod #idents {
                use super::super::modules::#idents as api;
                use ::gapi_conformance_replay as replay;
                #tables
            })*
        }
        static DOCUMENTS: &[::gapi_conformance_replay::Document] = &[
            #(::gapi_conformance_replay::Document { name: #names, table: tables::#idents::TABLE },)*
        ];
    })
}

/// `sqladmin_v1` of `sqladmin.v1`.
fn module(document: &str) -> Ident {
    format_ident!(
        "{}",
        document.replace(|c: char| !c.is_ascii_alphanumeric(), "_")
    )
}

/// An identifier of the model, which may be raw.
fn ident(name: &str) -> Ident {
    match name.strip_prefix("r#") {
        Some(name) => Ident::new_raw(name, Span::call_site()),
        None => Ident::new(name, Span::call_site()),
    }
}
