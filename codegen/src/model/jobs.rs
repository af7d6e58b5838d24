//! Jobs: resources that one method starts, and that another one polls until their state is final.
//!
//! No rule distinguishes them from other resources that have a state, so the known ones are listed in `jobs.json`, by document and
//! schema, with the final states of their documents. An override can add another schema.

use std::collections::BTreeMap;

use serde::Deserialize as _;
use serde_json::Value;

use super::{Job, TypeDef};
use crate::{Document, Error, Errors, json_path};

/// Returns the jobs of a document, by the name of their schema.
pub(super) fn of(
    document: &Document,
    defs: &[TypeDef],
    errors: &mut Errors,
) -> BTreeMap<String, Job> {
    let mut jobs = known(document);
    // A revision may no longer have the listed properties.
    jobs.retain(|schema, job| lacks(job, schema, defs).is_none());
    for (name, schema) in &document.schemas {
        let Some(stated) = &schema.operation else {
            continue;
        };
        let job = Job::deserialize(stated)
            .map_err(|error| format!("not a job: {error}"))
            .and_then(|job| match lacks(&job, name, defs) {
                Some(property) => Err(format!("the schema has no property `{property}`")),
                None => Ok(job),
            });
        match job {
            Ok(job) => {
                jobs.insert(name.clone(), job);
            }
            Err(message) => errors.push(
                Error::new(json_path::join("schemas", name), message)
                    .help("correct the override of its operation"),
            ),
        }
    }
    jobs
}

fn known(document: &Document) -> BTreeMap<String, Job> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let id = format!("{}:{}", text(&document.name), text(&document.version));
    // The file is part of this crate, and a test reads all of it.
    let mut all: BTreeMap<String, Value> =
        serde_json::from_str(include_str!("jobs.json")).unwrap_or_default();
    let jobs = all.remove(&id).unwrap_or_default();
    BTreeMap::deserialize(jobs).unwrap_or_default()
}

/// Returns a property that the job names and the schema does not have.
fn lacks<'j>(job: &'j Job, schema: &str, defs: &[TypeDef]) -> Option<&'j str> {
    let def = defs
        .iter()
        .find(|def| def.schema.as_deref() == Some(schema));
    let fields = def.map(TypeDef::fields).unwrap_or_default();
    let paths = [&job.state, &job.name].into_iter().chain(&job.error);
    let tops = paths
        .chain(job.parameters.values())
        .filter_map(|path| path.split('.').next());
    let mut lost = tops.filter(|top| !fields.iter().any(|field| field.wire == *top));
    lost.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_jobs_can_be_read() {
        let all: BTreeMap<String, BTreeMap<String, Job>> =
            serde_json::from_str(include_str!("jobs.json")).expect("jobs");
        assert_eq!(all.len(), 9);
        let jobs = all.values().flat_map(BTreeMap::values);
        assert!(jobs.clone().all(|job| !job.succeeded.is_empty()));
        assert!(
            jobs.clone()
                .all(|job| job.parameters.values().any(|path| *path == job.name))
        );
    }
}
