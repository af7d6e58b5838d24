//! From what the generator made to an item.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta};

use super::Header;

impl Header {
    /// The module as an item: the user's attributes, our docs after the user's, and the content.
    #[must_use]
    pub fn item(&self, docs: &str, content: &TokenStream) -> TokenStream {
        let Self {
            attributes,
            visibility,
            name,
        } = self;
        let documented = attributes
            .iter()
            .any(|attribute| attribute.path().is_ident("doc"));
        let gap = documented.then(|| quote!(#[doc = ""]));
        let attributes = attributes.iter().map(attribute);
        quote! {
            #(#attributes)*
            #gap
            #[doc = #docs]
            #visibility mod #name { #content }
        }
    }
}

/// An attribute as the user wrote it; a doc comment without the space after its slashes, which ours do not have either, because
/// rustdoc takes the smallest indentation of all lines for that of none.
fn attribute(attribute: &Attribute) -> TokenStream {
    match doc(attribute) {
        Some(text) => {
            let lines: Vec<String> = text
                .value()
                .split('\n')
                .map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned())
                .collect();
            let text = LitStr::new(&lines.join("\n"), text.span());
            quote!(#[doc = #text])
        }
        None => attribute.to_token_stream(),
    }
}

/// The text of a doc comment.
fn doc(attribute: &Attribute) -> Option<&LitStr> {
    match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) => Some(text),
            _ => None,
        },
        _ => None,
    }
}
