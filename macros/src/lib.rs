//! The macros of [gapi](https://docs.rs/gapi): thin front ends over `gapi-codegen`. Use them through package `gapi`, which
//! passes its own path to them, so that a renamed dependency works.

mod api;
mod body;
mod fields;
mod names;
mod runtime;

use proc_macro::TokenStream;

/// Generates modules from Discovery documents: `gapi::api!` without the path of `gapi`.
///
/// The input is that path, a semicolon, and the modules.
#[proc_macro]
pub fn api(input: TokenStream) -> TokenStream {
    api::expand(input.into()).into()
}

/// Writes a message: `gapi::body!` without the path of `gapi`.
///
/// The input is that path, a semicolon, the message's type, and its properties in braces.
#[proc_macro]
pub fn body(input: TokenStream) -> TokenStream {
    body::expand(input.into()).into()
}

/// Makes a struct hold a part of a response: see the trait `gapi::Fields`.
#[proc_macro_derive(Fields, attributes(fields))]
pub fn fields(input: TokenStream) -> TokenStream {
    fields::expand(input.into()).into()
}
