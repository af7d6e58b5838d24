//! Cloud Storage's JSON API against fake-gcs-server, which is written in Go.

use gapi::{Client, ErrorKind, Media, UploadSession, auth::Anonymous};

gapi::api! {
    mod storage = "storage:v1" { buckets.insert, objects.{get, insert, list, patch, delete} };
}

/// The least that a server takes in one request of a session.
const CHUNK: u64 = 256 << 10;

fn client() -> Client {
    Client::builder()
        .credentials(Anonymous)
        .endpoint(gapi_servers::server("fake-gcs-server"))
        .build()
        .expect("a client for loopback")
}

async fn bucket(client: &Client, name: &str) {
    let bucket = storage::Bucket {
        name: Some(name.into()),
        ..Default::default()
    };
    storage::buckets()
        .insert("p", bucket)
        .send(client)
        .await
        .expect("a bucket");
}

#[tokio::test]
async fn objects_go_up_and_come_down() {
    let client = client();
    bucket(&client, "media").await;
    let content: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    let media = Media::from(content.clone()).content_type("application/x-counter");

    let described = storage::Object {
        name: Some("folder/m\u{e9}mo.bin".into()),
        ..Default::default()
    };
    let made = storage::objects()
        .insert("media", described)
        .upload(media.clone())
        .send(&client)
        .await
        .expect("multipart");
    assert_eq!(made.size, Some(400_000));
    assert_eq!(made.content_type.as_deref(), Some("application/x-counter"));

    storage::objects()
        .insert("media", storage::Object::default())
        .name("simple.bin")
        .upload(media)
        .media_only()
        .send(&client)
        .await
        .expect("simple");

    for name in ["folder/m\u{e9}mo.bin", "simple.bin"] {
        let file = storage::objects()
            .get("media", name)
            .download(&client)
            .await
            .expect("a download");
        assert!(*file == content, "{name} came back as it went");
        assert_eq!(file.content_type(), Some("application/x-counter"));
    }

    let mut chunks = storage::objects()
        .get("media", "simple.bin")
        .download(&client)
        .header("range", "bytes=399000-")
        .stream()
        .await
        .expect("a range");
    assert_eq!(chunks.status(), 206);
    assert_eq!(chunks.content_length(), Some(1000));
    let mut tail = Vec::new();
    while let Some(chunk) = chunks.try_next().await.expect("a chunk") {
        tail.extend_from_slice(&chunk);
    }
    assert!(tail == content[399_000..], "the end of the object");
}

#[tokio::test]
async fn what_the_server_refuses_is_an_error() {
    let client = client();
    bucket(&client, "refusals").await;
    let insert = || {
        storage::objects()
            .insert("refusals", storage::Object::default())
            .name("once.txt")
            .if_generation_match(0)
            .upload(Media::bytes("text").content_type("text/plain"))
    };
    insert().send(&client).await.expect("a new object");
    let error = insert().send(&client).await.expect_err("it exists");
    assert!(error.is_precondition_failed(), "{error}");

    let error = storage::objects()
        .get("refusals", "none")
        .download(&client)
        .stream()
        .await
        .expect_err("there is none");
    assert!(error.is_not_found(), "{error}");
}

#[tokio::test]
async fn a_session_takes_several_chunks() {
    let client = client();
    bucket(&client, "sessions").await;
    let content: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("content.bin");
    std::fs::write(&path, &content).expect("a file");
    let reader = || std::io::Cursor::new(content.clone());
    for (name, media) in [
        ("bytes", Media::bytes(content.clone())),
        ("file", Media::file(&path)),
        ("known", Media::reader(reader(), Some(1_200_000))),
        ("unknown", Media::reader(reader(), None)),
    ] {
        let made = storage::objects()
            .insert("sessions", storage::Object::default())
            .name(name)
            .upload(media.content_type("application/x-counter"))
            .resumable()
            .chunk_size(CHUNK)
            .send(&client)
            .await
            .expect(name);
        assert_eq!(made.size, Some(1_200_000), "{name}");
        let down = folder.path().join(name);
        let get = storage::objects().get("sessions", name);
        get.download(&client).to_file(&down).await.expect(name);
        assert!(std::fs::read(&down).expect("a file") == content, "{name}");
    }
    let get = || storage::objects().get("sessions", "file").download(&client);
    let part = get().range(1000..5000).bytes().await.expect("a range");
    assert!(part == content[1000..5000]);
    let tail = get().last(7).bytes().await.expect("the end");
    assert!(tail == content[1_199_993..]);
    let error = get().range(1_200_000..).await.expect_err("nothing there");
    assert_eq!(error.status().map(|s| s.as_u16()), Some(416), "{error}");
}

/// This server responds to a query of an unfinished session with a success, and stores what it has. That is noticed.
#[tokio::test]
async fn a_success_without_all_bytes_is_none() {
    let client = client();
    bucket(&client, "resumed").await;
    let content: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    let upload = || {
        storage::objects()
            .insert("resumed", storage::Object::default())
            .name("half.bin")
            .upload(Media::bytes(content.clone()))
            .chunk_size(CHUNK)
    };
    let mut uploading = upload().start(&client).await.expect("a session");
    uploading.next_chunk().await.expect("a chunk");
    let saved = serde_json::to_string(&uploading.session()).expect("JSON");
    let session: UploadSession = serde_json::from_str(&saved).expect("a session");
    let error = upload()
        .resume(session)
        .send(&client)
        .await
        .expect_err("it has a part");
    assert_eq!(error.kind(), ErrorKind::Media);
    assert!(
        error.to_string().contains("of its 1200000 bytes"),
        "{error}"
    );
}

#[tokio::test]
async fn objects_are_listed_changed_and_deleted() {
    let client = client();
    bucket(&client, "many").await;
    for n in 0..5 {
        let described = storage::Object {
            name: Some(format!("folder/{n}.txt")),
            metadata: Some(
                [("a", "1"), ("b", "2")]
                    .map(|(k, v)| (k.to_owned(), v.to_owned()))
                    .into(),
            ),
            ..Default::default()
        };
        let insert = storage::objects().insert("many", described);
        insert
            .upload(Media::bytes("text"))
            .send(&client)
            .await
            .expect("an object");
    }
    let mut names = Vec::new();
    let mut objects = storage::objects()
        .list("many")
        .max_results(2)
        .items(&client);
    while let Some(object) = objects.try_next().await.expect("a page") {
        names.push(object.name.expect("a name"));
    }
    assert_eq!(names.len(), 5, "{names:?}");

    let changes = serde_json::json!({"metadata": {"a": "3", "b": null}});
    storage::objects()
        .patch("many", &names[0], changes)
        .send(&client)
        .await
        .expect("a change");
    let changed = storage::objects()
        .get("many", &names[0])
        .send(&client)
        .await
        .expect("an object");
    let metadata = changed.metadata.unwrap_or_default();
    assert_eq!(metadata.get("a").map(String::as_str), Some("3"));
    // This server keeps a key that a null has cleared, with an empty text.
    assert_eq!(
        metadata.get("b").map_or("", String::as_str),
        "",
        "{metadata:?}"
    );

    let delete = storage::objects().delete("many", &names[0]);
    delete.send(&client).await.expect("it is deleted");
    let error = storage::objects()
        .get("many", &names[0])
        .send(&client)
        .await
        .expect_err("it is gone");
    assert!(error.is_not_found(), "{error}");
}

#[tokio::test]
async fn a_batch_has_a_response_for_each_part() {
    let client = client();
    bucket(&client, "batches").await;
    for name in ["a.txt", "folder/b.txt"] {
        storage::objects()
            .insert("batches", storage::Object::default())
            .name(name)
            .upload(Media::bytes(name).content_type("text/plain"))
            .send(&client)
            .await
            .expect("an object");
    }
    let mut batch = gapi::Batch::new();
    let a = batch.add(storage::objects().get("batches", "a.txt"));
    let b = batch.add(storage::objects().get("batches", "folder/b.txt"));
    let none = batch.add(storage::objects().get("batches", "none"));
    let mut responses = batch.send(&client).await.expect("a batch");
    assert_eq!(responses.take(a).expect("a").name.as_deref(), Some("a.txt"));
    assert_eq!(responses.take(b).expect("b").size, Some(12));
    let error = responses.take(none).expect_err("there is none");
    assert!(error.is_not_found(), "{error}");

    let mut batch = gapi::Batch::new();
    let gone = batch
        .add_all(["a.txt", "folder/b.txt"].map(|name| storage::objects().delete("batches", name)));
    let mut responses = batch.send(&client).limit(1).await.expect("two batches");
    for gone in responses.take_all(gone) {
        gone.expect("deleted");
    }
    let error = storage::objects()
        .get("batches", "a.txt")
        .send(&client)
        .await
        .expect_err("gone");
    assert!(error.is_not_found(), "{error}");
}
