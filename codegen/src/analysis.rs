//! What a document means, as far as somebody wants it: the check, the model and the selection in one step.

use std::collections::BTreeSet;

use crate::error::Subject;
use crate::model::depth::Depth;
use crate::model::{self, Api, Resource};
use crate::{Document, Error, Errors, Selection, check, select};

/// What is wanted of a document.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a> {
    /// All of it: everything that is wrong is an error.
    All,
    /// What a selection asks for: what is wrong elsewhere is a warning.
    Selected(&'a Selection),
    /// What can be had: a method that is wrong is left out, with a warning.
    Sound,
}

/// What a document means.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Analysis {
    /// The model of the part that is wanted.
    pub api: Api,
    /// What is wrong with other parts; places are relative to the document.
    pub warnings: Errors,
    /// How many methods the document has.
    pub methods: usize,
    /// The recursion limit that the crate of the module has to set, where rustc's own is not enough for the depth of its types.
    pub recursion_limit: Option<usize>,
}

/// Analyzes a document.
///
/// # Errors
///
/// Everything that is wrong with what is wanted, and with the document as a whole; places are relative to the document.
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
    let Depth {
        place,
        steps,
        limit,
    } = depth;
    let message = format!(
        "its types are nested to a depth of {steps} steps, which passes rustc's recursion limit"
    );
    Error::new(&**place, message).help(format!(
        "write `#![recursion_limit = \"{limit}\"]` at the top of the crate that has the module"
    ))
}

fn method_of(error: &Error) -> Option<&str> {
    match &error.subject {
        Some(Subject::Method(name)) => Some(name),
        _ => None,
    }
}

/// Keeps the methods for which `keep` holds, by path name.
fn retain(resource: &mut Resource, keep: &dyn Fn(&str) -> bool) {
    resource.methods.retain(|method| keep(&method.path_name));
    for child in &mut resource.resources {
        retain(child, keep);
    }
}
