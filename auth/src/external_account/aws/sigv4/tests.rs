//! Signatures against those of botocore, which `auth/tests/recorded/record.py` records.

use std::time::{Duration, SystemTime};

use serde_json::Value;

use super::*;

/// 2015-08-30 12:36:00 UTC, the time of AWS's own test vectors.
const NOW: Duration = Duration::from_secs(1_440_938_160);

#[test]
fn signatures_are_those_of_botocore() {
    let cases: Value = serde_json::from_str(include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/recorded/aws_sigv4.json"
    )))
    .expect("recorded cases");
    let cases = cases.as_array().expect("a list");
    assert!(cases.len() > 10, "{}", cases.len());
    for case in cases {
        let text = |name: &str| case[name].as_str().expect(name);
        let mut keys =
            AwsCredentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
        if let Some(token) = case["token"].as_str() {
            keys = keys.session_token(token);
        }
        let headers: Vec<_> = case["headers"]
            .as_object()
            .expect("headers")
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str().expect("text")))
            .collect();
        let signed = sign(&SigningRequest {
            method: text("method"),
            uri: &text("url").parse().expect("a URL"),
            headers: &headers,
            body: text("body").as_bytes(),
            keys: &keys,
            region: text("region"),
            service: text("service"),
            time: SystemTime::UNIX_EPOCH + NOW,
        })
        .expect("a signature");
        assert_eq!(
            &*signed["Authorization"],
            text("authorization"),
            "{}",
            text("name")
        );
        assert_eq!(&*signed["x-amz-date"], text("date"), "{}", text("name"));
    }
}

#[test]
fn the_secret_is_not_in_what_is_sent() {
    let keys = AwsCredentials::new("AKIDEXAMPLE", "canary-secret").session_token("temporary");
    let uri = Uri::from_static("https://sts.us-east-2.amazonaws.com/");
    let signed = sign(&SigningRequest {
        method: "POST",
        uri: &uri,
        headers: &[],
        body: b"",
        keys: &keys,
        region: "us-east-2",
        service: "sts",
        time: SystemTime::UNIX_EPOCH + NOW,
    })
    .expect("a signature");
    assert!(!format!("{signed:?}").contains("canary"));
    assert!(!format!("{keys:?}").contains("canary"));
}
