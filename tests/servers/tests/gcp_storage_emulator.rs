//! Cloud Storage's JSON API against gcp-storage-emulator, which speaks HTTP/1.0 and answers some errors with nothing.

use gapi::{Client, auth::Anonymous};

gapi::api! {
    mod storage = "storage:v1" { buckets.{list, get, insert, delete} };
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
