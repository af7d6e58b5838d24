//! Drive against google-drive-mock, which checks the bearer token.

use gapi::{Client, Media, auth::AccessToken};

gapi::api! {
    mod drive = "drive:v3" { files.{list, get, create, update, delete} };
}

fn client(token: &str) -> Client {
    Client::builder()
        .credentials(AccessToken::new(token))
        .endpoint(gapi_servers::server("google-drive-mock"))
        .build()
        .expect("a client for loopback")
}

#[tokio::test]
async fn files_are_made_listed_renamed_and_deleted() {
    let client = client("valid-token");
    let mut ids = Vec::new();
    for n in 0..5 {
        let file = drive::File {
            name: Some(format!("mémo & notes {n}.txt")),
            mime_type: Some("text/plain".into()),
            ..Default::default()
        };
        let made = drive::files()
            .create(file)
            .send(&client)
            .await
            .expect("create");
        assert_eq!(made.version, Some(1), "a 64-bit integer sent as a number");
        ids.push(made.id.expect("an id"));
    }

    let mut listed = Vec::new();
    let mut files = drive::files().list().page_size(2).items(&client);
    while let Some(file) = files.try_next().await.expect("list") {
        listed.push(file.id.expect("an id"));
    }
    assert!(ids.iter().all(|id| listed.contains(id)), "{listed:?}");

    let one = drive::files()
        .list()
        .q("name = 'mémo & notes 3.txt'")
        .send(&client)
        .await
        .expect("query");
    let one = one.files.unwrap_or_default();
    assert_eq!(one.len(), 1);
    assert_eq!(
        one[0].id.as_ref(),
        Some(&ids[3]),
        "the query arrived as it was written"
    );

    let name = drive::File {
        name: Some("renamed.txt".into()),
        ..Default::default()
    };
    drive::files()
        .update(&ids[0], name)
        .send(&client)
        .await
        .expect("update");
    let renamed = drive::files()
        .get(&ids[0])
        .send(&client)
        .await
        .expect("get");
    assert_eq!(renamed.name.as_deref(), Some("renamed.txt"));

    drive::files()
        .delete(&ids[0])
        .send(&client)
        .await
        .expect("delete answers with nothing");
    let error = drive::files()
        .get(&ids[0])
        .send(&client)
        .await
        .expect_err("it is gone");
    assert!(error.is_not_found(), "{error}");
}

#[tokio::test]
async fn a_file_goes_up_with_its_content() {
    let client = client("valid-token");
    let file = drive::File {
        name: Some("héllo.txt".into()),
        mime_type: Some("text/plain".into()),
        ..Default::default()
    };
    let made = drive::files()
        .create(file)
        .upload(Media::bytes("two\r\nlines").content_type("text/plain"))
        .send(&client)
        .fields("id,name")
        .await
        .expect("multipart");
    assert_eq!(made.name.as_deref(), Some("héllo.txt"));
    let id = made.id.expect("an id");
    let content = drive::files()
        .get(&id)
        .download(&client)
        .bytes()
        .await
        .expect("a download");
    assert_eq!(content, "two\r\nlines");

    let folder = tempfile::tempdir().expect("a folder");
    let (up, down) = (folder.path().join("up.txt"), folder.path().join("down.txt"));
    std::fs::write(&up, "from a file").expect("a file");
    let described = drive::File {
        name: Some("up.txt".into()),
        ..Default::default()
    };
    let made = drive::files()
        .create(described)
        .upload(Media::file(&up))
        .send(&client)
        .await
        .expect("multipart");
    let get = drive::files().get(made.id.expect("an id"));
    get.download(&client)
        .to_file(&down)
        .await
        .expect("a download");
    assert_eq!(std::fs::read(&down).expect("a file"), b"from a file");
    let error = drive::files()
        .get("no-such-file")
        .download(&client)
        .await
        .expect_err("there is none");
    assert!(error.is_not_found(), "{error}");
}

#[tokio::test]
async fn a_token_that_the_server_refuses_is_an_error_that_names_it() {
    let error = drive::files()
        .list()
        .send(&client("stale"))
        .await
        .expect_err("401");
    assert_eq!(error.status().map(|s| s.as_u16()), Some(401));
    assert!(!format!("{error} {error:?}").contains("stale"), "{error:?}");
}

#[tokio::test]
async fn a_batch_has_a_response_for_each_part() {
    let client = client("valid-token");
    let mut batch = gapi::Batch::new();
    let made = batch.add_all((0..3).map(|n| {
        drive::files().create(gapi::body!(drive::File {
            name: format!("batch {n}"),
            mime_type: "text/plain"
        }))
    }));
    let mut responses = batch.send(&client).await.expect("a batch");
    let made: Vec<drive::File> = responses
        .take_all(made)
        .into_iter()
        .map(|file| file.expect("a file"))
        .collect();
    assert_eq!(made[2].name.as_deref(), Some("batch 2"));
    let id = |n: usize| made[n].id.clone().expect("an id");

    let mut batch = gapi::Batch::new();
    let read = batch.add(drive::files().get(id(0)));
    let renamed =
        batch.add(drive::files().update(id(1), gapi::body!(drive::File { name: "renamed" })));
    let gone = batch.add(drive::files().delete(id(2)));
    let none = batch.add(drive::files().get("no-such-file"));
    let mut responses = batch.send(&client).await.expect("a batch");
    assert_eq!(responses.take(read).expect("a file").id, Some(id(0)));
    assert_eq!(
        responses.take(renamed).expect("a file").name.as_deref(),
        Some("renamed")
    );
    responses.take(gone).expect("deleted");
    let error = responses.take(none).expect_err("there is none");
    assert!(error.is_not_found(), "{error}");
}
