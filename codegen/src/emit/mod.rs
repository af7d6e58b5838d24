//! Prints the model as tokens.

use proc_macro2::TokenStream;

use crate::model::Api;

/// The content of the module.
#[must_use]
pub fn module(api: &Api, runtime: &TokenStream) -> TokenStream {
    let _ = (api, runtime);
    TokenStream::new()
}

/// The docs of the module.
#[must_use]
pub fn docs(api: &Api) -> String {
    api.description.clone()
}
