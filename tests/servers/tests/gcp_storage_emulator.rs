//! Cloud Storage's JSON API against gcp-storage-emulator, which speaks HTTP/1.0 and answers some errors with nothing.

use gapi::{Client, Media, auth::Anonymous};

gapi::api! {
    mod storage = "storage:v1" { buckets.{list, get, insert, delete}, objects.{get, insert} };
}

fn client() -> Client {
    Client::builder()
        .credentials(Anonymous)
        .endpoint(gapi_servers::server("gcp-storage-emulator"))
        .build()
        .expect("a client for loopback")
}

#[tokio::test]
async fn buckets_are_made_found_and_deleted() {
    let client = client();
    let bucket = storage::Bucket {
        name: Some("gapi-photos".into()),
        ..Default::default()
    };
    let made = storage::buckets()
        .insert("p", bucket)
        .send(&client)
        .await
        .expect("insert");
    assert_eq!(
        made.metageneration,
        Some(1),
        "a 64-bit integer sent as a string"
    );
    assert!(made.time_created.is_some());

    let mut names = Vec::new();
    let mut buckets = storage::buckets().list("p").items(&client);
    while let Some(bucket) = buckets.try_next().await.expect("list") {
        names.push(bucket.name.expect("a name"));
    }
    assert!(names.contains(&"gapi-photos".to_owned()), "{names:?}");

    storage::buckets()
        .delete("gapi-photos")
        .send(&client)
        .await
        .expect("delete");
    let error = storage::buckets()
        .get("gapi-photos")
        .send(&client)
        .await
        .expect_err("it is gone");
    assert!(error.is_not_found(), "an empty 404 is still a 404: {error}");
}

#[tokio::test]
async fn objects_go_up_and_come_down() {
    let client = client();
    let bucket = storage::Bucket {
        name: Some("gapi-media".into()),
        ..Default::default()
    };
    storage::buckets()
        .insert("p", bucket)
        .send(&client)
        .await
        .expect("insert");
    let content: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    let media = Media::from(content.clone()).content_type("application/x-counter");

    let described = storage::Object {
        name: Some("folder/notes.bin".into()),
        ..Default::default()
    };
    let made = storage::objects()
        .insert("gapi-media", described)
        .upload(media.clone())
        .send(&client)
        .await
        .expect("multipart");
    assert_eq!(made.size, Some(400_000));
    assert_eq!(made.content_type.as_deref(), Some("application/x-counter"));

    let made = storage::objects()
        .insert("gapi-media", storage::Object::default())
        .name("simple.bin")
        .upload(media)
        .media_only()
        .send(&client)
        .await
        .expect("simple");
    assert_eq!(made.size, Some(400_000));

    for name in ["folder/notes.bin", "simple.bin"] {
        let object = storage::objects().get("gapi-media", name);
        let all = object
            .clone()
            .download(&client)
            .bytes()
            .await
            .expect("a download");
        assert!(all == content, "{name} came back as it went");
        let mut written = Vec::new();
        object
            .download(&client)
            .to_writer(&mut written)
            .await
            .expect("a download");
        assert!(written == content, "{name} was written as it went");
    }
    let error = storage::objects()
        .get("gapi-media", "none")
        .download(&client)
        .await
        .expect_err("there is none");
    assert!(error.is_not_found(), "{error}");
}
