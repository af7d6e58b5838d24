//! Generated modules in a strict library of edition 2021: that it compiles is the test.

#![deny(warnings, unused, clippy::pedantic)]
#![forbid(missing_docs, unsafe_code)]

google::api! {
    /// A whole API, public.
    pub mod sqladmin = "sqladmin:v1";
    // Private, and not one method of it is called.
    mod drive = "drive:v3";
    pub(crate) mod tasks = "../../../discovery-docs/tasks.v1.json" { tasks.{get, insert} };
}

/// A request, as a value that names no client.
pub fn task(id: &str) -> tasks::tasks::Get {
    tasks::tasks().get("@default", id)
}

#[cfg(test)]
mod tests {
    google::api! { mod translate = "translate:v2" { languages.list }; }

    #[test]
    fn requests_are_built() {
        let request = super::task("1").to_http().unwrap();
        assert_eq!(request.uri().path(), "/tasks/v1/lists/%40default/tasks/1");
        assert_eq!(
            translate::languages::List::METHOD,
            "language.languages.list"
        );
    }
}
