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

/// A part of a response, in a crate that has another name for gapi.
#[derive(google::Fields)]
#[fields(of = calendar::Events)]
pub struct Titles {
    /// The title of a calendar.
    pub summary: Option<String>,
    /// The events.
    pub items: Vec<Title>,
}

/// The same without a schema.
#[derive(google::Fields)]
#[fields(of = Event)]
pub struct Title {
    /// The title of an event.
    pub summary: Option<String>,
}

use calendar::Event;
