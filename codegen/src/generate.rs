//! Document in, module out: all phases in their order.

use proc_macro2::TokenStream;
use quote::quote;

#[cfg(feature = "format")]
use crate::format;
use crate::model::Api;
use crate::{Analysis, Document, Error, Errors, Overrides, Selection, Source, analysis, emit};

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

/// What [`generate`] made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Generated {
    /// The model, after selection.
    pub api: Api,
    /// The content of the module: no `pub mod`, no docs of the module itself.
    pub tokens: TokenStream,
    /// The docs of the module, as Markdown.
    pub docs: String,
    /// How much was made.
    pub statistics: Statistics,
    /// What the document says wrong, leaves out or says in vain, where something could be made of it all the same.
    pub warnings: Errors,
    /// The recursion limit that the crate of the module has to set, where rustc's own is not enough for the depth of its types.
    pub recursion_limit: Option<usize>,
}

/// How much a document holds and how much of it was kept.
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
/// Everything that is wrong with the document as far as it is asked for, the selection and the overrides, each with its place.
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
    Ok(Generated {
        tokens: emit::module(&api, &options.runtime),
        docs: emit::docs(&api),
        warnings: warnings.within(&source.name),
        recursion_limit,
        api,
        statistics,
    })
}

impl Generated {
    /// The module as the text of a file of its own: a `@generated` line, inner docs, the allowed lints, the content.
    ///
    /// # Errors
    ///
    /// When the tokens are not a valid file, which would be a defect of this crate.
    #[cfg(feature = "format")]
    pub fn to_module_file(&self) -> Result<String, Error> {
        format::module_file(&self.api, &self.docs, &self.tokens)
    }
}
