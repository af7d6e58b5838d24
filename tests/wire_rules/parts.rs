//! `#[derive(Fields)]`: what is asked for, and what is read.

use std::collections::BTreeMap;

use gapi::{ErrorKind, Fields as _};

use crate::{
    api::{Get, List, Mapped, Page, Settings, Thing},
    script::{Script, json},
};

#[derive(Debug, PartialEq, gapi::Fields)]
#[fields(of = Page)]
struct Names {
    items: Vec<Named>,
}

#[derive(Debug, PartialEq, gapi::Fields)]
#[fields(of = Thing)]
struct Named {
    name: String,
    #[fields(default)]
    size: i64,
    settings: Option<Disk>,
    labels: BTreeMap<String, String>,
}

#[derive(Debug, PartialEq, gapi::Fields)]
#[fields(of = Settings)]
struct Disk {
    #[fields(rename = "diskSizeGb")]
    gigabytes: Option<i64>,
    #[fields(skip)]
    visited: bool,
}

/// Without a schema, and without any other derive.
#[derive(gapi::Fields)]
struct Free {
    next_page_token: Option<String>,
    items: Vec<serde_json::Value>,
}

/// A tree, of which no finite mask asks for every level.
#[derive(gapi::Fields)]
struct Tree {
    name: Option<String>,
    children: Vec<Tree>,
}

const NAMED: &str = "(name,size,settings(diskSizeGb),labels)";

#[test]
fn a_mask_names_what_the_type_holds() {
    assert_eq!(Names::mask(), format!("items{NAMED}"));
    assert_eq!(Free::mask(), "nextPageToken,items");
    assert_eq!(Tree::mask(), "name,children(name,children)");
}

#[tokio::test]
async fn a_response_is_requested_and_read_in_part() {
    let script = Script::steps([json(
        200,
        r#"{"kind": "x", "name": "a", "size": "7", "settings": {"diskSizeGb": 3, "tier": [1]}, "password": {"odd": 1}}"#,
    )]);
    let part = Get::new()
        .set("name", "things/a")
        .send(&script.client())
        .select::<Named>()
        .await
        .expect("a part");
    let disk = Disk {
        gigabytes: Some(3),
        visited: false,
    };
    assert_eq!(
        part,
        Named {
            name: "a".into(),
            size: 7,
            settings: Some(disk),
            labels: BTreeMap::new()
        }
    );
    let target = script.only().target().to_owned();
    assert!(
        target.contains("fields=name%2Csize%2Csettings%28diskSizeGb%29%2Clabels"),
        "{target}"
    );
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_named() {
    for (body, path, words) in [
        (
            r#"{"size": "7"}"#,
            "",
            "the property \"name\" is missing, which `Named` needs",
        ),
        (r#"{"name": null}"#, "", "\"name\" is missing"),
        (
            r#"{"name": 7, "size": "1"}"#,
            "name",
            "expected a string, found a number",
        ),
        ("null", "", "\"name\" is missing"),
    ] {
        let script = Script::steps([json(200, body)]);
        let error = Get::new()
            .set("name", "things/a")
            .send(&script.client())
            .select::<Named>()
            .await
            .expect_err(body);
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}: {error}");
        let text = error.to_string();
        assert!(text.contains(words), "{body}: {text}");
        assert_eq!(
            error.json_path().unwrap_or_default(),
            path,
            "{body}: {text}"
        );
    }
}

#[tokio::test]
async fn what_a_type_can_do_without_costs_nothing_but_itself() {
    let body = r#"{"items": [
        {"name": "a", "settings": {"diskSizeGb": "x"}, "labels": {"k": "v", "n": null, "o": 1}},
        null,
        {"name": "b", "settings": [1], "labels": []}
    ]}"#;
    let script = Script::steps([json(200, body), json(200, body)]);
    let page = List::new()
        .send(&script.client())
        .select::<Names>()
        .await
        .expect("a page");
    let items = List::new()
        .items(&script.client())
        .select::<Named>()
        .try_collect::<Vec<_>>()
        .await
        .expect("items");
    assert_eq!(page.items, items);
    assert_eq!((items.len(), items[0].name.as_str()), (2, "a"));
    let disk = items[0].settings.as_ref().expect("settings");
    assert_eq!(disk.gigabytes, None);
    assert_eq!(items[0].labels.keys().collect::<Vec<_>>(), ["k"]);
    assert_eq!((&items[1].settings, items[1].labels.len()), (&None, 0));
}

#[tokio::test]
async fn a_list_in_parts_that_cannot_go_on_does_not_end() {
    for body in [
        r#"{"items": [{"name": "a"}], "nextPageToken": 7}"#,
        r#"{"items": {"name": "a"}}"#,
    ] {
        let script = Script::new(move |_| json(200, body));
        let items = List::new().items(&script.client()).select::<Named>();
        let error = items.try_collect::<Vec<_>>().await.expect_err("no end");
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    }
    let script = Script::new(|_| json(200, r#"{"items": [], "nextPageToken": 7}"#));
    let pages = List::new().pages(&script.client()).select::<Names>();
    let error = pages.try_collect::<Vec<_>>().await.expect_err("no end");
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
}

#[tokio::test]
async fn pages_follow_a_token_that_the_type_does_not_hold() {
    let script = Script::steps([
        json(200, r#"{"nextPageToken": "two", "items": [{"name": "a"}]}"#),
        json(200, r#"{"items": [{"name": "b"}], "nextPageToken": ""}"#),
    ]);
    let pages = List::new()
        .pages(&script.client())
        .select::<Names>()
        .try_collect::<Vec<_>>()
        .await
        .expect("two pages");
    let names: Vec<_> = pages
        .iter()
        .flat_map(|page| &page.items)
        .map(|item| item.name.as_str())
        .collect();
    assert_eq!(names, ["a", "b"]);
    let recorded = script.recorded();
    assert!(
        recorded[0].target().contains("%29%2CnextPageToken"),
        "{}",
        recorded[0].target()
    );
    assert!(
        recorded[1].target().contains("pageToken=two"),
        "{}",
        recorded[1].target()
    );
}

#[tokio::test]
async fn pages_give_the_token_to_a_type_that_holds_it() {
    let script = Script::steps([
        json(200, r#"{"nextPageToken": "two", "items": [1]}"#),
        json(200, "{}"),
    ]);
    let pages = List::new()
        .pages(&script.client())
        .select::<Free>()
        .try_collect::<Vec<_>>()
        .await
        .expect("pages");
    assert_eq!(pages[0].next_page_token.as_deref(), Some("two"));
    assert_eq!(pages[0].items, [1]);
    assert!(pages[1].items.is_empty() && pages[1].next_page_token.is_none());
}

#[tokio::test]
async fn items_are_read_in_part() {
    let script = Script::steps([
        json(
            200,
            r#"{"items": [{"name": "a"}, {"name": "b"}], "nextPageToken": "two"}"#,
        ),
        json(200, r#"{"kind": "no items here"}"#),
    ]);
    let names = List::new()
        .items(&script.client())
        .select::<Named>()
        .try_collect::<Vec<_>>()
        .await
        .expect("items");
    assert_eq!(
        names.iter().map(|named| &*named.name).collect::<Vec<_>>(),
        ["a", "b"]
    );
    let mask = "fields=items%28name%2Csize%2Csettings%28diskSizeGb%29%2Clabels%29%2CnextPageToken";
    assert!(
        script.recorded()[0].target().contains(mask),
        "{}",
        script.recorded()[0].target()
    );
}

#[tokio::test]
async fn entries_of_a_map_are_read_in_part() {
    let script = Script::steps([json(200, r#"{"items": {"x": {"name": "a"}}}"#)]);
    let mut items = Mapped::new()
        .items(&script.client())
        .select::<(String, Named)>();
    let (key, named) = items
        .try_next()
        .await
        .expect("a response")
        .expect("an entry");
    assert_eq!((key.as_str(), named.name.as_str()), ("x", "a"));
    assert!(
        script
            .only()
            .target()
            .contains("fields=items%2F%2A%28name%2C"),
        "{}",
        script.only().target()
    );
}

#[test]
fn a_part_can_be_written() {
    let disk = Disk {
        gigabytes: Some(3),
        visited: true,
    };
    let body: gapi::Body<Disk> = disk.into();
    let request = Get::new().set("name", "x");
    let call = gapi::Request::into_call(request).with_body(body);
    assert_eq!(call.body(), Some(&br#"{"diskSizeGb":"3"}"#[..]));
}
