//! Source text that is quick to compile.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// Tokens as text, without docs, in short lines: finding a place in a long line, or behind letters that are not
/// ASCII, takes the compiler longer than all else.
pub(crate) fn of(tokens: TokenStream) -> String {
    let mut out = String::new();
    push(tokens, &mut out);
    out
}

fn push(tokens: TokenStream, out: &mut String) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == '#' && is_doc(tokens.peek()) => {
                tokens.next();
            }
            TokenTree::Punct(punct) => {
                out.push(punct.as_char());
                if matches!(punct.as_char(), ';' | ',') {
                    out.push('\n');
                } else if punct.spacing() == Spacing::Alone {
                    out.push(' ');
                }
            }
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Brace => ("{\n", "}\n"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::None => (" ", " "),
                };
                out.push_str(open);
                push(group.stream(), out);
                out.push_str(close);
            }
            word => {
                out.push_str(&word.to_string());
                out.push(' ');
            }
        }
    }
}

/// Whether this is what follows the `#` of an outer doc comment.
fn is_doc(token: Option<&TokenTree>) -> bool {
    let Some(TokenTree::Group(group)) = token else {
        return false;
    };
    let first = group.stream().into_iter().next();
    matches!(first, Some(TokenTree::Ident(name)) if name == "doc")
}

#[cfg(test)]
mod tests {
    use quote::quote;

    #[test]
    fn docs_go_and_the_rest_stays() {
        let tokens = quote! {
            #![allow(unused)]
            #[doc = "Gone \u{e9}"]
            #[must_use]
            pub fn f<'a>(x: &'a str) -> ::std::vec::Vec<u8> { x.len() >= 2 && !x.is_empty(); vec![b'a'] }
        };
        let text = super::of(tokens.clone());
        assert!(!text.contains("Gone"), "{text}");
        assert_eq!(
            text.lines().count(),
            3,
            "a line ends after `{{` and `;`: {text}"
        );
        let again: proc_macro2::TokenStream = text.parse().expect("tokens");
        let without = quote! {
            #![allow(unused)]
            #[must_use]
            pub fn f<'a>(x: &'a str) -> ::std::vec::Vec<u8> { x.len() >= 2 && !x.is_empty(); vec![b'a'] }
        };
        assert_eq!(again.to_string(), without.to_string());
    }
}
