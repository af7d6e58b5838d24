//! `#[derive(Fields)]`: parses a struct, and emits its mask and the code that reads it.

mod emit;
mod parse;
#[cfg(test)]
mod tests;

use proc_macro2::TokenStream;

/// Expands one derive. Errors are `compile_error!`s at their locations.
pub(crate) fn expand(tokens: TokenStream) -> TokenStream {
    match parse::Part::parse(tokens) {
        Ok(part) => emit::part(&part),
        Err(error) => error.to_compile_error(),
    }
}
