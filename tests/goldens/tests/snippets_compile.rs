//! What `gapi show` prints compiles, and the examples in the docs of modules. `snippets_text.rs` and `regenerate.rs` write the files.

// Nothing is called: there is no server. The files are as `gapi show` prints them.
#![allow(dead_code, deprecated, unreachable_pub)]
#![cfg(not(feature = "without-modules"))]

#[rustfmt::skip]
#[path = "snippets/calendar_events_insert.rs"]
mod calendar_events_insert;
#[rustfmt::skip]
#[path = "snippets/drive_files_delete.rs"]
mod drive_files_delete;
#[rustfmt::skip]
#[path = "snippets/drive_files_list.rs"]
mod drive_files_list;
#[rustfmt::skip]
#[path = "snippets/examples.rs"]
mod examples;
#[rustfmt::skip]
#[path = "snippets/iam_sign_blob.rs"]
mod iam_sign_blob;
#[rustfmt::skip]
#[path = "snippets/oauth2_tokeninfo.rs"]
mod oauth2_tokeninfo;
#[rustfmt::skip]
#[path = "snippets/people_connections.rs"]
mod people_connections;
#[rustfmt::skip]
#[path = "snippets/pubsub_publish.rs"]
mod pubsub_publish;
#[rustfmt::skip]
#[path = "snippets/run_services_create.rs"]
mod run_services_create;
#[rustfmt::skip]
#[path = "snippets/sheets_values_update.rs"]
mod sheets_values_update;
#[rustfmt::skip]
#[path = "snippets/sqladmin_insert.rs"]
mod sqladmin_insert;
#[rustfmt::skip]
#[path = "snippets/tasks_move.rs"]
mod tasks_move;
#[rustfmt::skip]
#[path = "snippets/youtube_videos_list.rs"]
mod youtube_videos_list;

#[test]
fn programs_and_bodies_compile() {
    // A body that is filled in has what it was given.
    let _ = (sqladmin_insert::body(), run_services_create::body());
}
