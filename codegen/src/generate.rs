//! Generates a module from a document: all phases in their order.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{self, Api};
use crate::{Analysis, Document, Errors, Overrides, Selection, Source, analysis, emit};
#[cfg(feature = "format")]
use crate::{Error, format};

/// Options of [`generate`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The selected methods and types; all of them when absent.
    pub selection: Option<Selection>,
    /// The path of the runtime crate, as generated code has to write it: `::gapi`.
    pub runtime: TokenStream,
    /// Corrections of the document.
    pub overrides: Option<Overrides>,
    /// The path of the module in the examples of its docs; the name of the API when absent.
    pub module: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            selection: None,
            runtime: quote!(::gapi),
            overrides: None,
            module: None,
        }
    }
}

impl Options {
    /// Returns options for all of a document and the runtime `::gapi`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the selection.
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

    /// Sets corrections of the document.
    #[must_use]
    pub fn overrides(mut self, overrides: Overrides) -> Self {
        self.overrides = Some(overrides);
        self
    }

    /// Sets the path of the module in the examples of its docs: `google::drive`.
    #[must_use]
    pub fn module(mut self, path: impl Into<String>) -> Self {
        self.module = Some(path.into());
        self
    }
}

/// The result of [`generate`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Generated {
    /// The model, after selection.
    pub api: Api,
    /// The content of the module: no `pub mod`, no docs of the module itself.
    pub tokens: TokenStream,
    /// The docs of the module, as Markdown.
    pub docs: String,
    /// The numbers of methods and schemas.
    pub statistics: Statistics,
    /// Errors and omissions of the document that were corrected or do not affect the selection.
    pub warnings: Errors,
    /// The recursion limit that the crate of the module has to set, where rustc's default is too small for its types.
    pub recursion_limit: Option<usize>,
}

/// How much of a document was generated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statistics {
    /// Methods that were generated.
    pub methods: usize,
    /// Schemas that were generated, without the types that were made from inline parts.
    pub schemas: usize,
    /// Methods of the document.
    pub document_methods: usize,
    /// Schemas of the document.
    pub document_schemas: usize,
}

/// Turns a document into a module.
///
/// # Errors
///
/// Returns every error of the selected part of the document, the selection and the overrides, each with its path.
pub fn generate(source: &Source, options: &Options) -> Result<Generated, Errors> {
    let (document, mut warnings) = Document::open(source, options.overrides.as_ref())?;
    let part = match &options.selection {
        Some(selection) => analysis::Part::Selected(selection),
        None => analysis::Part::All,
    };
    let Analysis {
        api,
        warnings: more,
        methods: document_methods,
        recursion_limit,
    } = analysis::of(&document, part).map_err(|errors| errors.within(&source.name))?;
    warnings.extend(more);
    let statistics = Statistics {
        methods: api.root.method_count(),
        schemas: api.types.iter().filter(|def| def.schema.is_some()).count(),
        document_methods,
        document_schemas: document.schemas.len(),
    };
    let default_module = model::module_name(&api.name);
    let module = options.module.as_deref().unwrap_or(&default_module);
    Ok(Generated {
        tokens: emit::module(&api, &options.runtime, Some(module)),
        docs: emit::module_docs(&api, &source.name),
        warnings: warnings.within(&source.name),
        recursion_limit,
        api,
        statistics,
    })
}

impl Generated {
    /// Returns the module as an item: `pub mod` with its docs.
    #[must_use]
    pub fn to_module(&self, name: &syn::Ident) -> TokenStream {
        let (docs, content) = (&self.docs, &self.tokens);
        quote!(#[doc = #docs] pub mod #name { #content })
    }

    /// Returns the module as the text of a file: a `@generated` line, inner docs, the allowed lints, the content.
    ///
    /// # Errors
    ///
    /// Returns an error if the tokens are not a valid file, which would be a defect of this crate.
    #[cfg(feature = "format")]
    pub fn to_module_file(&self) -> Result<String, Error> {
        format::module_file(&self.api, &self.docs, &self.tokens)
    }
}
