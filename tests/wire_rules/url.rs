//! Paths and queries.

use gapi::ErrorKind;
use http::Method;

use crate::{
    api::{AnyThing, Bucket, Create, Delete, Get, Patch, Translate},
    script::Script,
};

fn target(request: &gapi::HttpRequest) -> String {
    request.uri().path_and_query().expect("a path").to_string()
}

#[test]
fn both_kinds_of_expression() {
    let request = Get::new().set("name", "projects/a b/secrets/x?y#z");
    assert_eq!(
        target(&request.to_http().expect("a request")),
        "/v1/projects/a%20b/secrets/x%3Fy%23z?alt=json"
    );
    let request = Patch::new()
        .set("bucket", "b")
        .set("object", "dir/file é+.txt");
    assert_eq!(
        request.to_http().expect("a request").uri().to_string(),
        "https://things.googleapis.com/v1/b/b/o/dir%2Ffile%20%C3%A9%2B.txt:rename?alt=json"
    );
}

#[test]
fn what_a_path_cannot_carry_is_refused_by_name() {
    for value in ["", "a//b", "a/../b", "..", "a/"] {
        let error = Get::new().set("name", value).to_http().expect_err(value);
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert_eq!(error.method(), Some("things.get"));
        assert!(error.to_string().contains("\"name\""), "{error}");
    }
    let error = Patch::new()
        .set("bucket", "b")
        .to_http()
        .expect_err("no object");
    assert!(
        error.to_string().contains("\"object\" is missing"),
        "{error}"
    );
}

#[tokio::test]
async fn nothing_is_sent_for_a_refused_request() {
    let script = Script::steps([]);
    let error = Delete::new()
        .set("id", "..")
        .send(&script.client())
        .await
        .expect_err("refused");
    assert_eq!(error.kind(), ErrorKind::Usage);
}

#[test]
fn queries_are_encoded_with_percent_signs() {
    let request = Get::new()
        .set("name", "a")
        .set("view", "i desc+&=?/é,(")
        .all("labels", ["x", "", "y z"])
        .set("size", 5.0);
    assert_eq!(
        target(&request.to_http().expect("a request")),
        "/v1/a?view=i%20desc%2B%26%3D%3F%2F%C3%A9%2C%28&labels=x&labels=&labels=y%20z&size=5.0&alt=json"
    );
}

#[test]
fn a_later_value_replaces_an_earlier_one() {
    let request = Get::new()
        .set("name", "a")
        .all("labels", ["x", "y"])
        .all("labels", ["z"])
        .set("view", "1")
        .set("view", "2");
    assert_eq!(
        target(&request.to_http().expect("a request")),
        "/v1/a?labels=z&view=2&alt=json"
    );
    let request = Get::new()
        .set("name", "a")
        .all("labels", Vec::<String>::new());
    assert_eq!(
        target(&request.to_http().expect("a request")),
        "/v1/a?alt=json"
    );
}

#[test]
fn values_are_cast_as_the_document_types_them() {
    let request = Get::new()
        .set("name", "a")
        .set("view", true)
        .set("size", -12_i64);
    assert_eq!(
        target(&request.to_http().expect("a request")),
        "/v1/a?view=true&size=-12&alt=json"
    );
}

#[tokio::test]
async fn alt_is_sent_if_there_is_a_response_and_the_callers_wins() {
    let script = Script::empty();
    let client = script.client();
    Delete::new()
        .set("id", "1")
        .send(&client)
        .await
        .expect("deleted");
    Delete::new()
        .set("id", "1")
        .send(&client)
        .alt("media")
        .await
        .expect("deleted");
    AnyThing::new()
        .send(&client)
        .raw()
        .await
        .expect("a response");
    AnyThing::new()
        .send(&client)
        .alt("csv")
        .text()
        .await
        .expect("a response");
    Get::new()
        .set("name", "a")
        .set("alt", "proto")
        .send(&client)
        .raw()
        .await
        .expect("a response");
    let targets: Vec<_> = script
        .recorded()
        .iter()
        .map(|recorded| recorded.target().to_owned())
        .collect();
    assert_eq!(
        targets,
        [
            "/v1/things/1",
            "/v1/things/1?alt=media",
            "/v1/any?alt=json",
            "/v1/any?alt=csv",
            "/v1/a?alt=proto"
        ]
    );
}

#[test]
fn the_service_path_is_between_root_and_path() {
    let request = Translate::new().to_http().expect("a request");
    assert_eq!(
        request.uri().to_string(),
        "https://old.googleapis.com/old/v2/translate?alt=json"
    );
}

#[tokio::test]
async fn an_endpoint_keeps_its_scheme_port_and_prefix() {
    let script = Script::empty();
    for (endpoint, url) in [
        (
            "http://127.0.0.1:8080",
            "http://127.0.0.1:8080/old/v2/translate?alt=json",
        ),
        (
            "https://proxy.example/a/b/",
            "https://proxy.example/a/b/old/v2/translate?alt=json",
        ),
    ] {
        let client = script
            .builder()
            .credentials(gapi::auth::Anonymous)
            .endpoint(endpoint)
            .build()
            .expect("a client");
        let request = Translate::new();
        assert_eq!(
            request
                .clone()
                .send(&client)
                .to_http()
                .expect("a request")
                .uri()
                .to_string(),
            url
        );
        request.send(&client).await.expect("a response");
        assert_eq!(script.recorded().last().expect("a request").url, url);
    }
}

#[tokio::test]
async fn a_long_get_travels_as_a_post() {
    let script = Script::empty();
    let client = script.client();
    let overhead = "https://things.googleapis.com/v1/a?view=&alt=json".len();
    for (length, method) in [
        (2048 - overhead, Method::GET),
        (2049 - overhead, Method::POST),
    ] {
        let view = "x".repeat(length);
        Get::new()
            .set("name", "a")
            .set("view", view.as_str())
            .send(&client)
            .await
            .expect("a response");
        let recorded = script.recorded().pop().expect("a request");
        assert_eq!(recorded.method, method, "{length}");
        if method == Method::GET {
            assert_eq!(recorded.url.len(), 2048);
            assert_eq!(recorded.header("x-http-method-override"), None);
        } else {
            assert_eq!(recorded.url, "https://things.googleapis.com/v1/a");
            assert_eq!(recorded.body, format!("view={view}&alt=json"));
            assert_eq!(recorded.header("x-http-method-override"), Some("GET"));
            assert_eq!(
                recorded.header("content-type"),
                Some("application/x-www-form-urlencoded")
            );
            assert_eq!(
                recorded.header("content-length"),
                Some(recorded.body.len().to_string().as_str())
            );
        }
    }
    // A long POST stays as it is.
    Create::new()
        .send(&client)
        .param("q", "y".repeat(4000))
        .await
        .expect("a response");
    assert!(script.recorded().pop().expect("a request").url.len() > 4000);
}

#[test]
fn a_url_beyond_all_limits_is_an_error() {
    let error = Delete::new()
        .set("id", "x".repeat(70_000))
        .to_http()
        .expect_err("too long");
    assert_eq!(error.kind(), ErrorKind::Usage);
}

#[test]
fn a_universe_moves_the_host() {
    let script = Script::empty();
    let builder = || script.builder().credentials(gapi::auth::Anonymous);
    let client = builder()
        .universe_domain("example.goog")
        .build()
        .expect("a client");
    let request = Create::new().send(&client).to_http().expect("a request");
    assert_eq!(request.uri().host(), Some("things.example.goog"));
    for bad in ["", " ", "a/b", "https://x"] {
        assert_eq!(
            builder()
                .universe_domain(bad)
                .build()
                .expect_err(bad)
                .kind(),
            ErrorKind::Usage
        );
    }
}

#[tokio::test]
async fn patterns_are_checked_on_demand() {
    let script = Script::empty();
    let client = script.client();
    let odd = || Bucket::new().set("bucket", "B_1");
    odd().send(&client).await.expect("the server's business");
    let error = odd()
        .send(&client)
        .check_patterns(true)
        .await
        .expect_err("no bucket");
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert_eq!(
        error.to_string(),
        r#"storage.buckets.get: parameter "bucket": "B_1" does not match the document's pattern "[a-z][-a-z0-9]*""#
    );
    let of_size = |size| {
        let request = Bucket::new().set("bucket", "b-1").set("maxResults", size);
        request.send(&client).check_patterns(true)
    };
    for (size, limit) in [("501", "maximum is 500"), ("0", "minimum is 1")] {
        let error = of_size(size).await.expect_err("no size");
        assert_eq!(error.kind(), ErrorKind::Usage);
        assert_eq!(
            error.to_string(),
            format!(
                r#"storage.buckets.get: parameter "maxResults": {size} is outside of the document's range, whose {limit}"#
            )
        );
    }
    of_size("500").await.expect("a response");
    assert_eq!(script.recorded().len(), 2);
}
