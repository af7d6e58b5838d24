//! Generated modules in a strict library of edition 2024: that it compiles is the test.

#![deny(warnings, unused, clippy::pedantic)]
#![forbid(missing_docs, unsafe_code)]

google::api! {
    /// A whole API, public.
    pub mod sqladmin = "sqladmin:v1";
    // Private, and not one method of it is called.
    mod people = "people:v1";
}

/// What the build script made.
pub mod generated {
    include!(concat!(env!("OUT_DIR"), "/gapi.rs"));
}
