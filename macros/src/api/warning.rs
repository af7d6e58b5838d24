//! Warnings: about modules that are too large for a macro, and about errors of documents.

use gapi_codegen::Errors;
use gapi_codegen::invocation::Module;
use proc_macro2::{TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};

/// rust-analyzer drops what a macro makes above 2,097,152 tokens; this leaves room for a document that grows.
const LARGE: usize = 1_500_000;

/// Returns items that make the compiler warn if the module is large.
pub(super) fn of_size(content: &TokenStream, module: &Module) -> TokenStream {
    let tokens = count(content);
    if tokens <= LARGE {
        return TokenStream::new();
    }
    let note = format!(
        "`{}` has {tokens} tokens, which is slow to expand, and IDEs give up above 2097152; select the methods that you call, or \
         generate the module once with `gapi_codegen::Builder` in a build script or with `gapi generate {}`",
        module.header.name,
        module.document.value()
    );
    warning("large_module", &note, module)
}

/// Returns items that make the compiler warn of a document.
pub(super) fn of_document(warnings: &Errors, module: &Module) -> TokenStream {
    warnings
        .iter()
        .map(|note| warning("document", &note.to_string(), module))
        .collect()
}

/// Returns items that make the compiler warn at the module's name.
///
/// A macro cannot warn on stable Rust, but what it makes can use something deprecated. The use has the span of a
/// token of the user, because warnings in what a macro of another crate made are dropped.
fn warning(name: &str, note: &str, module: &Module) -> TokenStream {
    let span = module.header.name.span();
    let conditions = module.header.conditions();
    let item = format_ident!("{name}", span = span);
    let used = quote_spanned!(span=> let _ = #item;);
    quote! {
        #(#conditions)*
        const _: () = {
            #[deprecated(note = #note)]
            #[allow(non_upper_case_globals)]
            const #item: () = ();
            #used
        };
    }
}

/// Returns the number of tokens of a stream. A pair of delimiters counts as one.
fn count(tokens: &TokenStream) -> usize {
    let mut count = 0;
    let mut open = vec![tokens.clone()];
    while let Some(stream) = open.pop() {
        for token in stream {
            count += 1;
            if let TokenTree::Group(group) = token {
                open.push(group.stream());
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::*;

    #[test]
    fn tokens_are_counted_at_all_depths() {
        assert_eq!(
            count(&TokenStream::from_str("a { b ( c, d ) }").unwrap()),
            7
        );
    }
}
