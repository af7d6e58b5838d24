//! Responses that arrive element by element, and bodies that are no JSON.

use std::{pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use gapi::{
    ErrorKind, HttpBody,
    transport::{Body, TransportError, TransportErrorKind},
};
use http::Response;
use serde_json::json;

use crate::{
    api::{AnyThing, Create, Get, Thing, Translate},
    script::{Script, Step, json as json_step, response},
};

gapi::api! {
    mod apigee = "apigee:v1" {
        organizations.environments.resourcefiles.{get, create},
        organizations.environments.keystores.aliases.getCertificate,
    };
    mod firestore = "firestore:v1" { projects.databases.documents.runQuery };
    mod drive = "drive:v3" { changes.watch, channels.stop };
    mod admin = "admin:directory_v1" { users.watch };
}

type Piece = Result<&'static str, TransportErrorKind>;

/// A response that arrives in pieces, of this type.
fn pieces(content_type: &str, pieces: Vec<Piece>) -> Step {
    let pieces = pieces.into_iter().map(|piece| match piece {
        Ok(text) => Ok(Bytes::from_static(text.as_bytes())),
        Err(kind) => Err(TransportError::new(kind, "as the test says")),
    });
    body(content_type, Box::pin(stream::iter(pieces)))
}

fn body(
    content_type: &str,
    pieces: Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send + 'static>>,
) -> Step {
    let response = Response::builder().header("content-type", content_type);
    Step::Respond(
        response
            .body(Body::from_stream(pieces, None))
            .expect("a response"),
    )
}

fn list(parts: Vec<Piece>) -> Arc<Script> {
    Script::steps([pieces("application/json", parts)])
}

fn name(thing: &Thing) -> &str {
    thing.name.as_deref().unwrap_or("?")
}

#[tokio::test]
async fn a_list_is_read_element_by_element() {
    let script = list(vec![
        Ok("[{\"name\": \"a\"}\n,"),
        Ok("{\"na"),
        Ok("me\": \"b]\"},\n{\"name\": \"c\"}"),
        Ok("]"),
    ]);
    let stream = Get::new().set("name", "x").send(&script.client()).stream();
    let things = stream.try_collect::<Vec<_>>().await.expect("all");
    assert_eq!(
        things.iter().map(name).collect::<Vec<_>>(),
        ["a", "b]", "c"]
    );
    // With one object, it is a stream of one.
    let script = Script::steps([json_step(200, r#"{"name": "a"}"#)]);
    let mut one = Create::new().send(&script.client()).stream();
    assert_eq!(
        one.try_next().await.expect("one").as_ref().map(name),
        Some("a")
    );
    assert!(one.try_next().await.expect("the end").is_none());
    let events = &[("content-type", "text/event-stream")];
    for nothing in [
        json_step(200, "[]"),
        json_step(204, ""),
        response(200, events, ""),
    ] {
        let script = Script::steps([nothing]);
        let none = Create::new().send(&script.client()).stream();
        assert!(none.try_collect::<Vec<_>>().await.expect("none").is_empty());
    }
    // What is no list is not an empty one.
    for lost in ["", " "] {
        let script = Script::steps([json_step(200, lost)]);
        let lost = Create::new().send(&script.client()).stream();
        let error = lost.try_collect::<Vec<_>>().await.expect_err("nothing");
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    }
    // In the wrapper of an old API.
    let script = Script::steps([json_step(200, r#"{"data": {"name": "a"}}"#)]);
    let one = Translate::new().send(&script.client()).stream();
    assert_eq!(
        name(&one.try_collect::<Vec<_>>().await.expect("one")[0]),
        "a"
    );
}

#[tokio::test]
async fn an_element_is_there_before_the_next_one_comes() {
    let (send, receive) = futures_channel();
    let script = {
        let receive = std::sync::Mutex::new(Some(receive));
        Script::new(move |_| {
            let receive = receive.lock().expect("lock").take().expect("one request");
            body("application/json", receive)
        })
    };
    let mut stream = Get::new().set("name", "x").send(&script.client()).stream();
    send(Some("[{\"name\": \"a\"}"));
    assert_eq!(
        stream.try_next().await.expect("a").as_ref().map(name),
        Some("a")
    );
    assert!(
        tokio::time::timeout(Duration::from_millis(20), stream.next())
            .await
            .is_err()
    );
    // The dropped wait has lost nothing.
    send(Some(", {\"name\": \"b\"}]"));
    assert_eq!(
        stream.try_next().await.expect("b").as_ref().map(name),
        Some("b")
    );
    send(None);
    assert!(stream.try_next().await.expect("the end").is_none());
}

type Sender = Box<dyn Fn(Option<&'static str>)>;
type Receiver = Pin<Box<dyn Stream<Item = Result<Bytes, TransportError>> + Send>>;

fn futures_channel() -> (Sender, Receiver) {
    let (send, receive) = tokio::sync::mpsc::unbounded_channel::<Option<&'static str>>();
    let pieces = stream::unfold(receive, |mut receive| async {
        let text = receive.recv().await.flatten()?;
        Some((Ok(Bytes::from_static(text.as_bytes())), receive))
    });
    (
        Box::new(move |text| send.send(text).expect("a reader")),
        Box::pin(pieces),
    )
}

#[tokio::test]
async fn events_are_elements() {
    let script = Script::steps([pieces(
        "text/event-stream; charset=utf-8",
        vec![
            Ok("data: {\"name\": \"a\"}\r\n\r"),
            Ok("\n: ping\n\ndata: {\"name\":\ndata: \"b\"}\n\n"),
            Ok("data: [DONE]\n\n"),
        ],
    )]);
    let stream = Create::new().send(&script.client()).alt("sse").stream();
    let things = stream.try_collect::<Vec<_>>().await.expect("all");
    assert_eq!(things.iter().map(name).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(script.only().target(), "/v1/things?alt=sse");
    assert_eq!(script.only().header("accept"), Some("*/*"));
}

#[tokio::test]
async fn done_ends_a_stream_whose_connection_stays_open() {
    let script = Script::new(|_| {
        let events = stream::iter([Ok(Bytes::from_static(
            b"data: {\"name\": \"a\"}\n\ndata: [DONE]\n\n",
        ))]);
        body(
            "Text/Event-Stream",
            Box::pin(events.chain(stream::pending())),
        )
    });
    let stream = Create::new().send(&script.client()).alt("sse").stream();
    let things = stream.try_collect::<Vec<_>>().await.expect("the end");
    assert_eq!(things.iter().map(name).collect::<Vec<_>>(), ["a"]);
    // A list that has ended is whole, even if the connection breaks then.
    let script = list(vec![
        Ok("[{\"name\": \"a\"}]"),
        Err(TransportErrorKind::Reset),
    ]);
    let stream = Create::new().send(&script.client()).stream();
    assert_eq!(stream.try_collect::<Vec<_>>().await.expect("all").len(), 1);
}

#[tokio::test]
async fn keep_alives_cost_nothing_and_count_for_nothing() {
    let script = Script::new(|_| {
        let mark = stream::iter([Ok(Bytes::from_static(
            b"\xEF\xBB\xBFdata: {\"name\": \"a\"}\n\n",
        ))]);
        let alive = Bytes::from(": keep-alive\r\n\r\nevent: ping\nid: 7\n".repeat(100));
        let alive = stream::repeat_with(move || Ok(alive.clone())).take(1_000);
        let comment =
            stream::repeat_with(|| Ok(Bytes::from_static(b": a line that has no end"))).take(1_000);
        let last = stream::iter([Ok(Bytes::from_static(b"\ndata: {\"name\": \"b\"}"))]);
        body(
            "text/event-stream; charset=utf-8",
            Box::pin(mark.chain(alive).chain(comment).chain(last)),
        )
    });
    let sending = Create::new().send(&script.client()).alt("sse");
    let stream = sending.response_limit(100).stream();
    let things = stream.try_collect::<Vec<_>>().await.expect("all");
    assert_eq!(things.iter().map(name).collect::<Vec<_>>(), ["a", "b"]);
}

#[tokio::test]
async fn an_event_that_is_longer_than_the_limit_is_refused_as_it_comes() {
    let script = Script::new(|_| {
        let lines = stream::repeat_with(|| Ok(Bytes::from_static(b"data: 0123456789\n")));
        body("text/event-stream", Box::pin(lines))
    });
    let sending = Create::new().send(&script.client()).alt("sse");
    let mut stream = sending.response_limit(1_000).stream();
    let error = stream.try_next().await.expect_err("too long");
    assert!(error.to_string().contains("response_limit"), "{error}");
}

#[tokio::test]
async fn an_event_that_is_cut_is_an_end_too_early() {
    let script = Script::steps([pieces(
        "text/event-stream",
        vec![Ok("data: {\"name\": \"a\"}\n\ndata: {\"na")],
    )]);
    let mut stream = Create::new().send(&script.client()).alt("sse").stream();
    assert!(stream.try_next().await.expect("a").is_some());
    let error = stream.try_next().await.expect_err("cut");
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert!(
        error
            .to_string()
            .contains("in the middle, after 1 elements"),
        "{error}"
    );
}

#[tokio::test]
async fn a_broken_stream_is_reported_after_its_elements() {
    async fn end(script: Arc<Script>) -> (usize, gapi::Error) {
        let mut stream = Get::new().set("name", "x").send(&script.client()).stream();
        let mut count = 0;
        let error = loop {
            match stream.try_next().await {
                Ok(Some(_)) => count += 1,
                Ok(None) => panic!("an error is expected"),
                Err(error) => break error,
            }
        };
        assert!(stream.next().await.is_none(), "nothing after an error");
        (count, error)
    }
    let (count, error) = end(list(vec![Ok("[{},"), Ok("{}, {\"na")])).await;
    assert_eq!((count, error.kind()), (2, ErrorKind::Transport));
    assert!(
        error
            .to_string()
            .contains("ends in the middle, after 2 elements"),
        "{error}"
    );

    let (count, error) = end(list(vec![Ok("[{},"), Err(TransportErrorKind::Reset)])).await;
    assert_eq!((count, error.kind()), (1, ErrorKind::Transport));

    let (count, error) = end(list(vec![Ok("[{\"settings\": {\"tier\": 7}}, [1]]")])).await;
    assert_eq!((count, error.kind()), (1, ErrorKind::Decode));
    assert!(
        error.to_string().contains("element 2: expected an object"),
        "{error}"
    );

    let (count, error) = end(list(vec![Ok("[{}] and more")])).await;
    assert_eq!((count, error.kind()), (1, ErrorKind::Decode));

    // A server that fails in the middle sends an error in place of an element.
    let (count, error) = end(list(vec![Ok(
        "[{}, {\"error\": {\"code\": 429, \"message\": \"Slow down.\", \"status\": \"RESOURCE_EXHAUSTED\"}}]",
    )]))
    .await;
    assert_eq!((count, error.kind()), (1, ErrorKind::Api));
    assert!(error.is_rate_limited());
    assert_eq!(error.message(), Some("Slow down."));
    assert_eq!(error.method(), Some("things.get"));

    let (count, error) = end(Script::steps([json_step(404, "{}")])).await;
    assert_eq!((count, error.kind()), (0, ErrorKind::Api));
}

#[tokio::test]
async fn memory_holds_one_element() {
    let script = Script::new(|_| {
        let element = Bytes::from(format!("{{\"name\": \"{}\"}},", "x".repeat(990)));
        let first = stream::iter([Ok(Bytes::from_static(b"["))]);
        let middle = stream::repeat_with(move || Ok(element.clone())).take(5000);
        let last = stream::iter([Ok(Bytes::from_static(b"{}]"))]);
        body(
            "application/json",
            Box::pin(first.chain(middle).chain(last)),
        )
    });
    // 5 MB pass through a limit of 2 kB.
    let sending = Get::new().set("name", "x").send(&script.client());
    let count = sending.response_limit(2000).stream().count().await;
    assert_eq!(count, 5001);
    let sending = Get::new().set("name", "x").send(&script.client());
    let first = sending.response_limit(500).stream().try_next().await;
    let error = first.map(|_| ()).expect_err("an element is longer");
    assert!(error.to_string().contains("response_limit"), "{error}");
}

#[tokio::test]
async fn a_list_in_place_of_an_object_names_the_remedy() {
    let script = Script::steps([json_step(200, "[{}]")]);
    let error = Get::new()
        .set("name", "x")
        .send(&script.client())
        .await
        .expect_err("a list");
    assert!(error.to_string().contains("`.stream()`"), "{error}");
    // Any JSON is a stream too, and so are the responses of real methods.
    let script = list(vec![Ok("[1, {\"a\": 2}]")]);
    let all = AnyThing::new().send(&script.client()).stream();
    assert_eq!(
        all.try_collect::<Vec<_>>().await.expect("all"),
        [json!(1), json!({"a": 2})]
    );
    let script = list(vec![Ok(
        "[{\"transaction\": \"aGk=\"}, {\"readTime\": \"2026-01-01T00:00:00Z\"}]",
    )]);
    let documents = firestore::projects().databases().documents();
    let query = documents.run_query("projects/p/databases/d/documents", json!({}));
    let stream = query.send(&script.client()).stream();
    let times: Vec<_> = stream
        .map_ok(|response| response.read_time)
        .try_collect::<Vec<_>>()
        .await
        .expect("all");
    assert_eq!(times.iter().filter(|time| time.is_some()).count(), 1);
}

#[tokio::test]
async fn responses_of_any_type_are_bytes() {
    let png = response(200, &[("content-type", "image/png")], "[\u{89}PNG");
    let null = response(200, &[("content-type", "application/json")], "null");
    let script = Script::steps([png, null]);
    let client = script.client();
    let files = apigee::organizations().environments().resourcefiles();
    let get = files.get("organizations/o/environments/e", "jsc", "a.js");
    let file: HttpBody = get.clone().send(&client).await.expect("bytes");
    assert_eq!(file.content_type(), Some("image/png"));
    assert_eq!(file.data(), "[\u{89}PNG", "nothing of JSON is expected");
    // JSON is bytes as well, `null` included.
    let file = get.send(&client).await.expect("bytes");
    assert_eq!(file.data(), "null");
    assert_eq!(format!("{file:?}"), "HttpBody(4 bytes of application/json)");
}

#[tokio::test]
async fn bodies_of_any_type_travel_as_they_are() {
    let files = apigee::organizations().environments().resourcefiles();
    let create = |body: gapi::Body<apigee::GoogleApiHttpBody>| {
        files
            .create("organizations/o/environments/e", body)
            .to_http()
            .expect("a request")
    };
    let raw = create(HttpBody::new("application/javascript", "x = 1").into());
    assert_eq!(raw.headers()["content-type"], "application/javascript");
    assert_eq!(raw.body(), "x = 1");
    // The schema is JSON, by the document.
    let schema = create(json!({"contentType": "text/plain", "data": "eA=="}).into());
    assert_eq!(schema.headers()["content-type"], "application/json");
    assert_eq!(
        schema.body(),
        "{\"contentType\":\"text/plain\",\"data\":\"eA==\"}"
    );
    let request = files.create("p/e", HttpBody::new("no\ntype", "x"));
    assert_eq!(
        request.to_http().expect_err("a type").kind(),
        ErrorKind::Usage
    );
}

#[tokio::test]
async fn channels_are_bodies_of_watch_methods() {
    let channel = gapi::push::Channel::web_hook("https://a.example/hook")
        .with_id("c-1")
        .token("t")
        .time_to_live(Duration::from_secs(60));
    let drive = drive::changes()
        .watch("17", &channel)
        .to_http()
        .expect("a request");
    assert_eq!(drive.uri().path(), "/drive/v3/changes/watch");
    let expected = json!({
        "id": "c-1", "type": "web_hook", "address": "https://a.example/hook", "token": "t", "params": {"ttl": "60"},
    });
    let body = |request: &gapi::HttpRequest| -> serde_json::Value {
        serde_json::from_slice(request.body()).expect("JSON")
    };
    assert_eq!(body(&drive), expected);
    let admin = admin::users().watch(channel).to_http().expect("a request");
    assert_eq!(body(&admin), expected);
    // What came back ends it.
    let script = Script::steps([json_step(204, "")]);
    let stop = json!({"id": "c-1", "resourceId": "r-1"});
    drive::channels()
        .stop(stop.clone())
        .send(&script.client())
        .await
        .expect("stopped");
    assert_eq!(script.only().json(), stop);
}
