//! `body!`: what is written is what is sent.

use std::collections::BTreeMap;

use gapi::body;
use serde_json::json;

use crate::api::{Settings, Thing};

fn sent<T: gapi::schema::Wire>(value: T) -> serde_json::Value
where
    gapi::Body<T>: From<T>,
{
    let call =
        gapi::Request::into_call(crate::api::Create::new()).with_body(gapi::Body::from(value));
    serde_json::from_slice(call.body().expect("a body")).expect("JSON")
}

#[test]
fn properties_maps_lists_and_nulls() {
    let size = Some(7);
    let key = String::from("b");
    let thing = body!(Thing {
        name: "n",
        size,
        settings: { disk_size_gb: 10_000_000_000, tier: null },
        labels: { "a": "1", (key.clone() + "c"): key, "gone": null },
    });
    assert_eq!(
        sent(thing),
        json!({
            "name": "n", "size": "7", "settings": {"diskSizeGb": "10000000000", "tier": null},
            "labels": {"a": "1", "bc": "b", "gone": null}
        })
    );
}

#[test]
fn values_are_what_the_property_takes() {
    let none: Option<String> = None;
    let text = String::from("t");
    let settings = Settings::default();
    let thing = body!(Thing {
        name: &text,
        size: i64::from(3_u8),
        password: none,
        settings
    });
    assert_eq!(
        sent(thing),
        json!({"name": "t", "size": "3", "settings": {}})
    );
    let labels = BTreeMap::from([(String::from("a"), String::from("b"))]);
    assert_eq!(sent(body!(Thing { labels })), json!({"labels": {"a": "b"}}));
    assert_eq!(sent(body!(Thing {})), json!({}));
    assert_eq!(
        sent(body!(Thing {
            settings: {},
            labels: {}
        })),
        json!({"settings": {}, "labels": {}})
    );
}

#[test]
fn properties_with_names_of_keywords_are_written_unchanged() {
    let json = json!({"settings": {"type": "a"}});
    assert_eq!(sent(body!(Thing { settings: { type: "a" } })), json);
    assert_eq!(sent(body!(Thing { settings: { r#type: "a" } })), json);
    let r#type = "a";
    assert_eq!(sent(body!(Thing { settings: { type } })), json);
    assert_eq!(
        sent(body!(Thing { settings: { type: null } })),
        json!({"settings": {"type": null}})
    );
}

#[test]
fn a_message_is_built_upon_another() {
    let old = body!(Thing { name: "old", settings: { tier: "a", disk_size_gb: 1 } });
    let settings = old.settings.clone();
    let new = body!(Thing { size: 2, settings: { tier: null, ..settings }, ..old.clone() });
    assert_eq!(
        sent(new),
        json!({"name": "old", "size": "2", "settings": {"tier": null, "diskSizeGb": "1"}})
    );
    // What is written replaces what the other had.
    let new = body!(Thing { settings: { tier: "b" }, ..old });
    assert_eq!(sent(new), json!({"name": "old", "settings": {"tier": "b"}}));
}

#[test]
fn what_the_document_does_not_know() {
    let thing = body!(Thing { name: "n", extra: { "brandNew": { "deep": [1, "two", { "three": 3.5 }] }, "gone": null, "on": true } });
    assert_eq!(
        sent(thing),
        json!({"name": "n", "brandNew": {"deep": [1, "two", {"three": 3.5}]}, "gone": null, "on": true})
    );
}

#[test]
fn values_are_converted_without_loss() {
    let (small, many): (u32, usize) = (7, 9);
    let absent: Option<&str> = None;
    let size = || -> Result<i64, std::num::TryFromIntError> {
        Ok(body!(Thing {
            size: many.try_into()?
        })
        .size
        .unwrap_or_default())
    };
    let thing = body!(Thing {
        name: Some("n"),
        password: absent,
        size: small,
        settings: { disk_size_gb: Some(3_u16), tier: "t".into() },
        labels: { "a": String::from("b") },
        extra: { "new": many, "list": [], "empty": {}, "big": 5_000_000_000 },
    });
    assert_eq!(
        sent(thing),
        json!({
            "name": "n", "size": "7", "settings": {"diskSizeGb": "3", "tier": "t"}, "labels": {"a": "b"},
            "new": 9, "list": [], "empty": {}, "big": 5_000_000_000_i64
        })
    );
    assert_eq!(size(), Ok(9));
    // Literals, and variables without a type of their own, have the type of the property.
    let gigabytes = 9_000_000_000;
    let thing = body!(Thing { size: gigabytes, settings: { disk_size_gb: None } });
    assert_eq!(sent(thing), json!({"size": "9000000000", "settings": {}}));
}

#[test]
fn expressions_may_leave_early() {
    fn make(text: &str) -> Result<Thing, std::num::ParseIntError> {
        Ok(
            body!(Thing { size: text.parse::<i64>()?, settings: { disk_size_gb: text.parse::<i64>()? } }),
        )
    }
    assert!(make("x").is_err());
    assert_eq!(make("5").expect("a number").size, Some(5));
}

#[test]
fn lists_hold_messages_and_expressions() {
    let other = body!(Thing { name: "b" });
    let page = body!(crate::api::Page { items: [{ name: "a", labels: { "k": "v" } }, other, {}] });
    assert_eq!(
        sent(page),
        json!({"items": [{"name": "a", "labels": {"k": "v"}}, {"name": "b"}, {}]})
    );
    let items = vec![Thing::default()];
    assert_eq!(
        sent(body!(crate::api::Page { items })),
        json!({"items": [{}]})
    );
}
