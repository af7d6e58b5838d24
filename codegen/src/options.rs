//! What a caller asks for besides the document.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{Overrides, Selection};

/// How to generate.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The methods and types to keep; all of them when absent.
    pub selection: Option<Selection>,
    /// The path of the runtime crate, as generated code has to write it: `::gapi`.
    pub runtime: TokenStream,
    /// Corrections of the document.
    pub overrides: Option<Overrides>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            selection: None,
            runtime: quote!(::gapi),
            overrides: None,
        }
    }
}

impl Options {
    /// Everything in the document, for a runtime that is called `::gapi`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps only what the selection asks for.
    #[must_use]
    pub fn selection(mut self, selection: Selection) -> Self {
        self.selection = Some(selection);
        self
    }

    /// Sets the path of the runtime crate, for a renamed dependency or a macro's `$crate`.
    #[must_use]
    pub fn runtime(mut self, path: TokenStream) -> Self {
        self.runtime = path;
        self
    }

    /// Corrects the document before it is read.
    #[must_use]
    pub fn overrides(mut self, overrides: Overrides) -> Self {
        self.overrides = Some(overrides);
        self
    }
}
