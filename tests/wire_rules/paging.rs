//! Lists in pages.

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    time::Duration,
};

use futures_util::{StreamExt, TryStreamExt};
use gapi::{CallOptions, ErrorKind};
use serde_json::json;

use crate::{
    api::{List, Mapped, Search},
    script::{Script, Step, json as json_step},
};

fn three_pages() -> std::sync::Arc<Script> {
    Script::steps([
        json_step(
            200,
            r#"{"items": [{"name": "a"}, {"name": "b"}], "nextPageToken": "t/1"}"#,
        ),
        // An empty page is no end.
        json_step(200, r#"{"nextPageToken": "t2"}"#),
        json_step(200, r#"{"items": [{"name": "c"}], "nextPageToken": null}"#),
    ])
}

fn targets(script: &Script) -> Vec<String> {
    script
        .recorded()
        .iter()
        .map(|recorded| recorded.target().to_owned())
        .collect()
}

#[tokio::test]
async fn pages_follow_tokens_with_all_parameters() {
    let script = three_pages();
    let request = List::new().all("labels", ["x", "y"]).set("q", "");
    let mut pages = request.pages(&script.client()).page_size(2);
    assert_eq!(pages.resume_token(), None);
    let mut sizes = Vec::new();
    while let Some(page) = pages.try_next().await.expect("a page") {
        sizes.push(page.items.unwrap_or_default().len());
    }
    assert_eq!(sizes, [2, 0, 1]);
    assert!(pages.try_next().await.expect("the end").is_none());
    assert_eq!(
        targets(&script),
        [
            "/v1/things?labels=x&labels=y&q=&maxResults=2&alt=json",
            "/v1/things?labels=x&labels=y&q=&maxResults=2&pageToken=t%2F1&alt=json",
            "/v1/things?labels=x&labels=y&q=&maxResults=2&pageToken=t2&alt=json",
        ]
    );
}

#[tokio::test]
async fn a_list_that_cannot_go_on_does_not_end() {
    for (body, what) in [
        (
            r#"{"items": [{"name": "a"}], "nextPageToken": 7}"#,
            "nextPageToken",
        ),
        (r#"{"items": {"name": "a"}}"#, "items"),
    ] {
        let script = Script::new(move |_| json_step(200, body));
        let error = List::new()
            .items(&script.client())
            .try_collect::<Vec<_>>()
            .await;
        let error = error.expect_err("the list would seem to be whole");
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains(what), "{error}");
    }
    // Entries that are nothing are passed over.
    let body = r#"{"items": [{"name": "a"}, null, {"name": "b"}]}"#;
    let script = Script::new(move |_| json_step(200, body));
    let items = List::new()
        .items(&script.client())
        .try_collect::<Vec<_>>()
        .await;
    assert_eq!(items.expect("two").len(), 2);
}

#[tokio::test]
async fn items_come_one_by_one() {
    let script = three_pages();
    let names = List::new()
        .items(&script.client())
        .try_collect::<Vec<_>>()
        .await
        .expect("all");
    assert_eq!(
        names
            .iter()
            .map(|t| t.name.as_deref().expect("a name"))
            .collect::<Vec<_>>(),
        ["a", "b", "c"]
    );
    // The same as a stream.
    let script = three_pages();
    let stream = List::new().items(&script.client());
    let names: Vec<_> = StreamExt::take(stream, 2)
        .map_ok(|t| t.name)
        .try_collect::<Vec<_>>()
        .await
        .expect("two");
    assert_eq!(names, [Some("a".to_owned()), Some("b".to_owned())]);
    assert_eq!(
        script.recorded().len(),
        1,
        "the second page is not fetched for nothing"
    );
}

#[tokio::test]
async fn collections_of_all_kinds_are_collected() {
    let entries = json!({"items": {"zone-b": {"name": "b"}, "zone-a": {"name": "a"}}}).to_string();
    let script = Script::new(move |_| json_step(200, &entries));
    let pages: VecDeque<_> = List::new()
        .pages(&three_pages().client())
        .try_collect()
        .await
        .expect("all");
    assert_eq!(pages.len(), 3);
    let zones = Mapped::new().items(&script.client());
    let zones: BTreeMap<_, _> = zones.try_collect().await.expect("all");
    assert_eq!(zones["zone-a"].name.as_deref(), Some("a"));
    assert_eq!(zones.keys().collect::<Vec<_>>(), ["zone-a", "zone-b"]);
    let zones = Mapped::new().items(&script.client());
    let zones = zones.try_collect::<HashMap<_, _>>().await.expect("all");
    assert_eq!(zones.len(), 2);
}

#[tokio::test]
async fn maps_give_keys_and_values() {
    let script = Script::steps([
        json_step(
            200,
            r#"{"items": {"zone-b": {"name": "b"}, "zone-a": {"name": "a"}}, "nextPageToken": "t"}"#,
        ),
        json_step(200, r#"{"items": {"zone-c": {}}}"#),
    ]);
    let items = Mapped::new()
        .items(&script.client())
        .try_collect::<Vec<_>>()
        .await
        .expect("all");
    assert_eq!(
        items
            .iter()
            .map(|(key, _)| key.as_str())
            .collect::<Vec<_>>(),
        ["zone-a", "zone-b", "zone-c"]
    );
    let error = Mapped::new()
        .items(&script.client())
        .page_size(3)
        .try_next()
        .await
        .expect_err("no such parameter");
    assert_eq!(error.kind(), ErrorKind::Usage);
}

#[tokio::test]
async fn tokens_in_the_body() {
    let script = Script::steps([
        json_step(200, r#"{"nextPageToken": "t1"}"#),
        json_step(200, "{}"),
        json_step(200, r#"{"nextPageToken": "t1"}"#),
        json_step(200, "{}"),
    ]);
    let client = script.client();
    let request = Search::new().body(json!({"name": "x", "size": "9007199254740993"}));
    assert_eq!(
        request
            .pages(&client)
            .page_size(5)
            .try_collect::<Vec<_>>()
            .await
            .expect("all")
            .len(),
        2
    );
    // There need not be a body.
    assert_eq!(
        Search::new()
            .pages(&client)
            .try_collect::<Vec<_>>()
            .await
            .expect("all")
            .len(),
        2
    );
    let bodies: Vec<_> = script
        .recorded()
        .iter()
        .map(|recorded| recorded.body.clone())
        .collect();
    let parsed =
        |index: usize| serde_json::from_slice::<serde_json::Value>(&bodies[index]).expect("JSON");
    assert_eq!(
        parsed(0),
        json!({"name": "x", "size": "9007199254740993", "pageSize": 5})
    );
    assert_eq!(
        parsed(1),
        json!({"name": "x", "size": "9007199254740993", "pageSize": 5, "pageToken": "t1"})
    );
    assert_eq!(bodies[2], "");
    assert_eq!(parsed(3), json!({"pageToken": "t1"}));
}

#[tokio::test]
async fn a_repeated_token_is_an_error_not_a_loop() {
    let script = Script::new(|_| json_step(200, r#"{"items": [{}], "nextPageToken": "same"}"#));
    let mut pages = List::new().pages(&script.client());
    assert!(pages.try_next().await.expect("the first page").is_some());
    let error = pages.try_next().await.expect_err("the same token again");
    assert_eq!(error.kind(), ErrorKind::Paging);
    assert!(pages.try_next().await.expect("the end").is_none());
    assert_eq!(script.recorded().len(), 2);
    // A longer circle.
    let script = Script::new(|recorded| {
        let next = if recorded.url.contains("pageToken=a") {
            "b"
        } else {
            "a"
        };
        json_step(200, &json!({"nextPageToken": next}).to_string())
    });
    let error = List::new()
        .pages(&script.client())
        .try_collect::<Vec<_>>()
        .await
        .expect_err("a circle");
    assert_eq!(error.kind(), ErrorKind::Paging);
    assert!(script.recorded().len() < 8);
}

#[tokio::test]
async fn after_an_error_the_token_is_where_to_continue() {
    let script = Script::steps([
        json_step(200, r#"{"items": [{"name": "a"}], "nextPageToken": "t1"}"#),
        json_step(500, "{}"),
        json_step(200, r#"{"items": [{"name": "b"}]}"#),
    ]);
    let client = script.client();
    let mut items = List::new().items(&client);
    assert!(items.try_next().await.expect("an item").is_some());
    items.try_next().await.expect_err("a bad day");
    assert!(items.try_next().await.expect("the end").is_none());
    let token = items.resume_token().expect("a token").to_owned();
    let rest = List::new()
        .items(&client)
        .page_token(token)
        .try_collect::<Vec<_>>()
        .await
        .expect("the rest");
    assert_eq!(rest[0].name.as_deref(), Some("b"));
    assert_eq!(
        targets(&script)[1..],
        [
            "/v1/things?pageToken=t1&alt=json",
            "/v1/things?pageToken=t1&alt=json"
        ]
    );
}

#[tokio::test]
async fn the_token_of_items_is_that_of_the_page_at_hand() {
    let script = three_pages();
    let mut items = List::new().items(&script.client()).page_token("t0");
    assert_eq!(items.resume_token(), Some("t0"));
    items.try_next().await.expect("a");
    assert_eq!(
        items.resume_token(),
        Some("t0"),
        "`b` is still to come from there"
    );
    items.try_next().await.expect("b");
    assert_eq!(items.resume_token(), Some("t/1"));
}

#[tokio::test]
async fn a_partial_response_includes_the_token() {
    let script = Script::empty();
    let client = script.client();
    let by_default = client.with_options(CallOptions::new().fields("items(size)"));
    let _ = List::new()
        .pages(&client)
        .fields("items(name)")
        .try_next()
        .await
        .expect("a page");
    let _ = List::new()
        .items(&by_default)
        .try_next()
        .await
        .expect("nothing");
    let _ = List::new()
        .pages(&client)
        .fields("nextPageToken,items")
        .try_next()
        .await
        .expect("a page");
    let _ = List::new()
        .send(&by_default)
        .await
        .expect("one page, as asked");
    assert_eq!(
        targets(&script),
        [
            "/v1/things?fields=items%28name%29%2CnextPageToken&alt=json",
            "/v1/things?fields=items%28size%29%2CnextPageToken&alt=json",
            "/v1/things?fields=nextPageToken%2Citems&alt=json",
            "/v1/things?fields=items%28size%29&alt=json",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_dropped_wait_loses_no_page() {
    let script = Script::new(|recorded| {
        if recorded.url.contains("pageToken") {
            json_step(200, r#"{"items": [{"name": "b"}]}"#)
        } else {
            json_step(200, r#"{"items": [{"name": "a"}], "nextPageToken": "t"}"#)
        }
    });
    let slow = gapi::auth::from_fn(|| async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        Ok(gapi::auth::Token::new("t"))
    });
    let client = script
        .builder()
        .credentials(slow)
        .build()
        .expect("a client");
    let mut pages = List::new().pages(&client);
    assert!(
        tokio::time::timeout(Duration::from_secs(1), pages.next())
            .await
            .is_err()
    );
    let mut names = Vec::new();
    while let Some(page) = pages.try_next().await.expect("a page") {
        names.extend(
            page.items
                .unwrap_or_default()
                .into_iter()
                .filter_map(|t| t.name),
        );
    }
    assert_eq!(names, ["a", "b"]);
    assert_eq!(script.recorded().len(), 2);
}

#[tokio::test]
async fn a_page_that_fails_to_decode_is_reported() {
    let script = Script::steps([json_step(200, r#"{"items": 7}"#)]);
    let error = List::new()
        .items(&script.client())
        .try_next()
        .await
        .expect_err("no list");
    assert_eq!(
        (error.kind(), error.json_path()),
        (ErrorKind::Decode, Some("items"))
    );
    let script = Script::steps([Step::Fail(gapi::transport::TransportErrorKind::Reset)]);
    assert_eq!(
        List::new()
            .pages(&script.client())
            .try_next()
            .await
            .expect_err("reset")
            .kind(),
        ErrorKind::Transport
    );
}

#[tokio::test(start_paused = true)]
async fn the_next_page_is_fetched_ahead_when_asked_for() {
    async fn asked_after_one(ahead: bool) -> usize {
        let script = three_pages();
        let mut pages = List::new().pages(&script.client());
        if ahead {
            pages = pages.prefetch();
        }
        assert!(pages.try_next().await.expect("a page").is_some());
        // What the caller does meanwhile.
        tokio::time::sleep(Duration::from_secs(1)).await;
        let asked = script.recorded().len();
        assert_eq!(pages.resume_token(), Some("t/1"));
        assert_eq!(
            pages.try_collect::<Vec<_>>().await.expect("the rest").len(),
            2
        );
        assert_eq!(script.recorded().len(), 3);
        asked
    }
    assert_eq!(asked_after_one(false).await, 1);
    assert_eq!(asked_after_one(true).await, 2);

    let script = three_pages();
    let all = List::new().items(&script.client()).prefetch();
    assert_eq!(all.try_collect::<Vec<_>>().await.expect("all").len(), 3);

    // A page that cannot be had is reported when it is asked for, and where to continue is known.
    let script = Script::steps([
        json_step(200, r#"{"items": [{"name": "a"}], "nextPageToken": "t1"}"#),
        json_step(403, "{}"),
    ]);
    let mut items = List::new().items(&script.client()).prefetch();
    assert!(items.try_next().await.expect("an item").is_some());
    items.try_next().await.expect_err("a bad day");
    assert_eq!(items.resume_token(), Some("t1"));
    assert!(items.try_next().await.expect("the end").is_none());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_list_fetches_nothing_more() {
    let script = Script::new(|recorded| {
        if recorded.url.contains("pageToken") {
            Step::Hang
        } else {
            json_step(200, r#"{"items": [{}], "nextPageToken": "t"}"#)
        }
    });
    let mut pages = List::new().pages(&script.client()).prefetch();
    assert!(pages.try_next().await.expect("a page").is_some());
    tokio::time::sleep(Duration::from_secs(1)).await;
    let held = std::sync::Arc::strong_count(&script);
    drop(pages);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(
        std::sync::Arc::strong_count(&script) < held,
        "the task is gone"
    );
}

#[test]
fn without_a_runtime_pages_come_all_the_same() {
    let script = three_pages();
    let all = List::new()
        .pages(&script.client())
        .prefetch()
        .try_collect::<Vec<_>>();
    let mut all = std::pin::pin!(all);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let pages = loop {
        if let std::task::Poll::Ready(pages) = all.as_mut().poll(&mut context) {
            break pages.expect("all");
        }
    };
    assert_eq!(pages.len(), 3);
}
