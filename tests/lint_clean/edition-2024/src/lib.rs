//! Generated modules in a strict library of edition 2024: that it compiles is the test.

#![deny(warnings, unused, clippy::pedantic)]
#![forbid(missing_docs, unsafe_code)]

google::api! {
    /// A whole API, public.
    pub mod calendar = "calendar:v3";
    // Private, and not one method of it is called.
    mod oauth2 = "oauth2:v2";
}

/// What the build script made.
pub mod generated {
    include!(concat!(env!("OUT_DIR"), "/gapi.rs"));
}
