//! All recorded calls at run time, and a sample of them, which has every form of a type, through generated code.

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
    assert!(methods > 20, "a sample of {methods} methods");
    assert!(calls >= methods, "{calls} calls of {methods} methods");
}

#[test]
fn dynamic_requests_are_those_of_the_reference_client() {
    let comparison = gapi_conformance::recorded_at_run_time().expect("the recorded calls");
    assert_eq!(comparison.all, 2616);
    assert!(comparison.wrong.is_empty(), "{comparison}");
    // One name has an escape.
    assert_eq!(comparison.rules.values().sum::<usize>(), 1);
}
