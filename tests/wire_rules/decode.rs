//! What is made of a success.

use gapi::ErrorKind;
use serde_json::{Value, json};

use crate::{
    api::{AnyThing, Create, Delete, Get, Labels, List, Thing},
    script::{Script, json as json_step, response},
};

async fn create(status: u16, body: &'static str) -> Result<Thing, gapi::Error> {
    let script = Script::new(move |_| json_step(status, body));
    Create::new().send(&script.client()).await
}

#[tokio::test]
async fn nothing_is_the_empty_value() {
    for (status, body) in [(204, ""), (200, "null"), (200, " \r\n null\n"), (200, "{}")] {
        assert_eq!(create(status, body).await.expect(body), Thing::default());
    }
    for body in ["", "null", "not json at all", "[1]"] {
        let script = Script::new(move |_| json_step(200, body));
        Delete::new()
            .set("id", "1")
            .send(&script.client())
            .await
            .expect("no answer is declared");
    }
    let script = Script::new(|_| json_step(200, ""));
    assert_eq!(
        AnyThing::new()
            .send(&script.client())
            .await
            .expect("nothing"),
        Value::Null
    );
    assert!(
        Labels::new()
            .send(&script.client())
            .await
            .expect("nothing")
            .is_empty()
    );
}

#[tokio::test]
async fn nothing_where_properties_are_declared_is_not_believed() {
    for body in ["", " \r\n"] {
        let error = create(200, body).await.expect_err("empty");
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(
            error.to_string(),
            "things.create: the server reports with status 200 that the call was carried out, but its response is empty, though the document declares one (Thing)"
        );
        assert_eq!(error.status().map(|s| s.as_u16()), Some(200));
    }
    // Calls of `raw` get the received bytes.
    let script = Script::new(|_| json_step(200, ""));
    let client = script.client();
    let text = Create::new().send(&client).text().await;
    assert_eq!(text.expect("the text"), "");
    let read = Create::new().send(&client).json::<Option<Thing>>().await;
    assert_eq!(read.expect_err("empty").kind(), ErrorKind::Decode);
    // What is safe to repeat is repeated, and nothing else.
    let script = Script::steps([json_step(200, ""), json_step(200, r#"{"name": "a"}"#)]);
    let client = script.retrying().jitter(|| 0.0).build().expect("a client");
    let got = Get::new().set("name", "a").send(&client).await;
    assert_eq!(got.expect("the second one").name.as_deref(), Some("a"));
    let script = Script::steps([json_step(201, "")]);
    let client = script.retrying().build().expect("a client");
    let error = Create::new().send(&client).await.expect_err("one attempt");
    assert!(error.to_string().contains("was carried out"), "{error}");
}

#[tokio::test]
async fn aliases_of_lists_maps_and_anything() {
    let script = Script::new(|_| json_step(200, r#"{"a": "1", "b": 2}"#));
    let labels = Labels::new().send(&script.client()).await.expect("a map");
    assert_eq!(
        labels.into_iter().collect::<Vec<_>>(),
        [("a".to_owned(), 1), ("b".to_owned(), 2)]
    );
    assert_eq!(
        AnyThing::new()
            .send(&script.client())
            .await
            .expect("a value"),
        json!({"a": "1", "b": 2})
    );
}

#[tokio::test]
async fn a_wrong_type_costs_nothing_but_itself() {
    let body = r#"{"items": [{"name": "a"}, null, {"name": "b", "settings": {"tier": "t", "diskSizeGb": "x"}}]}"#;
    let script = Script::new(move |_| json_step(200, body));
    let page = List::new().send(&script.client()).await.expect("a page");
    let items = page.items.as_deref().expect("items");
    let names: Vec<_> = items
        .iter()
        .filter_map(|item| item.name.as_deref())
        .collect();
    assert_eq!(names, ["a", "b"]);
    let settings = items[1].settings.as_ref().expect("settings");
    assert_eq!(settings.tier.as_deref(), Some("t"));
    assert_eq!(settings.extra.get("diskSizeGb"), Some(&json!("x")));
    // Who would rather have an error asks.
    assert_eq!(
        gapi::mismatches(&page),
        [
            ("items[1].settings.diskSizeGb".to_owned(), json!("x")),
            ("items[1]".to_owned(), json!(null)),
        ]
    );
}

#[tokio::test]
async fn a_wrong_type_outside_of_objects_is_reported_with_its_path() {
    let body = r#"{"a": 1, "b": "x"}"#;
    let script = Script::new(move |_| json_step(200, body));
    let error = Labels::new()
        .send(&script.client())
        .await
        .expect_err("no number");
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.json_path(), Some("b"));
    let text = error.to_string();
    assert!(
        text.contains("b: expected a 64-bit integer, found \"x\""),
        "{text}"
    );
    assert_eq!(error.body().expect("the body"), body);
    assert_eq!(error.status().map(|s| s.as_u16()), Some(200));
}

#[tokio::test]
async fn a_list_instead_of_an_object_is_named() {
    let error = create(200, r#"[{"name": "a"}, {"name": "b"}]"#)
        .await
        .expect_err("a list");
    assert_eq!(error.kind(), ErrorKind::Decode);
    let text = error.to_string();
    assert!(
        text.contains("is a list") && text.contains("Vec<Thing>"),
        "{text}"
    );
    let script = Script::new(|_| json_step(200, r#"[{"name": "a", "size": "1"}, {"name": "b"}]"#));
    let things: Vec<Thing> = Create::new()
        .send(&script.client())
        .json()
        .await
        .expect("a list");
    assert_eq!(things[0].size, Some(1));
}

#[tokio::test]
async fn what_is_not_json_is_an_error_and_text_reads_it() {
    let script = Script::new(|_| response(200, &[("content-type", "text/html")], "<p>CANARY</p>"));
    let error = Create::new()
        .send(&script.client())
        .await
        .expect_err("HTML");
    assert_eq!(error.kind(), ErrorKind::Decode);
    let text = error.to_string();
    assert!(
        text.contains("text/html") && text.contains("`raw`") && !text.contains("CANARY"),
        "{text}"
    );
    assert_eq!(
        Create::new()
            .send(&script.client())
            .text()
            .await
            .expect("text"),
        "<p>CANARY</p>"
    );
    for cut in [r#"{"name": "a""#, r#"{"name": "#, "{"] {
        let error = create(200, cut).await.expect_err(cut);
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains("ends in the middle"), "{error}");
    }
    assert!(
        create(200, r#"{"name": "a"} {"#).await.is_err(),
        "something after the value"
    );
}

#[tokio::test]
async fn errors_of_json_name_cause_and_path() {
    for (body, path, text) in [
        (
            "{\"settings\": {\"tier\":\n \"\\ud83d\"}}",
            "settings.tier",
            "settings.tier: the response is not valid JSON: unexpected end of hex escape at line 2, column 9",
        ),
        (
            "{\"newer\": [1, {\"a\": \"\tb\"}]}",
            "newer[1].a",
            "newer[1].a: the response is not valid JSON: control character (\\u0000-\\u001F) found while parsing a string at line 1, column 22",
        ),
        (
            "{\"name\": \"a\"",
            "name",
            "name: the response ends in the middle, after 12 bytes",
        ),
        (
            "{\"settings\": {\"tier\": ",
            "settings.tier",
            "settings.tier: the response ends in the middle, after 22 bytes",
        ),
        (
            "{\"name\": \"a\"}\n{\"name\": \"b\"}\n",
            "",
            "the response is several JSON values, one after another; read them as a stream, with `.stream()`",
        ),
    ] {
        let error = create(200, body).await.expect_err(body);
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(error.to_string(), format!("things.create: {text}"));
        assert_eq!(error.json_path(), Some(path), "{body}");
    }
    let deep = |lists: usize| -> &'static str {
        format!("{{\"newer\": {}{}}}", "[".repeat(lists), "]".repeat(lists)).leak()
    };
    create(200, deep(126)).await.expect("127 levels");
    let error = create(200, deep(127)).await.expect_err("too deep");
    assert!(
        error
            .to_string()
            .contains("nested deeper than the 127 levels"),
        "{error}"
    );
    // The error stays one line of readable length where the path does not.
    let long = format!("{{\"newer\": {{\"{}\": \"\t\"}}}}", "k".repeat(10_000));
    let text = create(200, long.leak())
        .await
        .expect_err("a tab")
        .to_string();
    assert!(
        text.len() < 600 && text.contains("control character"),
        "{text}"
    );
}

#[tokio::test]
async fn a_byte_order_mark_is_passed_over() {
    let thing = create(200, "\u{feff}{\"name\": \"a\"}")
        .await
        .expect("a thing");
    assert_eq!(thing.name.as_deref(), Some("a"));
    // A form feed is no space of JSON.
    assert!(create(200, "{\"name\":\u{c}\"a\"}").await.is_err());
    assert!(create(200, "\u{c}").await.is_err());
}

#[tokio::test]
async fn unknown_properties_survive() {
    let thing = create(200, r#"{"name": "a", "newer": {"x": 1}, "size": null}"#)
        .await
        .expect("a thing");
    assert_eq!(thing.extra.get("newer"), Some(&json!({"x": 1})));
    assert_eq!(thing.size, None);
    assert_eq!(
        serde_json::to_value(&thing).expect("JSON")["newer"],
        json!({"x": 1})
    );
}
