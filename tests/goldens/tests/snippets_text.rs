//! Programs that `gapi show` prints, kept as text. `EXPECTORATE=overwrite` writes what it prints today.
//!
//! `snippets_compile.rs` compiles them.

use std::path::Path;

use gapi_codegen::{Document, describe, lookup, model};

/// One method for each form that a program takes.
const METHODS: [(&str, &str, &str); 12] = [
    ("calendar_events_insert", "calendar:v3", "events.insert"),
    ("drive_files_delete", "drive:v3", "files.delete"),
    ("drive_files_list", "drive:v3", "files.list"),
    (
        "iam_sign_blob",
        "iamcredentials:v1",
        "projects.serviceAccounts.signBlob",
    ),
    ("oauth2_tokeninfo", "oauth2:v2", "tokeninfo"),
    ("people_connections", "people:v1", "people.connections.list"),
    ("pubsub_publish", "pubsub:v1", "projects.topics.publish"),
    (
        "run_services_create",
        "run:v2",
        "projects.locations.services.create",
    ),
    (
        "sheets_values_update",
        "sheets:v4",
        "spreadsheets.values.update",
    ),
    ("sqladmin_insert", "sqladmin:v1", "instances.insert"),
    ("tasks_move", "tasks:v1", "tasks.move"),
    ("youtube_videos_list", "youtube:v3", "videos.list"),
];

#[test]
fn snippets_are_what_they_were() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (file, spec, method) in METHODS {
        let located = lookup::document(here, spec).unwrap();
        let document = Document::read(&located.source, None).unwrap();
        let api = model::lower(&document).unwrap();
        let found = describe::find(&api, method).unwrap();
        let description = describe::method(&api, found, 2);
        let mut text = format!(
            "//! `gapi show {spec} {method}`: the example, and the body with everything that it may hold.\n\n{}",
            description.snippet
        );
        if let Some(body) = description.body {
            text.push_str(&format!(
                "\npub fn body() -> impl Sized {{\n    {}\n}}\n",
                body.rust.replace('\n', "\n    ")
            ));
        }
        expectorate::assert_contents(format!("tests/snippets/{file}.rs"), &text);
    }
}
