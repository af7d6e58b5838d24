//! Google Discovery documents in, typed Rust modules out.
//!
//! The phases are modules, one verb each: [`document`] reads a document, [`overrides`] correct it, [`check`] finds
//! what is wrong with it, [`model`] decides every name and type, [`select`] keeps what a selection asks for, [`emit`] prints
//! tokens, [`format`](mod@format) makes text of them. [`generate`] runs them in that order; [`analysis`] ends with the model.
//!
//! ```no_run
//! use gapi_codegen::{Options, Selection, generate, lookup};
//!
//! let located = lookup::document(std::path::Path::new("."), "sqladmin:v1")?;
//! let options = Options::new().selection(Selection::parse(["instances.{list, get}", "operations.*"])?);
//! let generated = generate(&located.source, &options)?;
//! println!("{} methods", generated.statistics.methods);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod analysis;
#[cfg(feature = "format")]
pub mod builder;
pub mod check;
pub mod describe;
pub mod diff;
pub mod document;
pub mod emit;
pub mod error;
#[cfg(feature = "format")]
pub mod format;
pub mod index;
pub mod invocation;
mod json_path;
pub mod lookup;
pub mod model;
pub mod options;
pub mod overrides;
pub mod select;
mod suggest;
pub mod text;

pub use analysis::Analysis;
#[cfg(feature = "format")]
pub use builder::Builder;
pub use document::Document;
pub use error::{Error, Errors};
pub use options::Options;
pub use overrides::Overrides;
use proc_macro2::TokenStream;
pub use select::Selection;

/// A text with the name that errors show for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// `sqladmin.v1.json`
    pub name: String,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// A text and its name.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }
}

/// What [`generate`] made.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Generated {
    /// The model, after selection.
    pub api: model::Api,
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
        format::module_file(self)
    }
}
