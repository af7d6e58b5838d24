//! `body!`: parses a message, and emits the expression that builds it.

mod emit;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

use crate::runtime;

/// Expands one call. Errors are `compile_error!`s at their locations.
pub(crate) fn expand(tokens: TokenStream) -> TokenStream {
    let body = runtime::split("body", tokens)
        .and_then(|(runtime, tokens)| Ok((runtime, syn::parse2::<parse::Body>(tokens)?)));
    match body {
        Ok((runtime, body)) => emit::body(&runtime, &body),
        Err(error) => error.to_compile_error(),
    }
}
