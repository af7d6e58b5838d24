//! The changes between two documents, for users of the generated code and of the service.
//!
//! Every change has one of three classes ([`Class`]). It is *breaking* when a program that was written for the old document
//! may no longer compile, or may send or read something with another meaning; *additive* when
//! there is more than before, or when the compiler warns where it did not; *docs-only* when nothing but text changed.
//!
//! Enums are open and structs have `..Default::default()`, so new values, properties, methods and schemas are additive.
//! Deprecation is additive too: the code still compiles, with a warning. What narrows a value (a smaller range, a new
//! pattern, another default) is breaking where requests carry the value, and docs-only where only responses do.
//! [`Rule`] has every reason that a change can have for its class.

mod api;
mod change;
mod comparison;
mod limits;
mod media;
mod methods;
mod pattern;
mod rule;
mod schemas;
mod surface;

pub use change::{Change, Diff, Revision};
pub use rule::{Class, Rule};

use std::collections::BTreeSet;

use change::Changes;
use comparison::{Bases, Comparison};

use crate::analysis::{self, Part};
use crate::model::{self, Api};
use crate::{Document, Errors, Overrides, Source};

/// Compares two documents.
///
/// ```
/// use gapi_codegen::{Source, diff};
///
/// let document = |values: &str| Source::new("a.json", format!(r#"{{
///     "name": "a", "version": "v1", "revision": "1", "rootUrl": "https://a.googleapis.com/",
///     "schemas": {{"Job": {{"id": "Job", "type": "object", "properties": {{
///         "state": {{"type": "string", "enum": [{values}]}}
///     }}}}}}
/// }}"#));
/// let diff = diff::sources(&document(r#""RUN""#), &document(r#""RUN", "STOP""#))?;
/// assert_eq!(diff.class(), Some(diff::Class::Additive));
/// assert_eq!(diff.changes[0].path, "schemas.Job.properties.state.enum");
/// # Ok::<(), gapi_codegen::Errors>(())
/// ```
///
/// # Errors
///
/// Returns the errors of either document, under its name.
pub fn sources(old: &Source, new: &Source) -> Result<Diff, Errors> {
    corrected((old, None), (new, None))
}

/// Compares two documents, each after its overrides have corrected it.
///
/// # Errors
///
/// Returns the errors of either document, and overrides that do not apply.
pub fn corrected(
    old: (&Source, Option<&Overrides>),
    new: (&Source, Option<&Overrides>),
) -> Result<Diff, Errors> {
    let mut warnings = Errors::new();
    let mut open = |(source, overrides): (&Source, Option<&Overrides>)| {
        let document = Document::read(source, overrides)?;
        if let Ok(api) = model::lower(&document) {
            return Ok::<_, Errors>((document, api));
        }
        let within = |errors: Errors| errors.within(&source.name);
        let (document, mended) = Document::open(source, overrides)?;
        let analysis = analysis::of(&document, Part::Sound).map_err(within)?;
        warnings.extend(within(mended));
        warnings.extend(within(analysis.warnings));
        Ok((document, analysis.api))
    };
    let (old, old_api) = open(old)?;
    let (new, new_api) = open(new)?;
    Ok(Diff {
        warnings,
        ..compare(&old, &old_api, &new, &new_api)
    })
}

/// Compares two documents with their models.
#[must_use]
pub fn compare(old: &Document, old_api: &Api, new: &Document, new_api: &Api) -> Diff {
    let mut comparison = Comparison {
        sent: sent(old_api, new_api),
        bases: Bases::of(old_api, new_api),
        changes: Changes::default(),
    };
    comparison.api(old, new);
    comparison.methods(old, old_api, new, new_api);
    comparison.schemas(old, new);
    comparison.surface(old_api, new_api);
    Diff {
        name: new_api.name.clone(),
        version: new_api.version.clone(),
        revision: Revision {
            old: old_api.revision.clone(),
            new: new_api.revision.clone(),
        },
        changes: comparison.changes.sorted(),
        warnings: Errors::new(),
    }
}

/// Returns the schemas that are reached from a request's body.
fn sent(old: &Api, new: &Api) -> BTreeSet<String> {
    let types = old.types.iter().chain(&new.types);
    types
        .filter(|def| def.in_request)
        .filter_map(|def| def.schema.clone())
        .collect()
}
