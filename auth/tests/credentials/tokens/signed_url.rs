//! Signed URLs and POST policies: Google's conformance vectors, and what is refused.

use std::time::{Duration, SystemTime};

use gapi_auth::{AuthErrorKind, PostPolicy, ServiceAccount, SignedUrl};
use gapi_fakes::signed_urls::SignedStorage;
use http::Method;
use serde_json::Value;

const VECTORS: &str = include_str!("../../vectors/v4_signatures.json");
const ACCOUNT: &str = include_str!("../../vectors/test_service_account.not-a-test.json");

fn robot() -> ServiceAccount {
    ServiceAccount::from_json(ACCOUNT).expect("the vectors' account")
}

fn vectors(name: &str) -> Vec<Value> {
    let vectors: Value = serde_json::from_str(VECTORS).expect("JSON");
    vectors[name].as_array().expect("a list").clone()
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

fn time(value: &Value) -> SystemTime {
    let text = text(value, "timestamp").expect("a time");
    text.parse::<jiff::Timestamp>().expect("RFC 3339").into()
}

fn seconds(value: &Value) -> Duration {
    Duration::from_secs(value["expiration"].as_u64().expect("seconds"))
}

/// An endpoint by the vectors' precedence: host name, client's endpoint, emulator.
fn endpoint(vector: &Value) -> Option<String> {
    let scheme = text(vector, "scheme").unwrap_or("https");
    let name = text(vector, "hostname").or_else(|| text(vector, "clientEndpoint"));
    let name = name.or_else(|| text(vector, "emulatorHostname"))?;
    Some(if name.contains("://") {
        name.to_owned()
    } else {
        format!("{scheme}://{name}")
    })
}

fn bound_host(vector: &Value) -> Option<String> {
    let host = text(vector, "bucketBoundHostname")?;
    Some(format!(
        "{}://{host}",
        text(vector, "scheme").unwrap_or("https")
    ))
}

fn url_of(vector: &Value) -> SignedUrl {
    let method: Method = text(vector, "method")
        .expect("a verb")
        .parse()
        .expect("a verb");
    let bucket = text(vector, "bucket").expect("a bucket");
    let mut url = match text(vector, "object") {
        Some(object) => SignedUrl::new(method, bucket, object),
        None => SignedUrl::bucket(method, bucket),
    };
    for (name, value) in vector["headers"].as_object().into_iter().flatten() {
        url = url.header(name, value.as_str().expect("text"));
    }
    for (name, value) in vector["queryParameters"].as_object().into_iter().flatten() {
        url = url.query(name, value.as_str().expect("text"));
    }
    if text(vector, "urlStyle") == Some("VIRTUAL_HOSTED_STYLE") {
        url = url.virtual_hosted();
    }
    if let Some(host) = bound_host(vector) {
        url = url.bucket_bound_host(host);
    }
    if let Some(endpoint) = endpoint(vector) {
        url = url.endpoint(endpoint);
    }
    if let Some(universe) = text(vector, "universeDomain") {
        url = url.universe_domain(universe);
    }
    url.valid_from(time(vector)).expires_in(seconds(vector))
}

#[tokio::test]
async fn urls_are_those_of_googles_vectors() {
    let vectors = vectors("signingV4Tests");
    assert_eq!(vectors.len(), 29);
    for vector in vectors {
        let signed = url_of(&vector).sign(&robot().signer()).await;
        let expected = text(&vector, "expectedUrl").expect("a URL");
        assert_eq!(
            signed.expect("signed"),
            expected,
            "{}",
            vector["description"]
        );
    }
}

#[tokio::test]
async fn policies_are_those_of_googles_vectors() {
    let vectors = vectors("postPolicyV4Tests");
    assert_eq!(vectors.len(), 11);
    for vector in vectors {
        let input = &vector["policyInput"];
        let name = |name| text(input, name).expect("a name");
        let mut policy = PostPolicy::new(name("bucket"), name("object"));
        for (name, value) in input["fields"].as_object().into_iter().flatten() {
            policy = policy.field(name, value.as_str().expect("text"));
        }
        if let Some(start) = input["conditions"]["startsWith"].as_array() {
            let field = start[0].as_str().expect("text").trim_start_matches('$');
            policy = policy.starts_with(field, start[1].as_str().expect("text"));
        }
        if let Some(range) = input["conditions"]["contentLengthRange"].as_array() {
            let bytes = |index: usize| range[index].as_u64().expect("bytes");
            policy = policy.content_length(bytes(0)..=bytes(1));
        }
        if text(input, "urlStyle") == Some("VIRTUAL_HOSTED_STYLE") {
            policy = policy.virtual_hosted();
        }
        if let Some(host) = bound_host(input) {
            policy = policy.bucket_bound_host(host);
        }
        let policy = policy.valid_from(time(input)).expires_in(seconds(input));
        let form = policy.sign(&robot().signer()).await.expect("signed");
        let output = &vector["policyOutput"];
        assert_eq!(form.url(), output["url"], "{}", vector["description"]);
        let fields: serde_json::Map<_, _> = form
            .fields()
            .iter()
            .map(|(name, value)| (name.clone(), Value::from(value.as_str())))
            .collect();
        assert_eq!(fields.len(), form.fields().len(), "each field once");
        assert_eq!(
            Value::Object(fields),
            output["fields"],
            "{}",
            vector["description"]
        );
    }
}

#[tokio::test]
async fn what_cloud_storage_would_not_accept_is_refused() {
    let day = Duration::from_secs(24 * 60 * 60);
    let get = || SignedUrl::get("bucket", "object");
    for (url, words) in [
        (get().expires_in(day * 7 + Duration::from_secs(1)), "7 days"),
        (get().expires_in(Duration::from_millis(900)), "a second"),
        (SignedUrl::get("", "object"), "no name of a bucket"),
        (
            SignedUrl::get("a/b", "object").virtual_hosted(),
            "no name of a bucket",
        ),
        (SignedUrl::get("bucket", ""), "object is empty"),
        (SignedUrl::get("bucket", "a/../b"), "`..`"),
        (get().header("Host", "evil"), "`host`"),
        (get().header("a:b", "c"), "`a:b`"),
        (
            get().header("x-goog-acl", "public\nx-goog-meta-a:b"),
            "control character",
        ),
        (get().query("X-Goog-Expires", "1"), "X-Goog-Expires"),
        (get().query("X-Goog-Date", "1"), "X-Goog-Date"),
        (get().endpoint("ftp://host"), "neither https nor http"),
        (get().endpoint("https://user:password@host"), "no host"),
        (get().endpoint("https://host/path"), "no host"),
        (get().bucket_bound_host(""), "no host"),
    ] {
        let error = url.sign(&robot().signer()).await.expect_err(words);
        assert_eq!(error.kind(), AuthErrorKind::Config, "{words}: {error}");
        assert!(error.to_string().contains(words), "{words}: {error}");
        assert!(!error.to_string().contains("password"), "{error}");
    }
    for field in ["key", "POLICY", "x-goog-date", "file"] {
        let error = PostPolicy::new("bucket", "object")
            .field(field, "x")
            .sign(&robot().signer())
            .await
            .expect_err(field);
        assert!(
            error.to_string().contains("by the policy itself"),
            "{error}"
        );
    }
    let seven = get().expires_in(day * 7).sign(&robot().signer()).await;
    assert!(seven.expect("signed").contains("X-Goog-Expires=604800&"));
}

#[tokio::test]
async fn a_policy_is_ascii_and_ignored_fields_are_outside_of_it() {
    let form = PostPolicy::new("bucket", "😀")
        .field("x-ignore-token", "y")
        .sign(&robot().signer())
        .await
        .expect("signed");
    let field = |wanted: &str| {
        let found = form.fields().iter().find(|(name, _)| name == wanted);
        &found.expect("the field").1
    };
    use base64::{Engine, engine::general_purpose::STANDARD};
    let policy = STANDARD.decode(field("policy")).expect("base64");
    let policy = String::from_utf8(policy).expect("text");
    assert!(policy.contains(r"\ud83d\ude00"), "{policy}");
    assert!(!policy.contains("x-ignore"), "{policy}");
    assert_eq!(field("key"), "😀");
    assert_eq!(field("x-ignore-token"), "y");
}

#[tokio::test]
async fn nothing_that_is_worth_a_token_is_displayed() {
    let url = SignedUrl::put("bucket", "object")
        .header("x-goog-encryption-key", "canary-key")
        .query("token", "canary-value");
    let form = PostPolicy::new("bucket", "object").field("x-goog-meta-a", "canary-field");
    let displayed = format!("{url:?} {form:?}");
    assert!(
        displayed.contains("x-goog-encryption-key") && !displayed.contains("canary"),
        "{displayed}"
    );
    let signed = form.sign(&robot().signer()).await.expect("signed");
    let secrets: Vec<_> = signed.fields().iter().map(|(_, value)| value).collect();
    let displayed = format!("{signed:?}");
    assert!(
        secrets
            .iter()
            .all(|secret| !displayed.contains(secret.as_str())),
        "{displayed}"
    );
}

/// Against a server that makes the canonical request of what it receives.
#[tokio::test]
async fn a_server_accepts_what_was_signed_and_nothing_else() {
    let account =
        gapi_fakes::keys::ServiceAccount::new("robot", "example-123").expect("an account");
    let storage = SignedStorage::new(&account);
    let storage = gapi_fakes::Server::start(storage).await.expect("a server");
    let json = account.key_json("https://oauth2.googleapis.com/token");
    let robot = ServiceAccount::from_json(&json).expect("a service account");
    let http = reqwest::Client::new();
    let name = "a folder/ü & 100%+~ (1)?#.txt";
    let put = SignedUrl::put("my-bucket", name)
        .header("Content-Type", "text/plain")
        .header("x-goog-meta-note", "  two   words ")
        .query("generation", "1 2+3")
        .endpoint(storage.url());
    let url = put.sign(&robot.signer()).await.expect("signed");
    let send = async |note: &'static str| {
        let request = http
            .put(&url)
            .header("content-type", "text/plain")
            .body("text");
        let response = request.header("x-goog-meta-note", note).send().await;
        response.expect("a response").status().as_u16()
    };
    assert_eq!(send("two words").await, 200);
    assert_eq!(send("three words").await, 403);
    let get = SignedUrl::get("my-bucket", name).endpoint(storage.url());
    let url = get.sign(&robot.signer()).await.expect("signed");
    let response = http.get(&url).send().await.expect("a response");
    assert_eq!(response.text().await.expect("text"), "text");
    let status = async |request: reqwest::RequestBuilder| {
        let response = request.send().await.expect("a response");
        response.status().as_u16()
    };
    assert_eq!(status(http.delete(&url)).await, 403, "another verb");
    assert_eq!(
        status(http.get(url.replace("folder", "older"))).await,
        403,
        "another object"
    );
    assert_eq!(
        status(http.get(url.replace("X-Goog-Expires=3600", "X-Goog-Expires=7200"))).await,
        403
    );
    let old = get
        .clone()
        .valid_from(SystemTime::now() - Duration::from_secs(3700));
    let old = old.sign(&robot.signer()).await.expect("signed");
    assert_eq!(status(http.get(old)).await, 400, "expired");
    let another =
        gapi_fakes::keys::ServiceAccount::with_own_key("robot", "example-123").expect("a key");
    let json = another.key_json("https://oauth2.googleapis.com/token");
    let forger = ServiceAccount::from_json(&json).expect("a service account");
    let forged = get.sign(&forger.signer()).await.expect("signed");
    assert_eq!(status(http.get(forged)).await, 403, "another key");
}
