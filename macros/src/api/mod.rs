//! `api!`: from the input to the modules.

mod expand;
mod size;
#[cfg(test)]
mod tests;
mod text;

use std::path::Path;

use gapi_codegen::invocation::Invocation;
use proc_macro2::{Punct, Span, TokenStream, TokenTree};

/// Expands one call. Whatever is wrong, what comes back is valid items and one `compile_error!` per problem.
pub(crate) fn expand(tokens: TokenStream) -> TokenStream {
    // Cargo always sets it. Where something else runs rustc, paths start at the working directory.
    let manifest_dir = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    expand_in(Path::new(&manifest_dir), tokens)
}

/// Expands one call in a package.
fn expand_in(manifest_dir: &Path, tokens: TokenStream) -> TokenStream {
    let _one_at_a_time = text::lock();
    let Some((runtime, tokens)) = split(tokens) else {
        let message = "call `gapi::api!`: this macro wants the path of package `gapi` first";
        return syn::Error::new(Span::call_site(), message).to_compile_error();
    };
    let Invocation { modules, broken } = Invocation::parse(tokens);
    let modules = modules
        .iter()
        .map(|module| expand::module(manifest_dir, &runtime, module));
    modules.chain(broken.iter().map(expand::broken)).collect()
}

/// The path of the runtime, which is what stands before the first semicolon, and the rest of the input.
fn split(tokens: TokenStream) -> Option<(TokenStream, TokenStream)> {
    let mut tokens = tokens.into_iter();
    let mut runtime = TokenStream::new();
    for token in tokens.by_ref() {
        match token {
            TokenTree::Punct(punct) if is(&punct, ';') => return Some((runtime, tokens.collect())),
            TokenTree::Punct(punct) if !is(&punct, ':') => return None,
            TokenTree::Group(_) | TokenTree::Literal(_) => return None,
            token => runtime.extend([token]),
        }
    }
    None
}

fn is(punct: &Punct, c: char) -> bool {
    punct.as_char() == c
}
