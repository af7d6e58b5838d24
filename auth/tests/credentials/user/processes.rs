//! Many programs with one folder and an expired token.

use std::{
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use gapi_auth::{AuthorizedUser, FileStore, TokenKey};
use gapi_fakes::{Reply, Request, Server};
use serde_json::json;

use super::endpoint::{ask, bearer};

const FOLDER: &str = "GAPI_TEST_STORE";
const PROCESSES: usize = 16;

fn key() -> TokenKey {
    TokenKey::new("client-1", "ann", ["a"])
}

/// One of the programs; without the variable this is no test.
#[tokio::test]
async fn child() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let user = AuthorizedUser::from_store(Arc::new(FileStore::new(folder)), key())
        .await
        .expect("readable")
        .expect("kept");
    let headers = ask(&user).await.expect("a token");
    println!("TOKEN={}", bearer(&headers));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_sixteen_refreshes_and_all_have_the_token() {
    let refreshes = Arc::new(AtomicUsize::new(0));
    let counted = refreshes.clone();
    // A refresh token that was replaced is refused.
    let server = Server::start(move |request: &Request| {
        let number = counted.fetch_add(1, Ordering::SeqCst) + 1;
        let form = request.form();
        let sent = form.iter().find(|(name, _)| name == "refresh_token").expect("one");
        if sent.1 != format!("refresh-{number}") {
            return Reply::json(400, &json!({"error": "invalid_grant"}));
        }
        Reply::json(
            200,
            &json!({"access_token": format!("access-{number}"), "expires_in": 3600, "refresh_token": format!("refresh-{}", number + 1)}),
        )
    })
    .await
    .expect("a server");
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path().join("tokens");
    let expired = json!({
        "client_id": "client-1", "client_secret": "s", "refresh_token": "refresh-1", "token": "old", "expiry": "2020-01-01T00:00:00Z",
        "token_uri": format!("{}/token", server.url()),
    });
    AuthorizedUser::from_authorized_user_info(&expired.to_string())
        .expect("a user")
        .save_in(Arc::new(FileStore::new(&folder)), key())
        .await
        .expect("saved");

    let exe = std::env::current_exe().expect("this program");
    let children: Vec<_> = (0..PROCESSES)
        .map(|_| {
            Command::new(&exe)
                .args(["user::processes::child", "--exact", "--nocapture"])
                .env(FOLDER, &folder)
                .stdout(Stdio::piped())
                .spawn()
                .expect("a process")
        })
        .collect();
    let outputs = tokio::task::spawn_blocking(|| {
        let outputs = children
            .into_iter()
            .map(|child| child.wait_with_output().expect("an end"));
        outputs.collect::<Vec<_>>()
    });
    for output in outputs.await.expect("no panic") {
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains("TOKEN=access-1"), "{text}");
    }
    assert_eq!(refreshes.load(Ordering::SeqCst), 1);
}
