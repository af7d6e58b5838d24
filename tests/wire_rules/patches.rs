//! Partial updates: bodies, masks, and nulls.

use gapi::{Patch, body};
use serde_json::json;

use crate::api::{Patch as PatchThing, Thing, Update};

fn old() -> Thing {
    body!(Thing {
        name: "n", size: 1, password: "CANARY",
        settings: { tier: "a", disk_size_gb: 10 },
        labels: { "keep": "1", "change": "1", "drop": "1" },
    })
}

fn new() -> Thing {
    let mut new = body!(Thing {
        name: "n", size: 2,
        settings: { tier: "b" },
        labels: { "keep": "1", "change": "2", "add": "3" },
    });
    new.extra.insert("newer", json!({"a": 1}));
    new
}

#[test]
fn a_method_without_a_mask_gets_a_merge_patch() {
    let patch = Patch::between(&old(), &new());
    let request = PatchThing::new()
        .set("bucket", "b")
        .set("object", "o")
        .body(&patch);
    let sent = request.to_http().expect("a request");
    let body: serde_json::Value = serde_json::from_slice(sent.body()).expect("JSON");
    assert_eq!(
        body,
        json!({
            "size": "2", "password": null, "settings": {"tier": "b", "diskSizeGb": null},
            "labels": {"change": "2", "add": "3", "drop": null}, "newer": {"a": 1}
        })
    );
    assert_eq!(body, patch.merge_patch());
    assert!(!sent.uri().to_string().contains("updateMask"));
}

#[test]
fn a_method_with_a_mask_gets_it_and_whole_maps() {
    let patch = Patch::between(&old(), &new())
        .keep("name")
        .keep("settings.none")
        .keep("settings.tier");
    let sent = Update::new()
        .set("name", "n")
        .body(&patch)
        .to_http()
        .expect("a request");
    let body: serde_json::Value = serde_json::from_slice(sent.body()).expect("JSON");
    assert_eq!(
        body,
        json!({
            "name": "n", "size": "2", "password": null, "settings": {"tier": "b", "diskSizeGb": null},
            "labels": {"keep": "1", "change": "2", "add": "3"}, "newer": {"a": 1}
        })
    );
    let mask = "labels,newer,password,settings.diskSizeGb,settings.tier,size";
    assert_eq!(patch.mask().as_str(), mask);
    let query = sent.uri().query().expect("a query").to_owned();
    assert!(
        query.contains(&format!("updateMask={}", mask.replace(',', "%2C"))),
        "{query}"
    );

    // What is set by hand holds.
    let sent = Update::new()
        .set("name", "n")
        .body(&patch)
        .set("updateMask", "*")
        .to_http()
        .expect("a request");
    assert!(
        sent.uri()
            .query()
            .is_some_and(|query| query.contains("updateMask=%2A"))
    );
}

#[test]
fn nothing_changed_is_nothing_sent() {
    let patch = Patch::between(&old(), &old());
    assert!(patch.is_empty() && patch.mask().is_empty());
    let sent = Update::new()
        .set("name", "n")
        .body(patch)
        .to_http()
        .expect("a request");
    assert_eq!(sent.body(), "{}");
    assert!(!sent.uri().to_string().contains("updateMask"));
}

#[test]
fn a_whole_that_comes_or_goes_is_one_path() {
    let bare = body!(Thing { name: "n" });
    let full = body!(Thing { name: "n", settings: { tier: "a" }, labels: { "a": "b" } });
    assert_eq!(
        Patch::between(&bare, &full).mask().as_str(),
        "labels,settings"
    );
    let gone = Patch::between(&full, &bare);
    assert_eq!(
        gone.merge_patch(),
        json!({"labels": null, "settings": null})
    );
    assert_eq!(gone.mask().as_str(), "labels,settings");
    // An explicit null counts as a change.
    let mut cleared = full.clone();
    gapi::Object::extra_mut(&mut cleared).null("newer");
    assert_eq!(
        Patch::between(&full, &cleared).merge_patch(),
        json!({"newer": null})
    );
}

#[test]
fn a_patch_shows_names_only() {
    let patch = Patch::between(&Thing::default(), &old());
    let text = format!("{patch:?}");
    assert!(
        text.contains("password") && !text.contains("CANARY"),
        "{text}"
    );
}
