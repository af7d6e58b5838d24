//! Cloud Storage's JSON API against fake-gcs-server, which is written in Go.

use gapi::{Client, Media, auth::Anonymous};

gapi::api! {
    mod storage = "storage:v1" { buckets.insert, objects.{get, insert, delete} };
}

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
