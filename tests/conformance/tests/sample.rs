//! A sample of the recorded calls, which has every form of the documents, through generated code.

// Generated lines, which are not changed for clippy.
#![cfg(not(clippy))]

use std::collections::{BTreeMap, BTreeSet};

include!(concat!(env!("OUT_DIR"), "/sample.rs"));

#[test]
fn generated_code_sends_what_the_reference_client_sends() {
    let text = include_str!(concat!(env!("OUT_DIR"), "/sample.json"));
    let sample: BTreeMap<&str, BTreeSet<&str>> = serde_json::from_str(text).expect("the sample");
    let wanted = |document: &str, method: &str| sample[document].contains(method);
    let calls =
        gapi_conformance::replay(DOCUMENTS, wanted).unwrap_or_else(|wrong| panic!("{wrong}"));
    let methods: usize = sample.values().map(BTreeSet::len).sum();
    assert_eq!(sample.len(), 25, "each document is in the sample");
    assert!(calls >= methods, "{calls} calls of {methods} methods");
}
