//! A library that passes gapi on, with a module of its own.

#![crate_type = "lib"]

pub use gapi;

gapi::api! {
    /// Toys.
    pub mod toys = "toys:v1" { boxes.toys.get };
}
