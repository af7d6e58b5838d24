//! Every kind of sending, by the table that was made at run time.

use gapi::mock::{Mock, Reply};
use gapi::{Batch, ErrorKind, Media};
use serde_json::json;

use super::{service, small};
use crate::{Json, Service};

fn things() -> Service {
    Service::from_json(small("title", json!("Things"))).unwrap()
}

#[tokio::test]
async fn a_response_has_the_bytes_of_the_server() {
    let body = r#"{"zeta": 1, "size": "1", "alpha": 12345678901234567890123, "error": null}"#;
    let reply = || Reply::bytes("application/json", body);
    let mock = Mock::new()
        .on(
            "things.insert",
            Reply::sequence([reply(), Reply::bytes("application/json", "\"text\"")]),
        )
        .on("things.delete", Reply::bytes("text/html", "<p>deleted</p>"));
    let client = mock.client();
    let insert = things()
        .call("things.insert", json!({"thing": "t"}))
        .unwrap();
    let response = insert.clone().send(&client).await.unwrap();
    assert_eq!(response.bytes().as_ref(), body.as_bytes());
    let names: Vec<_> = response
        .entries()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(names, ["zeta", "size", "alpha", "error"]);
    assert_eq!(
        response.get("alpha").unwrap().get(),
        "12345678901234567890123"
    );
    assert_eq!(response.value().unwrap()["zeta"], 1);
    assert_eq!(serde_json::to_string(&response).unwrap(), body);

    // A text where the schema has an object.
    let error = insert.send(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let deleted = things()
        .call("things.delete", json!({"thing": "t"}))
        .unwrap();
    assert!(deleted.send(&client).await.unwrap().is_empty());
}

#[tokio::test]
async fn lists_are_read_to_their_end() {
    let page = |text: &'static str| Reply::bytes("application/json", text);
    let mock = Mock::new().on(
        "things.list",
        Reply::sequence([
            page(r#"{"items": {"b": {"size": 10000000000000000000001}, "a": {}}, "nextPageToken": "2"}"#),
            Reply::status(503),
            page(r#"{"items": {}, "nextPageToken": "3"}"#),
            page(r#"{"items": {"c": null}, "nextPageToken": null}"#),
        ]),
    );
    let client = mock.client();
    let list = things().find("things.list").unwrap().call();
    let entries = list
        .clone()
        .set("fields", "items")
        .items(&client)
        .page_size(2)
        .try_collect::<Vec<_>>()
        .await
        .unwrap();
    let texts: Vec<_> = entries
        .iter()
        .map(|entry| std::str::from_utf8(entry.bytes()).unwrap())
        .collect();
    assert_eq!(
        texts,
        [
            r#"{"key":"b","value":{"size": 10000000000000000000001}}"#,
            r#"{"key":"a","value":{}}"#,
            r#"{"key":"c","value":null}"#
        ]
    );
    let uri = mock.calls()[3].uri().to_string();
    assert!(
        uri.contains("maxResults=2")
            && uri.contains("pageToken=3")
            && uri.contains("nextPageToken"),
        "{uri}"
    );

    let insert = things()
        .call("things.insert", json!({"thing": "t"}))
        .unwrap();
    let error = insert.pages(&client).try_next().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);

    let odd = Mock::new().on(
        "things.list",
        Reply::sequence([page(r#"{"items": "x"}"#), page(r#"{"nextPageToken": 1}"#)]),
    );
    for _ in 0..2 {
        let error = list
            .clone()
            .items(&odd.client())
            .try_next()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    }
}

#[tokio::test]
async fn operations_are_waited_for_also_with_a_mask() {
    let sqladmin = service("sqladmin.v1");
    let running = json!({"name": "op", "status": "RUNNING", "selfLink": "https://sqladmin.googleapis.com/v1/projects/p/operations/op"});
    let done = r#"{"status":"DONE","size":10000000000000000000001,"name":"op"}"#;
    let mock = Mock::new()
        .on("sql.instances.insert", Reply::json(running.clone()))
        .on(
            "sql.operations.get",
            Reply::sequence([Reply::json(running), Reply::bytes("application/json", done)]),
        )
        .on("sql.operations.cancel", Reply::json(json!({})));
    let client = mock.client();
    let insert = sqladmin
        .call("instances.insert", json!({"project": "p"}))
        .unwrap()
        .body(json!({"name": "db"}));
    let operation = insert.wait(&client).fields("name").await.unwrap();
    assert_eq!(operation.get("status"), Some(&json!("DONE")));
    assert_eq!(
        operation.json().bytes().as_ref(),
        br#"{"status":"DONE","size":10000000000000000000001,"name":"op"}"#
    );
    let first = mock.calls()[0].uri().to_string();
    assert!(first.contains("status"), "{first}");

    let get = sqladmin
        .call("operations.get", json!({"project": "p", "operation": "op"}))
        .unwrap();
    let again = Mock::new().on(
        "sql.operations.get",
        Reply::json(json!({"name": "op", "status": "DONE"})),
    );
    get.wait(&again.client()).await.unwrap();

    let list = sqladmin
        .call("instances.list", json!({"project": "p"}))
        .unwrap();
    let error = list.wait(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
}

#[tokio::test]
async fn media_streams_and_batches() {
    let drive = service("drive.v3");
    let mock = Mock::new()
        .on("drive.files.create", Reply::json(json!({"id": "1"})))
        .on("drive.files.get", Reply::bytes("text/plain", "content"))
        .on("drive.files.list", Reply::json(json!({"files": []})));
    let client = mock.client();
    let create = drive
        .find("files.create")
        .unwrap()
        .call()
        .body(json!({"name": "a.txt"}));
    let media = Media::from("content".as_bytes().to_vec()).content_type("text/plain");
    let created = create.upload(media).send(&client).await.unwrap();
    assert_eq!(created.get("id").unwrap().get(), "\"1\"");
    let get = drive.call("files.get", json!({"fileId": "1"})).unwrap();
    assert_eq!(get.download(&client).await.unwrap().as_ref(), b"content");

    let list = drive.call("files.list", json!({"pageSize": 1})).unwrap();
    let mut batch = Batch::new();
    let handle = batch.add(list);
    let wrong = batch.add(drive.call("files.list", json!({"pageSize": 1})).unwrap());
    let mut responses = batch.send(&client).await.unwrap();
    let page: Json = responses.take(handle).unwrap();
    assert_eq!(page.get("files").unwrap().get(), "[]");
    responses.take(wrong).unwrap();
    let mut refused = Batch::new();
    let _ = refused.add(drive.call("files.list", json!({"pagesize": 1})).unwrap());
    assert_eq!(
        refused.send(&client).await.unwrap_err().kind(),
        ErrorKind::Usage
    );

    let firestore = service("firestore.v1");
    let mock = Mock::new().on(
        "*",
        Reply::bytes(
            "application/json",
            r#"[{"document": {"name": "x"}}, {"done": true}]"#,
        ),
    );
    let parent = json!({"parent": "projects/p/databases/d/documents"});
    let query = firestore
        .call("projects.databases.documents.runQuery", parent)
        .unwrap();
    let mut elements = query.body(json!({})).stream(&mock.client());
    assert!(
        elements
            .try_next()
            .await
            .unwrap()
            .unwrap()
            .get("document")
            .is_some()
    );
    assert!(
        elements
            .try_next()
            .await
            .unwrap()
            .unwrap()
            .get("done")
            .is_some()
    );
    assert!(elements.try_next().await.unwrap().is_none());
}

#[test]
fn a_failed_check_of_a_stream_is_an_error_object() {
    use gapi::FromResponse as _;
    let element = Json::parse(r#"{"error": {"code": 13}}"#).unwrap();
    assert_eq!(element.error().unwrap()["code"], 13);
    assert!(Json::parse("[1]").unwrap().error().is_none());
    assert!(Json::parse("{").is_err());
}
