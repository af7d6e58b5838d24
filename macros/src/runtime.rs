//! The path of the runtime, which the wrappers in package `gapi` put before the input.

use proc_macro2::{Punct, Span, TokenStream, TokenTree};

/// Returns the path of the runtime, which comes before the first semicolon, and the rest of the input.
pub(crate) fn split(
    macro_name: &str,
    tokens: TokenStream,
) -> syn::Result<(TokenStream, TokenStream)> {
    let missing = || {
        let message = format!(
            "call `gapi::{macro_name}!`: this macro wants the path of package `gapi` first"
        );
        syn::Error::new(Span::call_site(), message)
    };
    let mut tokens = tokens.into_iter();
    let mut runtime = TokenStream::new();
    for token in tokens.by_ref() {
        match token {
            TokenTree::Punct(punct) if is(&punct, ';') => return Ok((runtime, tokens.collect())),
            TokenTree::Punct(punct) if !is(&punct, ':') => return Err(missing()),
            TokenTree::Group(_) | TokenTree::Literal(_) => return Err(missing()),
            token => runtime.extend([token]),
        }
    }
    Err(missing())
}

fn is(punct: &Punct, c: char) -> bool {
    punct.as_char() == c
}
