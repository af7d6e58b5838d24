//! `#[derive(Fields)]`: from a struct to the mask that asks for it and the code that reads it.

mod emit;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

/// Expands one derive. What is wrong is a `compile_error!` at its place.
pub(crate) fn expand(tokens: TokenStream) -> TokenStream {
    match parse::Part::parse(tokens) {
        Ok(part) => emit::part(&part),
        Err(error) => error.to_compile_error(),
    }
}
