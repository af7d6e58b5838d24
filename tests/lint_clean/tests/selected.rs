//! Modules of a part of a document, in crates that know gapi by another name.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use gapi_lint_clean_2024::generated::{built, pubsub};

#[test]
fn what_the_build_script_selected_is_there() {
    assert_eq!(
        pubsub::projects::topics::Publish::METHOD,
        "pubsub.projects.topics.publish"
    );
    assert_eq!(pubsub::Snapshot::default().name, None);
    assert_eq!(built::VERSION, "v2");
}

#[test]
fn requests_are_built() {
    let request = gapi_lint_clean_2021::task("1").to_http().unwrap();
    assert_eq!(request.uri().path(), "/tasks/v1/lists/%40default/tasks/1");
}

mod within {
    gapi::api! { mod translate = "translate:v2" { languages.list }; }

    #[test]
    fn a_module_can_be_in_any_other() {
        assert_eq!(
            translate::languages::List::METHOD,
            "language.languages.list"
        );
    }
}
