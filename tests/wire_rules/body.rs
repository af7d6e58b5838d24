//! Bodies of requests.

use std::collections::BTreeMap;

use gapi::{Base64, Body, ErrorKind, auth::Anonymous, value::Bytes};
use serde_json::json;

use crate::{
    api::{Create, POST, Settings, Thing, Translate, thing},
    script::{self, Script},
};

#[tokio::test]
async fn typed_and_raw_bodies() {
    let script = Script::empty();
    let client = script.client();
    let typed = Thing {
        size: Some(9_007_199_254_740_993),
        settings: Some(Settings {
            tier: Some("é".into()),
            ..Settings::default()
        }),
        ..thing("a")
    };
    Create::new()
        .body(&typed)
        .send(&client)
        .await
        .expect("a response");
    Create::new()
        .body(json!({"name": null, "unknown": [1]}))
        .send(&client)
        .await
        .expect("a response");
    Create::new()
        .body(Thing::default())
        .send(&client)
        .await
        .expect("a response");
    let ready = Body::from_json("{\"size\": 1.0}").expect("JSON");
    Create::new()
        .body(ready)
        .send(&client)
        .await
        .expect("a response");
    let recorded = script.recorded();
    assert_eq!(
        recorded[0].json(),
        json!({"name": "a", "size": "9007199254740993", "settings": {"tier": "é"}})
    );
    assert_eq!(recorded[1].json(), json!({"name": null, "unknown": [1]}));
    assert_eq!(recorded[2].body, "{}");
    assert_eq!(recorded[3].body, "{\"size\": 1.0}");
    assert!(Body::<Thing>::from_json("{").is_err());
}

#[tokio::test]
async fn bodies_of_own_types() {
    #[derive(serde::Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Own<'a> {
        name: &'a str,
        labels_of_own: [u8; 2],
    }
    let script = Script::empty();
    let client = script.client();
    let own = Own {
        name: "a",
        labels_of_own: [1, 2],
    };
    let call = Create::new().body(Body::of(&own)).send(&client);
    call.await.expect("a response");
    assert_eq!(script.only().body, r#"{"name":"a","labelsOfOwn":[1,2]}"#);
    // Keys that are no text are in no JSON.
    let keys = BTreeMap::from([((1, 2), 3)]);
    let error = Create::new().body(Body::of(&keys)).send(&client).await;
    let error = error.expect_err("no JSON");
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(
        error
            .to_string()
            .contains("the body cannot be encoded: key must be a string"),
        "{error}"
    );
}

#[tokio::test]
async fn explicit_nulls_and_new_properties_travel() {
    let script = Script::empty();
    let mut patch = thing("a");
    patch.extra.null("size");
    patch.extra.insert("newer", true);
    Create::new()
        .body(patch)
        .send(&script.client())
        .await
        .expect("a response");
    assert_eq!(
        script.only().json(),
        json!({"name": "a", "size": null, "newer": true})
    );
}

#[tokio::test]
async fn the_data_wrapper_is_put_on_and_taken_off() {
    let script = Script::new(|_| script::json(200, r#"{"data": {"name": "b", "size": "2"}}"#));
    let client = script.client();
    let response = Translate::new()
        .body(thing("a"))
        .send(&client)
        .await
        .expect("a response");
    assert_eq!(
        (response.name.as_deref(), response.size),
        (Some("b"), Some(2))
    );
    // What the caller wrapped already is not wrapped again.
    Translate::new()
        .body(json!({"data": {"name": "a"}}))
        .send(&client)
        .await
        .expect("a response");
    Translate::new().send(&client).await.expect("a response");
    let recorded = script.recorded();
    assert_eq!(recorded[0].json(), json!({"data": {"name": "a"}}));
    assert_eq!(recorded[1].json(), json!({"data": {"name": "a"}}));
    assert_eq!(recorded[2].body, "");
    // Raw is raw.
    let raw = Translate::new()
        .send(&client)
        .raw()
        .await
        .expect("a response");
    assert!(raw.starts_with(b"{\"data\""));
}

/// A body with bytes that the two alphabets write otherwise, beside texts that look like them.
fn bytes_call() -> gapi::Call {
    let body = vec![
        BTreeMap::from([("a-b_c".to_owned(), Bytes::from_static(b"\xfb\xff\xfe"))]),
        BTreeMap::from([("plain".to_owned(), Bytes::from_static(b"text"))]),
        BTreeMap::from([("\u{e9}".to_owned(), Bytes::from_static(b"\xff\xef"))]),
    ];
    gapi::Call::new(&POST).with_body(Body::<Vec<_>>::from(body))
}

#[tokio::test]
async fn bytes_are_sent_in_the_alphabet_of_the_client() {
    let url_safe = json!([{"a-b_c": "-__-"}, {"plain": "dGV4dA=="}, {"\u{e9}": "_-8="}]);
    let standard = json!([{"a-b_c": "+//+"}, {"plain": "dGV4dA=="}, {"\u{e9}": "/+8="}]);
    for (alphabet, expected) in [
        (None, &url_safe),
        (Some(Base64::UrlSafe), &url_safe),
        (Some(Base64::Standard), &standard),
    ] {
        let script = Script::new(|_| script::json(200, "{}"));
        let mut builder = script.builder().credentials(Anonymous);
        if let Some(alphabet) = alphabet {
            builder = builder.base64(alphabet);
        }
        let client = builder.build().expect("a client");
        let sending = gapi::PendingCall::<Thing>::new(&client, bytes_call());
        assert_eq!(
            &serde_json::from_slice::<serde_json::Value>(sending.to_http().expect("HTTP").body())
                .expect("JSON"),
            expected
        );
        sending.await.expect("sent");
        assert_eq!(&script.only().json(), expected);
    }
}

#[tokio::test]
async fn a_response_without_its_wrapper_is_read_too() {
    let script = Script::new(|_| script::json(200, r#"{"name": "b"}"#));
    let response = Translate::new()
        .send(&script.client())
        .await
        .expect("a response");
    assert_eq!(response.name.as_deref(), Some("b"));
    let script = Script::new(|_| script::json(200, r#"{"data": {"size": "x"}}"#));
    let response = Translate::new().send(&script.client()).await;
    assert_eq!(
        response.expect("a response").extra.get("size"),
        Some(&json!("x"))
    );
}
