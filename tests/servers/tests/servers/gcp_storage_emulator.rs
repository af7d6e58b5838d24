//! Cloud Storage's JSON API against gcp-storage-emulator, which speaks HTTP/1.0 and sends nothing for some errors.

use gapi::{Client, Media, UploadSession, auth::Anonymous};

gapi::api! {
    mod storage = "storage:v1" { buckets.{list, get, insert, delete}, objects.{get, insert, list, patch, delete} };
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

#[tokio::test]
async fn a_session_takes_several_chunks_and_is_resumed() {
    let client = client();
    let bucket = storage::Bucket {
        name: Some("gapi-sessions".into()),
        ..Default::default()
    };
    let insert = storage::buckets().insert("p", bucket);
    insert.send(&client).await.expect("a bucket");
    let content: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    let upload = |name: &str, media: Media| {
        storage::objects()
            .insert("gapi-sessions", storage::Object::default())
            .name(name)
            .upload(media)
            .resumable()
            .chunk_size(256 << 10)
    };
    let reader = || std::io::Cursor::new(content.clone());
    for (name, media) in [
        ("bytes", Media::bytes(content.clone())),
        ("known", Media::reader(reader(), Some(1_200_000))),
    ] {
        let made = upload(name, media).send(&client).await.expect(name);
        assert_eq!(made.size, Some(1_200_000), "{name}");
    }
    // Two chunks by one session's owner, the rest by another one.
    let mut uploading = upload("kept", content.clone().into())
        .start(&client)
        .await
        .expect("a session");
    for _ in 0..2 {
        uploading.next_chunk().await.expect("a chunk");
    }
    let saved = serde_json::to_string(&uploading.session()).expect("JSON");
    drop(uploading);
    let session: UploadSession = serde_json::from_str(&saved).expect("a session");
    upload("kept", content.clone().into())
        .resume(session)
        .send(&client)
        .await
        .expect("the rest");
    // Nothing at all was stored, which this server reports as if it were one byte.
    let uploading = upload("nothing", content.clone().into())
        .start(&client)
        .await
        .expect("a session");
    let session = uploading.session();
    upload("nothing", content.clone().into())
        .resume(session)
        .send(&client)
        .await
        .expect("all of it");
    for name in ["bytes", "known", "kept", "nothing"] {
        let get = || {
            storage::objects()
                .get("gapi-sessions", name)
                .download(&client)
        };
        let all = get().bytes().await.expect(name);
        assert!(all == content, "{name}");
        let part = get().range(1000..5000).bytes().await.expect("a range");
        assert!(part == content[1000..5000], "{name}");
    }
    let mut names = Vec::new();
    let mut objects = storage::objects()
        .list("gapi-sessions")
        .max_results(3)
        .items(&client);
    while let Some(object) = objects.try_next().await.expect("a page") {
        names.push(object.name.expect("a name"));
    }
    assert_eq!(names.len(), 4, "{names:?}");
    let delete = storage::objects().delete("gapi-sessions", "kept");
    delete.send(&client).await.expect("it is deleted");
    let get = storage::objects().get("gapi-sessions", "kept");
    let error = get.send(&client).await.expect_err("it is gone");
    assert!(error.is_not_found(), "{error}");
}
