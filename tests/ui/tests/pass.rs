//! Valid input: where modules can be, and what can be around them.

#![deny(missing_docs, warnings)]

gapi::api! {
    /// Several modules in one call.
    pub mod tasks = "../../discovery-docs/tasks.v1.json";
    mod translate = "translate:v2" { languages.list, type TranslationsListResponse };
    /** A block comment. */
    #[cfg(test)]
    #[doc(hidden)]
    pub(crate) mod lists = "tasks:v1" { tasklists.{get, list}, };
    #[cfg(not(test))]
    mod lists = "no:document";
}

gapi::api! {}

mod inner {
    gapi::api! {
        pub(super) mod signer = "iamcredentials:v1" { projects.serviceAccounts.signBlob, projects.serviceAccounts.* };
    }
}

mod macros {
    /// A user's own macro around ours.
    macro_rules! both {
        ($($name:ident = $document:literal),*) => { gapi::api! { $(pub mod $name = $document { ** };)* } };
    }
    both!(one = "tasks:v1", two = "translate:v2");
}

#[test]
fn modules_are_where_items_are() {
    gapi::api! { mod local = "tasks:v1" { tasks.get, tasks.move }; }

    assert_eq!(local::tasks::Get::METHOD, "tasks.tasks.get");
    assert_eq!(local::tasks::Move::METHOD, "tasks.tasks.move");
    assert_eq!(tasks::tasks::Get::METHOD, local::tasks::Get::METHOD);
    assert_eq!(lists::tasklists::List::METHOD, "tasks.tasklists.list");
    assert_eq!(macros::one::NAME, "tasks");
    assert_eq!(macros::two::VERSION, "v2");
}

#[test]
fn selected_types_are_there() {
    let response = translate::TranslationsListResponse::default();
    assert_eq!(response.translations, None);
    assert_eq!(translate::NAME, "translate");
    assert_eq!(
        inner::signer::projects::service_accounts::SignBlob::METHOD,
        "iamcredentials.projects.serviceAccounts.signBlob"
    );
}
