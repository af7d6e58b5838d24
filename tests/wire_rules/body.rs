//! Bodies of requests.

use gapi::Body;
use serde_json::json;

use crate::{
    api::{Create, Settings, Thing, Translate, thing},
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
        .expect("an answer");
    Create::new()
        .body(json!({"name": null, "unknown": [1]}))
        .send(&client)
        .await
        .expect("an answer");
    Create::new()
        .body(Thing::default())
        .send(&client)
        .await
        .expect("an answer");
    let ready = Body::from_json("{\"size\": 1.0}").expect("JSON");
    Create::new()
        .body(ready)
        .send(&client)
        .await
        .expect("an answer");
    let seen = script.seen();
    assert_eq!(
        seen[0].json(),
        json!({"name": "a", "size": "9007199254740993", "settings": {"tier": "é"}})
    );
    assert_eq!(seen[1].json(), json!({"name": null, "unknown": [1]}));
    assert_eq!(seen[2].body, "{}");
    assert_eq!(seen[3].body, "{\"size\": 1.0}");
    assert!(Body::<Thing>::from_json("{").is_err());
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
        .expect("an answer");
    assert_eq!(
        script.only().json(),
        json!({"name": "a", "size": null, "newer": true})
    );
}

#[tokio::test]
async fn the_data_wrapper_is_put_on_and_taken_off() {
    let script = Script::new(|_| script::json(200, r#"{"data": {"name": "b", "size": "2"}}"#));
    let client = script.client();
    let answer = Translate::new()
        .body(thing("a"))
        .send(&client)
        .await
        .expect("an answer");
    assert_eq!((answer.name.as_deref(), answer.size), (Some("b"), Some(2)));
    // What the caller wrapped already is not wrapped again.
    Translate::new()
        .body(json!({"data": {"name": "a"}}))
        .send(&client)
        .await
        .expect("an answer");
    Translate::new().send(&client).await.expect("an answer");
    let seen = script.seen();
    assert_eq!(seen[0].json(), json!({"data": {"name": "a"}}));
    assert_eq!(seen[1].json(), json!({"data": {"name": "a"}}));
    assert_eq!(seen[2].body, "");
    // Raw is raw.
    let raw = Translate::new()
        .send(&client)
        .raw()
        .await
        .expect("an answer");
    assert!(raw.starts_with(b"{\"data\""));
}

#[tokio::test]
async fn an_answer_without_its_wrapper_is_read_too() {
    let script = Script::new(|_| script::json(200, r#"{"name": "b"}"#));
    let answer = Translate::new()
        .send(&script.client())
        .await
        .expect("an answer");
    assert_eq!(answer.name.as_deref(), Some("b"));
    let script = Script::new(|_| script::json(200, r#"{"data": {"size": "x"}}"#));
    let answer = Translate::new().send(&script.client()).await;
    assert_eq!(
        answer.expect("a response").extra.get("size"),
        Some(&json!("x"))
    );
}
