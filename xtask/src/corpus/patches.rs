//! What each PATCH of the documents makes of a change, and each PUT and POST that takes one or has a mask.

use std::collections::BTreeMap;

use gapi_codegen::model::{Api, MaskOf, Method, Patching, Refusal, TokenIn, Verb};

/// The list of the 610 documents of the reference client. `cargo xtask corpus FOLDER --patches > FILE` makes it.
const KNOWN: &str = include_str!("patches.txt");

/// The lines of one document.
pub(super) fn of(name: &str, api: &Api) -> Vec<String> {
    let mut lines: Vec<String> = api
        .root
        .all_methods()
        .filter(|method| is_listed(method))
        .map(|method| {
            let verb = verb(method.verb);
            format!(
                "{name} {} {verb} {}",
                method.path_name,
                class(&method.patching)
            )
        })
        .collect();
    lines.sort();
    lines
}

fn is_listed(method: &Method) -> bool {
    method.verb == Verb::Patch
        || matches!(
            method.patching,
            Patching::Merge | Patching::Mask { .. } | Patching::Refused(Refusal::Mask)
        )
        // One that is another method's, according to its description.
        || method.optional.iter().any(|parameter| parameter.wire == "updateMask")
}

fn verb(verb: Verb) -> &'static str {
    match verb {
        Verb::Get => "GET",
        Verb::Post => "POST",
        Verb::Put => "PUT",
        Verb::Patch => "PATCH",
        Verb::Delete => "DELETE",
        Verb::Head => "HEAD",
    }
}

fn class(patching: &Patching) -> String {
    let (at, of) = match patching {
        Patching::Merge => return "merge".to_owned(),
        Patching::Refused(refusal) => return refused(*refusal).to_owned(),
        Patching::Mask { at, of } => (at, of),
    };
    let (name, location) = match at {
        TokenIn::Query(name) => (name, "query"),
        TokenIn::Body(name) => (name, "body"),
    };
    let of = match of {
        MaskOf::Body => "the body".to_owned(),
        MaskOf::Property(name) => format!("the property {name}"),
        MaskOf::Entries(name) => format!("the entries of {name}"),
        MaskOf::Names(name) => format!("the names in {name}"),
        MaskOf::Cleared => "what is cleared, and merge".to_owned(),
    };
    format!("mask {name} in the {location}: {of}")
}

fn refused(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Replaces => "refused: replaces",
        Refusal::Acts => "refused: acts",
        Refusal::Mask => "refused: mask of no one object",
        Refusal::Silent => "refused: not described as merging",
        Refusal::NoObject => "refused: body is no object",
        Refusal::NoBody => "refused: no body",
    }
}

/// How the lines of some documents differ from the list that is kept.
pub(super) fn differences(documents: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut known: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in KNOWN.lines() {
        let name = line.split(' ').next().unwrap_or_default();
        known.entry(name).or_default().push(line);
    }
    let mut differences = Vec::new();
    for (name, lines) in documents {
        let known = known.remove(&**name).unwrap_or_default();
        let lost = known
            .iter()
            .filter(|line| !lines.iter().any(|l| l == *line));
        differences.extend(lost.map(|line| format!("- {line}")));
        let new = lines.iter().filter(|line| !known.contains(&line.as_str()));
        differences.extend(new.map(|line| format!("+ {line}")));
    }
    differences
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use gapi_codegen::{Options, Source, generate};

    use super::*;

    /// The list itself is of documents that are not all here.
    #[test]
    fn vendored_documents_patch_as_listed() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../discovery-docs");
        let mut documents = BTreeMap::new();
        for file in crate::workspace::documents(&folder).expect("documents") {
            let name = crate::workspace::stem(&file);
            let text = std::fs::read_to_string(&file).expect("a document");
            let generated =
                generate(&Source::new(&*name, text), &Options::new()).expect("a module");
            documents.insert(name.clone(), of(&name, &generated.api));
        }
        assert!(documents.len() >= 25);
        assert_eq!(differences(&documents), [""; 0]);
    }

    #[test]
    fn masks_of_other_names_and_locations_are_known() {
        let firestore = "mask updateMask.fieldPaths in the query: the entries of fields";
        let appengine = "mask mask in the query: the body";
        for (method, class) in [
            ("firestore.v1 projects.databases.documents.patch", firestore),
            (
                "firestore.v1beta1 projects.databases.documents.patch",
                firestore,
            ),
            ("appengine.v1beta4 apps.patch", appengine),
            ("appengine.v1beta4 apps.modules.patch", appengine),
            ("appengine.v1beta4 apps.modules.versions.patch", appengine),
            ("appengine.v1beta5 apps.patch", appengine),
            ("appengine.v1beta5 apps.services.patch", appengine),
            ("appengine.v1beta5 apps.services.versions.patch", appengine),
            (
                "people.v1 people.updateContact",
                "mask updatePersonFields in the query: the body",
            ),
            (
                "jobs.v2 companies.patch",
                "mask updateCompanyFields in the query: the body",
            ),
            (
                "mybusinessbusinessinformation.v1 locations.updateAttributes",
                "mask attributeMask in the query: the names in attributes",
            ),
            (
                "pubsub.v1 projects.topics.patch",
                "mask updateMask in the body: the property topic",
            ),
            (
                "contentwarehouse.v1 projects.locations.documents.patch",
                "mask updateOptions.updateMask in the body: the property document",
            ),
            (
                "spanner.v1 projects.instances.patch",
                "mask fieldMask in the body: the property instance",
            ),
            (
                "compute.v1 securityPolicies.patch",
                "mask updateMask in the query: what is cleared, and merge",
            ),
            (
                "monitoring.v1 projects.dashboards.patch",
                "refused: replaces",
            ),
            ("sqladmin.v1 instances.patch", "merge"),
        ] {
            let line = format!("{method} PATCH {class}");
            assert!(KNOWN.lines().any(|known| known == line), "{line}");
        }
        let shared = "cloudsearch.v1 settings.searchapplications.update PUT refused: replaces";
        assert!(KNOWN.lines().any(|line| line == shared));
        for put in [
            "bigquery.v2 datasets.update ",
            "sqladmin.v1 instances.update ",
        ] {
            assert!(!KNOWN.lines().any(|line| line.starts_with(put)), "{put}");
        }
    }
}
