//! Partial updates: bodies, masks, and nulls.

use gapi::{
    Call, ErrorKind, HttpRequest, IntoUpdate, Patch, body,
    discovery::{MaskOf, Method, Parameter, Patching, Slot, Verb},
    schema::UpdateOf,
};
use serde_json::{Value, json};

use crate::api::{API, MapPage, Page, Patch as PatchThing, Replace, Settings, Thing, Update};

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
        .include("name")
        .include("settings.none")
        .include("settings.tier");
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

    // Parameters that the caller set remain.
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
    let patch = Patch::between(&old(), &old()).include("name");
    assert!(patch.is_empty() && patch.mask().is_empty());
    let update = Update::new().set("name", "n").body(&patch);
    let merge = PatchThing::new().set("bucket", "b").set("object", "o");
    for error in [update.to_http(), merge.body(&patch).to_http()] {
        let error = error.expect_err("an empty mask means everything to many services");
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert!(error.to_string().contains("nothing changed"), "{error}");
    }
}

#[test]
fn a_method_that_replaces_takes_no_patch() {
    let patch = Patch::between(&old(), &new());
    let error = Replace::new().set("id", "1").body(&patch).to_http();
    let error = error.expect_err("the rest would be lost");
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(error.to_string().contains("takes no `Patch`"), "{error}");
    // What changed, as plain JSON, is what the caller sets.
    let sent = Replace::new().set("id", "1").body(patch.merge_patch());
    assert!(sent.to_http().is_ok());
}

/// What settings are in.
impl UpdateOf<Thing> for Settings {
    const WITHIN: &'static str = "settings";
}

const PARAMETERS: [Parameter; 2] = [
    Parameter::query("mask"),
    Parameter::query("updateMask.fieldPaths").repeated(),
];

const fn update(patching: &'static Patching) -> Method {
    Method::new(&API, Verb::Patch, "things.change", "v1/things")
        .with_parameters(&PARAMETERS)
        .with_patching(patching)
}

static ENTRIES: Method = update(&Patching::Mask(
    Slot::Query("updateMask.fieldPaths"),
    MaskOf::Entries("labels"),
));
static WITHIN: Method = update(&Patching::Mask(
    Slot::Body("updateMask"),
    MaskOf::Property("settings"),
));
static DEEP: Method = update(&Patching::Mask(
    Slot::Body("options.updateMask"),
    MaskOf::Property("settings"),
));
static NAMES: Method = update(&Patching::Mask(Slot::Query("mask"), MaskOf::Names("items")));
static CLEARED: Method = update(&Patching::Mask(Slot::Query("mask"), MaskOf::Cleared));

fn request<T>(
    method: &'static Method,
    update: impl IntoUpdate<T>,
) -> Result<HttpRequest, gapi::Error> {
    Call::new(method).with_update(update).to_http()
}

/// The query without `alt`, and the body.
fn sent<T>(method: &'static Method, update: impl IntoUpdate<T>) -> (String, Value) {
    let sent = request(method, update).expect("a request");
    let query = sent.uri().query().expect("a query");
    let query = query.trim_end_matches("alt=json").trim_end_matches('&');
    (
        query.to_owned(),
        serde_json::from_slice(sent.body()).expect("JSON"),
    )
}

#[test]
fn entries_of_a_map_are_named_by_their_keys() {
    let old = body!(Thing { labels: { "a": "1", "keep": "precious", "b c": "1", "gone": "1" } });
    let new = body!(Thing { labels: { "a": "5", "keep": "precious", "b c": "2", "x`y": "3" } });
    let patch = Patch::between(&old, &new);
    let mask = ["%60b%20c%60", "%60x%5C%60y%60", "a", "gone"];
    let query: Vec<String> = mask
        .iter()
        .map(|path| format!("updateMask.fieldPaths={path}"))
        .collect();
    assert_eq!(
        sent::<Thing>(&ENTRIES, &patch),
        (
            query.join("&"),
            json!({"labels": {"a": "5", "b c": "2", "x`y": "3"}})
        )
    );
    // The map as a whole.
    let all = Patch::between(&old, &Thing::default());
    let (query, body) = sent::<Thing>(&ENTRIES, all);
    assert_eq!(query.matches("fieldPaths=").count(), 4);
    assert_eq!(body, json!({"labels": {}}));
    // No path of such a mask names anything else.
    let other = Patch::between(
        &old,
        &body!(Thing {
            name: "n",
            ..old.clone()
        }),
    );
    let error = request::<Thing>(&ENTRIES, other).expect_err("no path");
    assert!(error.to_string().contains("`name` changed"), "{error}");
}

#[test]
fn a_mask_in_the_body_names_parts_of_the_resource_beside_it() {
    let (one, two) = (
        body!(Settings {
            tier: "a",
            disk_size_gb: 1
        }),
        body!(Settings { tier: "b" }),
    );
    let body =
        json!({"settings": {"tier": "b", "diskSizeGb": null}, "updateMask": "diskSizeGb,tier"});
    let none = String::new();
    let patch = Patch::between(&one, &two);
    assert_eq!(sent::<Thing>(&WITHIN, &patch), (none.clone(), body.clone()));
    // The same as a change of the whole body, which may have more.
    let (old, new) = (
        body!(Thing {
            name: "n",
            settings: one.clone()
        }),
        body!(Thing {
            name: "m",
            settings: two.clone()
        }),
    );
    let patch = Patch::between(&old, &new);
    let mut named = body;
    named["name"] = json!("m");
    assert_eq!(sent::<Thing>(&WITHIN, &patch), (none.clone(), named));

    let (_, deep) = sent::<Thing>(&DEEP, Patch::between(&one, &two));
    assert_eq!(deep["options"], json!({"updateMask": "diskSizeGb,tier"}));

    // All of it is new.
    let fresh = Patch::between(&Thing::default(), &body!(Thing { settings: two }));
    let body = json!({"settings": {"tier": "b"}, "updateMask": "tier"});
    assert_eq!(sent::<Thing>(&WITHIN, fresh), (none, body));
    // None of it changed, or it is gone.
    let other = Patch::between(
        &old,
        &body!(Thing {
            name: "m",
            ..old.clone()
        }),
    );
    assert!(request::<Thing>(&WITHIN, other).is_err());
    let gone = Patch::between(&old, &body!(Thing { name: "n" }));
    assert!(request::<Thing>(&WITHIN, gone).is_err());
}

#[test]
fn entries_of_a_list_are_named_by_their_names() {
    let old = body!(Page { items: [{ name: "a/1", size: 1 }, { name: "a/2" }, { name: "a/3" }] });
    let new = body!(Page { items: [{ name: "a/1", size: 2 }, { name: "a/3" }, { name: "a/4" }] });
    let (query, body) = sent::<Page>(&NAMES, Patch::between(&old, &new));
    assert_eq!(query, "mask=a%2F1%2Ca%2F2%2Ca%2F4");
    assert_eq!(
        body,
        json!({"items": [{"name": "a/1", "size": "2"}, {"name": "a/4"}]})
    );
    let nameless = body!(Page { items: [{ size: 1 }] });
    let error = request::<Page>(&NAMES, Patch::between(&old, &nameless));
    assert!(error.is_err_and(|error| error.to_string().contains("has no name")));
}

#[test]
fn a_mask_of_what_is_cleared_names_nothing_else() {
    let patch = Patch::between(&old(), &new());
    let (query, body) = sent::<Thing>(&CLEARED, &patch);
    assert_eq!(query, "mask=password%2Csettings.diskSizeGb");
    assert_eq!(
        body,
        json!({
            "size": "2", "settings": {"tier": "b"}, "labels": {"change": "2", "add": "3", "drop": null}, "newer": {"a": 1}
        })
    );
    let (query, _) = sent::<MapPage>(
        &CLEARED,
        Patch::between(
            &MapPage::default(),
            &body!(MapPage {
                next_page_token: "t"
            }),
        ),
    );
    assert_eq!(query, "");
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
    gapi::schema::Object::extra_mut(&mut cleared).null("newer");
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
