//! Generated modules as they are committed: a change of the generator shows in their difference, and they compile.
//!
//! `EXPECTORATE=overwrite cargo test -p gapi-goldens --test regenerate` writes them anew.

#![cfg(not(feature = "without-modules"))]

pub mod iamcredentials_v1;
pub mod oauth2_v2;
pub mod sqladmin_v1;
pub mod tasks_v1;
pub mod translate_v2;

/// Small documents, one per form that documents have.
pub mod forms {
    pub mod any;
    pub mod arrays;
    pub mod bodies;
    pub mod deprecations;
    pub mod empty;
    pub mod enums;
    pub mod formats;
    pub mod maps;
    pub mod media;
    pub mod names;
    pub mod operations;
    pub mod paging;
    pub mod parameters;
    pub mod recursion;
    pub mod repeating;
    pub mod scalars;
    pub mod scopes;
    pub mod secrets;
    pub mod things;
    pub mod wrapper;
}
