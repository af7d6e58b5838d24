//! From a module as it is written to what the generator is asked.

use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use syn::LitStr;

use super::{Module, What};
use crate::{Error, Errors, Options, Overrides, Selection, Source, lookup};

impl Module {
    /// Reads the files that the module names, relative to the folder of the package's manifest, and calls a generator
    /// ([`crate::generate`], or one that calls it) with what they hold. `read` gets every file that was read, even if there is an error.
    ///
    /// # Errors
    ///
    /// Whatever is wrong with the files, the selection and the overrides, each at the token that it is about.
    pub fn generate<T>(
        &self,
        manifest_dir: &Path,
        read: &mut Vec<PathBuf>,
        generate: impl FnOnce(&Source, Options) -> Result<T, Errors>,
    ) -> Result<T, Vec<syn::Error>> {
        let document = &self.document;
        let located = lookup::document(manifest_dir, &document.value())
            .map_err(|error| vec![at(document, &error)])?;
        read.push(located.path);
        read.extend(located.index);

        let mut options = Options::new();
        let mut corrections = None;
        if let Some(literal) = &self.overrides {
            let located = lookup::overrides(manifest_dir, &literal.value())
                .map_err(|error| vec![at(literal, &error)])?;
            read.push(located.path);
            let overrides =
                Overrides::parse(&located.source).map_err(|errors| all_at(literal, &errors))?;
            options = options.overrides(overrides);
            corrections = Some((literal, located.source.name));
        }
        if let Some(selection) = self.selection()? {
            options = options.selection(selection);
        }
        generate(&located.source, options).map_err(|errors| {
            let place = |error: &Error| match self.pattern(error) {
                Some(tokens) => syn::Error::new_spanned(tokens, error),
                None => match &corrections {
                    Some((literal, name)) if error.place.starts_with(name) => at(literal, error),
                    _ => at(document, error),
                },
            };
            errors.iter().map(place).collect()
        })
    }

    /// The generator's form of the patterns.
    fn selection(&self) -> Result<Option<Selection>, Vec<syn::Error>> {
        let Some(patterns) = &self.selection else {
            return Ok(None);
        };
        let mut selection = Selection::new();
        let mut errors = Vec::new();
        for (index, pattern) in patterns.iter().enumerate() {
            match &pattern.what {
                What::Methods(text) => {
                    if let Err(error) = selection.add(index, text) {
                        errors.push(syn::Error::new_spanned(&pattern.tokens, error));
                    }
                }
                What::Type(name) => selection.add_type(index, name),
            }
        }
        if errors.is_empty() {
            Ok(Some(selection))
        } else {
            Err(errors)
        }
    }

    /// The tokens of the pattern that an error is about.
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
