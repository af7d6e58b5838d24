//! The part of a document that decides about a method gives the table that the whole document gives.

use gapi_codegen::{Document, Source, model};

use super::{document, service};
use crate::tables::Tables;

/// Returns a table without the methods that poll and cancel, whose tables may not be made yet.
fn without_links(table: &str) -> String {
    let links = table.find("poll: ").map(|start| {
        let end = table[start..]
            .find(" }")
            .map_or(table.len(), |end| start + end);
        start..end
    });
    let mut table = table.to_owned();
    if let Some(links) = links {
        table.replace_range(links, "");
    }
    table
}

/// Compares the tables of every `step`th method.
fn compare(name: &str, step: usize) {
    let text = document(name);
    let (document, _) = Document::open(&Source::new(name, text.as_str()), None).unwrap();
    let whole = model::lower(&document).unwrap();
    let service = service(name);
    assert_eq!(service.methods().len(), whole.root.method_count(), "{name}");
    let tables = Tables::default();
    for expected in whole.root.all_methods().step_by(step) {
        let method = service.find(&expected.path_name).unwrap();
        let ours = without_links(&format!("{:?}", method.table()));
        let table = tables.table(&whole, expected);
        assert_eq!(
            ours,
            without_links(&format!("{table:?}")),
            "{name} {}",
            expected.id
        );
        // The methods that poll and cancel have tables of their own.
        let ours = format!("{:?}", method.model().operation);
        assert_eq!(
            ours,
            format!("{:?}", expected.operation),
            "{name} {}",
            expected.id
        );
    }
}

#[test]
fn an_excerpt_decides_as_the_document_does() {
    for (name, step) in [
        ("sqladmin.v1", 1),
        ("drive.v3", 1),
        ("storage.v1", 1),
        ("tasks.v1", 1),
        ("bigquery.v2", 1),
        ("translate.v2", 1),
        ("run.v2", 3),
        ("firestore.v1", 3),
        ("compute.v1", 61),
    ] {
        compare(name, step);
    }
}
