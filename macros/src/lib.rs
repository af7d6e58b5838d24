//! The macros of [gapi](https://docs.rs/gapi): thin front ends over `gapi-codegen`. Use them through package `gapi`, which
//! tells them its own path, so that a renamed dependency works.

mod api;

use proc_macro::TokenStream;

/// Generates modules from Discovery documents: `gapi::api!` without the path of `gapi`.
///
/// The input is that path, a semicolon, and the modules.
#[proc_macro]
pub fn api(input: TokenStream) -> TokenStream {
    api::expand(input.into()).into()
}
