//! Tests of the crate, in one binary.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod excerpts;

use crate::Service;

/// Returns a vendored document.
fn document(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../discovery-docs");
    std::fs::read_to_string(format!("{folder}/{name}.json")).unwrap()
}

fn service(name: &str) -> Service {
    Service::from_json(document(name)).unwrap()
}
