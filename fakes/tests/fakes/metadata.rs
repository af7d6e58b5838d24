//! The metadata server, by its responses.

use std::time::Duration;

use crate::client::{Received, send};
use gapi_fakes::{
    Server,
    metadata::{MetadataServer, Platform},
};
use serde_json::json;

const ROOT: &str = "/computeMetadata/v1";
const FLAVOR: (&str, &str) = ("metadata-flavor", "Google");

async fn get(server: &Server, path: &str) -> Received {
    send(&server.url(), "GET", path, &[FLAVOR], "")
        .await
        .unwrap()
}

fn text(response: &Received) -> String {
    String::from_utf8(response.body.clone()).unwrap()
}

#[tokio::test]
async fn requests_without_the_header_or_through_a_proxy_are_refused() {
    let server = Server::start(MetadataServer::new("p").unwrap())
        .await
        .unwrap();
    let path = format!("{ROOT}/project/project-id");
    for (method, headers, status) in [
        ("GET", vec![FLAVOR], 200),
        ("GET", vec![], 403),
        ("GET", vec![("metadata-flavor", "google")], 403),
        ("GET", vec![FLAVOR, ("x-forwarded-for", "10.0.0.1")], 403),
        ("POST", vec![FLAVOR], 405),
    ] {
        let response = send(&server.url(), method, &path, &headers, "")
            .await
            .unwrap();
        assert_eq!(response.status, status, "{method} {headers:?}");
        assert_eq!(response.header("metadata-flavor"), Some("Google"));
    }
}

#[tokio::test]
async fn values_directories_and_the_forms_of_both() {
    let server = Server::start(MetadataServer::new("p").unwrap())
        .await
        .unwrap();
    let project = format!("{ROOT}/project/project-id");
    assert_eq!(text(&get(&server, &project).await), "p");
    assert_eq!(
        get(&server, &format!("{project}?alt=json")).await.json(),
        json!("p")
    );
    assert_eq!(get(&server, &format!("{project}/")).await.status, 404);
    assert_eq!(get(&server, &format!("{ROOT}/nothing")).await.status, 404);
    let listing = get(&server, &format!("{ROOT}/")).await;
    assert_eq!(text(&listing), "instance/\nproject/\nuniverse/\n");
    let moved = get(&server, &format!("{ROOT}/project?recursive=true")).await;
    assert_eq!(moved.status, 301);
    let target = moved.header("location").unwrap();
    assert!(target.ends_with("/project/?recursive=true"), "{target}");
    let tree = get(&server, &format!("{ROOT}/project/?recursive=true"))
        .await
        .json();
    let number = MetadataServer::PROJECT_NUMBER;
    assert_eq!(
        tree,
        json!({"attributes": {}, "numericProjectId": number, "projectId": "p"})
    );
    let flat = get(&server, &format!("{ROOT}/project/?recursive=true&alt=text")).await;
    assert_eq!(
        text(&flat),
        format!("numeric-project-id {number}\nproject-id p\n")
    );
}

#[tokio::test]
async fn the_same_token_until_shortly_before_its_end() {
    let double = MetadataServer::new("p").unwrap();
    double.set_lifetime(Duration::from_secs(100), Duration::from_secs(20));
    let server = Server::start(double.clone()).await.unwrap();
    let token = async || {
        let path = format!("{ROOT}/instance/service-accounts/default/token");
        let response = get(&server, &path).await.json();
        (
            response["access_token"].as_str().unwrap().to_owned(),
            response["expires_in"].as_u64().unwrap(),
        )
    };
    let (first, left) = token().await;
    assert_eq!(left, 100);
    double.shift_clock(60);
    let (again, left) = token().await;
    assert_eq!(again, first);
    assert!((38..=40).contains(&left), "{left}");
    double.shift_clock(25);
    let (second, left) = token().await;
    assert!(second != first && left == 100);
    assert!(double.accepts(&first) && double.accepts(&second));
    double.shift_clock(20);
    assert!(!double.accepts(&first));
}

#[tokio::test]
async fn accounts_scopes_and_audiences() {
    let double = MetadataServer::new("p").unwrap().on(Platform::CloudRun);
    let email = double.email().unwrap();
    let server = Server::start(double.clone()).await.unwrap();
    let accounts = format!("{ROOT}/instance/service-accounts");
    let token = get(
        &server,
        &format!("{accounts}/{email}/token?scopes=https%3A%2F%2Fa,https%3A%2F%2Fb"),
    )
    .await
    .json();
    let scopes = double
        .scopes_of(token["access_token"].as_str().unwrap())
        .unwrap();
    assert_eq!(scopes, ["https://a", "https://b"]);
    assert_eq!(
        get(&server, &format!("{accounts}/other/token"))
            .await
            .status,
        404
    );
    assert_eq!(
        get(&server, &format!("{accounts}/default/identity"))
            .await
            .status,
        400
    );
    let jwt = get(&server, &format!("{accounts}/default/identity?audience=a")).await;
    assert_eq!(text(&jwt).split('.').count(), 3);

    let bare = MetadataServer::new("p").unwrap().without_account();
    let server = Server::start(bare).await.unwrap();
    assert_eq!(
        get(&server, &format!("{accounts}/default/token"))
            .await
            .status,
        404
    );
    assert_eq!(text(&get(&server, &format!("{accounts}/")).await), "");
}
