//! Generated modules in a strict library of edition 2021: that it compiles is the test.

#![deny(warnings, unused, clippy::pedantic)]
#![forbid(missing_docs, unsafe_code)]

google::api! {
    /// A whole API, public.
    pub mod sheets = "sheets:v4";
    // Private, and not one method of it is called.
    mod drive = "drive:v3";
    pub(crate) mod tasks = "../../../discovery-docs/tasks.v1.json" { tasks.{get, insert} };
}

/// A request, as a value that names no client.
pub fn task(id: &str) -> tasks::tasks::Get {
    tasks::tasks().get("@default", id)
}
