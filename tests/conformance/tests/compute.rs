//! The recorded calls of Compute, through generated code.

// A quarter of a million generated lines, which the compiler has looked at, and of which nobody would change one for clippy.
#![cfg(not(clippy))]

include!(concat!(env!("OUT_DIR"), "/compute.rs"));

#[test]
fn generated_code_sends_what_the_reference_client_sends() {
    let calls = gapi_conformance::replay(DOCUMENTS).unwrap_or_else(|wrong| panic!("{wrong}"));
    assert!(calls >= 1025, "only {calls} calls are recorded");
}
