//! The part of a document that decides about a method gives the table that the whole document gives.

use gapi_codegen::{Document, Source, model};

use super::{document, service};
use crate::tables::Tables;

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
        let ours = format!("{:?}", method.table());
        let expected = tables.table(&whole, expected);
        // Cells of polls are filled when the poll is made.
        let poll = |text: &str| {
            let start = text.find("poll: ").unwrap_or(text.len());
            text[..start].to_owned()
        };
        assert_eq!(
            poll(&ours),
            poll(&format!("{expected:?}")),
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
