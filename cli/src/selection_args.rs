//! The options that select what is generated from a document.

use std::path::{Path, PathBuf};

use gapi_codegen::{Generated, Options, Overrides, Selection, Source, generate, lookup};
use proc_macro2::TokenStream;
use quote::ToTokens as _;

use crate::diagnostic::{Exit, Failure, Outcome, all};
use crate::doc_index::here;
use crate::input;
use crate::print::warn;

#[derive(Debug, clap::Args)]
pub(crate) struct SelectionArgs {
    /// Generate only these methods and the types that they need: `instances.list`, `instances.{list,get}`, `instances.*`, `projects.**`
    #[arg(long, value_name = "PATTERN", num_args = 1..)]
    pub(crate) methods: Vec<String>,
    /// Generate these schemas too, whether a method needs them or not
    #[arg(long, value_name = "NAME", num_args = 1..)]
    pub(crate) types: Vec<String>,
    /// Correct the document with an override file; `-` is the standard input stream
    #[arg(long, value_name = "FILE")]
    pub(crate) overrides: Option<PathBuf>,
    /// The path of package gapi in the code
    #[arg(long, value_name = "PATH", default_value = "::gapi", value_parser = runtime)]
    pub(crate) runtime: String,
}

/// Checks a path, and returns it as the user spelled it.
fn runtime(text: &str) -> Result<String, String> {
    match syn::parse_str::<syn::Path>(text) {
        Ok(path)
            if path
                .segments
                .iter()
                .all(|segment| segment.arguments.is_none()) =>
        {
            Ok(text.to_owned())
        }
        _ => Err("expected a path such as ::gapi or crate::google".to_owned()),
    }
}

impl SelectionArgs {
    /// Generates from a document. `module` is the name of the module, if the file that will have it shows that.
    pub(crate) fn generate(&self, source: &Source, module: Option<String>) -> Outcome<Generated> {
        let mut options = Options::new().runtime(self.runtime());
        options.module = module;
        if let Some(path) = &self.overrides {
            options = options.overrides(overrides(path)?);
        }
        if let Some(selection) = self.selection()? {
            options = options.selection(selection);
        }
        let generated = generate(source, &options).map_err(all)?;
        warn(generated.warnings.clone().into_iter().map(Failure::from));
        Ok(generated)
    }

    /// Returns the path of the runtime as tokens.
    pub(crate) fn runtime(&self) -> TokenStream {
        // `runtime` has parsed it before.
        syn::parse_str::<syn::Path>(&self.runtime)
            .map(syn::Path::into_token_stream)
            .unwrap_or_default()
    }

    fn selection(&self) -> Outcome<Option<Selection>> {
        let methods = (!self.methods.is_empty()).then_some(self.methods.as_slice());
        Selection::of(methods, &self.types).map_err(all)
    }

    /// Returns the first of these options that was given. A Rust source file takes none.
    pub(crate) fn given(&self) -> Option<&'static str> {
        [
            ("--methods", !self.methods.is_empty()),
            ("--types", !self.types.is_empty()),
            ("--overrides", self.overrides.is_some()),
        ]
        .into_iter()
        .find_map(|(name, given)| given.then_some(name))
    }
}

/// Reads an override file, whose path is relative to the working directory, or the standard input stream.
pub(crate) fn overrides(path: &Path) -> Outcome<Overrides> {
    let source = if input::is_stdin(path) {
        input::stdin()?
    } else {
        lookup::overrides(&here()?, &path.to_string_lossy())
            .map_err(|error| Failure::from(error).exit(Exit::File))?
            .source
    };
    Overrides::parse(&source).map_err(all)
}
