//! From a module as it is written to the generator, and from what that returns to an item.

use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta};

use super::{Header, Module, PatternKind};
use crate::{Error, Errors, Options, Overrides, Selection, Source, lookup};

impl Module {
    /// Reads the files that the module names, relative to the folder of the package's manifest, and calls a generator
    /// ([`crate::generate`], or one that calls it) with what they hold. `read` gets every file that was read, even if there is an error.
    ///
    /// # Errors
    ///
    /// Returns every error of the files, the selection and the overrides, each at its token.
    pub fn generate<T>(
        &self,
        manifest_dir: &Path,
        read: &mut Vec<PathBuf>,
        generate: impl FnOnce(&Source, Options) -> Result<T, Errors>,
    ) -> Result<T, Vec<syn::Error>> {
        let document = &self.document;
        let located = lookup::document(manifest_dir, &document.value())
            .map_err(|error| vec![at(document, &error)])?;
        read.extend(located.files);

        let mut options = Options::new().module(self.header.name.to_string());
        let mut corrections = None;
        if let Some(literal) = &self.overrides {
            let located = lookup::overrides(manifest_dir, &literal.value())
                .map_err(|error| vec![at(literal, &error)])?;
            read.extend(located.files);
            let overrides =
                Overrides::parse(&located.source).map_err(|errors| all_at(literal, &errors))?;
            options = options.overrides(overrides);
            corrections = Some((literal, located.source.name));
        }
        if let Some(selection) = self.selection()? {
            options = options.selection(selection);
        }
        generate(&located.source, options).map_err(|errors| {
            let at_token = |error: &Error| match self.pattern(error) {
                Some(tokens) => syn::Error::new_spanned(tokens, error),
                None => match &corrections {
                    Some((literal, name)) if error.path.starts_with(name) => at(literal, error),
                    _ => at(document, error),
                },
            };
            errors.iter().map(at_token).collect()
        })
    }

    /// Returns the patterns as the generator takes them.
    fn selection(&self) -> Result<Option<Selection>, Vec<syn::Error>> {
        let Some(patterns) = &self.selection else {
            return Ok(None);
        };
        let mut selection = Selection::new();
        let mut errors = Vec::new();
        for (index, pattern) in patterns.iter().enumerate() {
            match &pattern.kind {
                PatternKind::Methods(text) => {
                    if let Err(error) = selection.add(index, text) {
                        errors.push(syn::Error::new_spanned(&pattern.tokens, error));
                    }
                }
                PatternKind::Type(name) => selection.add_type(index, name),
            }
        }
        if errors.is_empty() {
            Ok(Some(selection))
        } else {
            Err(errors)
        }
    }

    /// Returns the tokens of the pattern that an error is about.
    fn pattern(&self, error: &Error) -> Option<&TokenStream> {
        let pattern = self.selection.as_ref()?.get(error.pattern?)?;
        Some(&pattern.tokens)
    }
}

fn at(literal: &LitStr, error: &Error) -> syn::Error {
    syn::Error::new(literal.span(), error)
}

fn all_at(literal: &LitStr, errors: &Errors) -> Vec<syn::Error> {
    errors.iter().map(|error| at(literal, error)).collect()
}

impl Header {
    /// Returns the module as an item: the user's attributes, the generated docs after the user's, and the content.
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
