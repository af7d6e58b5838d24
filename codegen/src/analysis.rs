//! Check, model and selection in one step.

use std::collections::BTreeSet;

use crate::error::Subject;
use crate::model::depth::Depth;
use crate::model::{self, Api, Resource};
use crate::{Document, Error, Errors, Selection, check, select};

/// The part of a document that is wanted.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// All of it: every error counts.
    All,
    /// A selection: errors elsewhere are warnings.
    Selected(&'a Selection),
    /// All methods without errors: the others are left out, with a warning.
    Sound,
}

/// The result of an analysis.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Analysis {
    /// The model of the wanted part.
    pub api: Api,
    /// Errors of other parts. Paths are relative to the document.
    pub warnings: Errors,
    /// The number of methods of the document.
    pub methods: usize,
    /// The recursion limit that the crate of the module has to set, where rustc's default is too small for its types.
    pub recursion_limit: Option<usize>,
}

/// Analyzes a document.
///
/// # Errors
///
/// Returns every error of the wanted part, and of the document as a whole. Paths are relative to the document.
pub fn of(document: &Document, part: Part<'_>) -> Result<Analysis, Errors> {
    let mut errors = check::document(document);
    let (whole, more) = model::lower_all(document);
    errors.extend(more);
    let methods = whole.root.method_count();
    let is_about_all = |error: &Error| error.subject.is_none();
    if matches!(part, Part::All) && !errors.is_empty() || errors.iter().any(is_about_all) {
        return Err(errors);
    }
    let api = match part {
        Part::All => whole,
        Part::Selected(selection) => select::apply(&whole, selection)?,
        Part::Sound => {
            let wrong: BTreeSet<&str> = errors.iter().filter_map(method_of).collect();
            let mut api = whole;
            if !wrong.is_empty() {
                retain(&mut api.root, &|method| !wrong.contains(method));
            }
            return Ok(Analysis {
                api,
                warnings: errors,
                methods,
                recursion_limit: None,
            });
        }
    };
    let (wrong, warnings): (Vec<Error>, Vec<Error>) =
        errors.into_iter().partition(|error| match &error.subject {
            Some(Subject::Method(name)) => api
                .root
                .all_methods()
                .any(|method| method.path_name == *name),
            Some(Subject::Schema(name)) => {
                let name = Some(name.as_str());
                api.types.iter().any(|def| def.schema.as_deref() == name)
            }
            None => true,
        });
    let mut warnings: Errors = warnings.into_iter().collect();
    let depth = model::depth::of(&api);
    warnings.extend(depth.as_ref().map(too_deep));
    wrong.into_iter().collect::<Errors>().or(Analysis {
        api,
        warnings,
        methods,
        recursion_limit: depth.map(|depth| depth.limit),
    })
}

fn too_deep(depth: &Depth) -> Error {
    let Depth { path, steps, limit } = depth;
    let message = format!(
        "its types are nested to a depth of {steps} steps, which passes rustc's recursion limit"
    );
    Error::new(&**path, message).help(format!(
        "write `#![recursion_limit = \"{limit}\"]` at the top of the crate that has the module"
    ))
}

fn method_of(error: &Error) -> Option<&str> {
    match &error.subject {
        Some(Subject::Method(name)) => Some(name),
        _ => None,
    }
}

/// Removes the methods for which `wanted` does not hold, by path name.
fn retain(resource: &mut Resource, wanted: &dyn Fn(&str) -> bool) {
    resource.methods.retain(|method| wanted(&method.path_name));
    for child in &mut resource.resources {
        retain(child, wanted);
    }
}
