//! Where requests go: emulators, locations, endpoints for client certificates; and who pays. Each is a function of the environment that the client is given.

use gapi::{
    ErrorKind, MtlsEndpoint, Upload,
    auth::{AccessToken, Anonymous, ApiKey, Environment, Token, from_fn},
};

use crate::{
    api::{Bucket, Document, Get, Instance},
    script::Script,
};

fn bucket() -> Bucket {
    Bucket::new().set("bucket", "b")
}

fn emulators() -> Environment {
    Environment::new()
        .var("STORAGE_EMULATOR_HOST", "http://localhost:9023")
        .var("FIRESTORE_EMULATOR_HOST", "::1:8080")
        .var("SPANNER_EMULATOR_HOST", "localhost:9010")
}

#[tokio::test]
async fn an_emulator_gets_no_credentials_and_no_key() {
    let script = Script::empty();
    let client = script
        .builder()
        .credentials(from_fn(|| async {
            Err::<Token, _>(gapi::auth::AuthError::new(
                gapi::auth::AuthErrorKind::Other,
                "asked",
            ))
        }))
        .api_key("CANARY-KEY")
        .quota_project("payer")
        .environment(emulators())
        .build()
        .expect("a client");
    bucket().send(&client).await.expect("a response");
    Document::new().send(&client).await.expect("a response");
    Upload::<crate::api::Thing>::new(gapi::Request::into_call(bucket()), b"x".to_vec())
        .send(&client)
        .await
        .expect("a response");
    let recorded = script.recorded();
    let urls: Vec<&str> = recorded
        .iter()
        .map(|recorded| recorded.url.as_str())
        .collect();
    assert_eq!(
        urls,
        [
            "http://localhost:9023/storage/v1/b/b?alt=json",
            "http://[::1]:8080/v1/document?alt=json",
            "http://localhost:9023/upload/storage/v1/b/b?alt=json&uploadType=media",
        ]
    );
    assert_eq!(recorded[0].header("authorization"), None);
    assert_eq!(recorded[1].header("authorization"), Some("Bearer owner"));
    assert_eq!(recorded[2].header("authorization"), None);

    // What the caller writes himself goes, and other APIs ask the credentials as ever.
    bucket()
        .send(&client)
        .header("authorization", "Bearer mine")
        .await
        .expect("a response");
    assert_eq!(
        script.recorded()[3].header("authorization"),
        Some("Bearer mine")
    );
    let error = Get::new()
        .set("name", "a")
        .send(&client)
        .await
        .expect_err("no token");
    assert_eq!(error.kind(), ErrorKind::Auth);
}

#[tokio::test]
async fn a_client_of_emulators_needs_no_credentials() {
    let script = Script::empty();
    let build = |environment: Environment| script.builder().environment(environment).build();
    let client = build(emulators()).expect("a client");
    Document::new().send(&client).await.expect("sent");
    // All others need them, and fail.
    let error = Get::new().set("name", "a").send(&client).await;
    let error = error.expect_err("nobody");
    assert_eq!(error.kind(), ErrorKind::Auth);
    assert!(script.recorded().len() == 1, "nothing went elsewhere");
    assert!(build(Environment::new()).is_err());
    let off = script.builder().environment(emulators()).emulators(false);
    assert!(off.build().is_err());
}

#[tokio::test]
async fn an_emulator_that_does_not_speak_rest_is_an_error() {
    let script = Script::empty();
    let with = |environment| {
        script
            .builder()
            .credentials(Anonymous)
            .environment(environment)
            .build()
            .expect("a client")
    };
    let error = Instance::new()
        .send(&with(emulators()))
        .await
        .expect_err("gRPC");
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(
        error.to_string().contains("SPANNER_EMULATOR_HOST"),
        "{error}"
    );
    let odd = emulators().var("STORAGE_EMULATOR_HOST", "local host");
    let error = bucket().send(&with(odd)).await.expect_err("no URL");
    assert!(
        error.to_string().contains("STORAGE_EMULATOR_HOST"),
        "{error}"
    );
    assert!(script.recorded().is_empty());
}

#[tokio::test]
async fn an_endpoint_or_a_word_keeps_emulators_out() {
    let script = Script::empty();
    let client = |builder: gapi::ClientBuilder| {
        builder
            .credentials(AccessToken::new("token"))
            .environment(emulators())
            .build()
            .expect("a client")
    };
    let off = client(script.builder().emulators(false));
    bucket().send(&off).await.expect("a response");
    let custom = client(script.builder().endpoint("https://proxy.example/p"));
    bucket()
        .send(&custom)
        .location("mars")
        .await
        .expect("a response");
    let recorded = script.recorded();
    assert_eq!(
        recorded[0].url,
        "https://storage.googleapis.com/storage/v1/b/b?alt=json"
    );
    assert_eq!(
        recorded[1].url,
        "https://proxy.example/p/storage/v1/b/b?alt=json"
    );
    for recorded in recorded {
        assert_eq!(recorded.header("authorization"), Some("Bearer token"));
    }
}

#[tokio::test]
async fn the_environment_names_a_server_of_this_machine_for_all_requests() {
    let script = Script::empty();
    let client = |endpoint: &str| {
        let builder = script.builder().credentials(AccessToken::new("token"));
        builder.environment(emulators().var("GAPI_ENDPOINT", endpoint))
    };
    let local = client("http://127.0.0.1:8080/p").build().expect("a client");
    bucket().send(&local).await.expect("a response");
    let off = client("http://127.0.0.1:8080").emulators(false);
    bucket()
        .send(&off.build().expect("a client"))
        .await
        .expect("a response");
    let custom = client("?").endpoint("https://proxy.example");
    bucket()
        .send(&custom.build().expect("a client"))
        .await
        .expect("a response");
    let recorded = script.recorded();
    let urls: Vec<_> = recorded.iter().map(|recorded| &*recorded.url).collect();
    assert_eq!(
        urls,
        [
            "http://127.0.0.1:8080/p/storage/v1/b/b?alt=json",
            "https://storage.googleapis.com/storage/v1/b/b?alt=json",
            "https://proxy.example/storage/v1/b/b?alt=json",
        ]
    );
    assert_eq!(recorded[0].header("authorization"), Some("Bearer token"));

    for (elsewhere, why) in [
        (
            "https://evil.example",
            "is not on this machine; set it in the program",
        ),
        ("http://127.0.0.1.evil.example", "is not on this machine"),
        ("?", "is not a URL"),
    ] {
        let error = client(elsewhere).build().expect_err(elsewhere).to_string();
        assert!(
            error.contains("GAPI_ENDPOINT") && error.contains(why),
            "{error}"
        );
    }
}

#[tokio::test]
async fn locations_are_those_of_the_document() {
    let script = Script::empty();
    let client = script
        .builder()
        .credentials(Anonymous)
        .location("europe-west1")
        .build()
        .expect("a client");
    bucket().send(&client).await.expect("a response");
    bucket()
        .send(&client)
        .location("us-east1")
        .await
        .expect("a response");
    bucket()
        .send(&client)
        .location("global")
        .await
        .expect("a response");
    let hosts: Vec<String> = script
        .recorded()
        .iter()
        .map(|recorded| recorded.url.split('/').nth(2).expect("a host").to_owned())
        .collect();
    assert_eq!(
        hosts,
        [
            "storage.europe-west1.rep.googleapis.com",
            "storage.us-east1.rep.googleapis.com",
            "storage.googleapis.com",
        ]
    );
    let error = bucket()
        .send(&client)
        .location("mars")
        .await
        .expect_err("nowhere");
    assert_eq!(
        error.to_string(),
        "storage.buckets.get: storage v1 has no endpoint in the location \"mars\", but in \"global\", europe-west1, us-east1"
    );
    // Data that is to stay in a region is not sent elsewhere because an API has no endpoint there.
    let error = Get::new()
        .set("name", "a")
        .send(&client)
        .await
        .expect_err("nowhere");
    assert!(
        error.to_string().contains("no regional endpoints"),
        "{error}"
    );
    assert_eq!(script.recorded().len(), 3);
}

#[tokio::test]
async fn client_certificates_have_their_own_endpoints() {
    let url = async |builder: gapi::ClientBuilder, script: &Script| {
        let client = builder.credentials(Anonymous).build()?;
        bucket().send(&client).await?;
        let url = script.recorded().last().expect("a request").url.clone();
        Ok::<_, gapi::Error>(url.contains(".mtls."))
    };
    let script = Script::empty();
    let with_variable = |text: &str| Environment::new().var("GOOGLE_API_USE_MTLS_ENDPOINT", text);
    let builder = |environment: Environment| script.builder().environment(environment);
    for (builder, expected) in [
        (builder(Environment::new()), false),
        (builder(Environment::new()).client_certificate(true), true),
        (
            builder(with_variable("never")).client_certificate(true),
            false,
        ),
        (builder(with_variable("always")), true),
        (builder(with_variable("auto")), false),
        (
            builder(with_variable("auto")).client_certificate(true),
            true,
        ),
        (
            builder(with_variable("always")).mtls_endpoint(MtlsEndpoint::Never),
            false,
        ),
        (
            builder(with_variable("odd")).mtls_endpoint(MtlsEndpoint::Always),
            true,
        ),
        (
            builder(with_variable("always")).endpoint("https://x"),
            false,
        ),
    ] {
        assert_eq!(url(builder, &script).await.expect("a response"), expected);
    }
    let error = url(builder(with_variable("Always")), &script)
        .await
        .expect_err("spelled otherwise");
    assert!(
        error.to_string().contains("GOOGLE_API_USE_MTLS_ENDPOINT"),
        "{error}"
    );
    let elsewhere = builder(with_variable("always")).universe_domain("example.goog");
    let error = elsewhere
        .credentials(AccessToken::new("t").universe_domain("example.goog"))
        .build()
        .expect("a client");
    let error = bucket().send(&error).await.expect_err("no such");
    assert!(error.to_string().contains("example.goog"), "{error}");
}

#[tokio::test]
async fn the_environment_names_the_quota_project_by_default() {
    let script = Script::empty();
    let environment = Environment::new().var("GOOGLE_CLOUD_QUOTA_PROJECT", "of-the-environment");
    let send = async |credentials: std::sync::Arc<dyn gapi::Credentials>, own: Option<&str>| {
        let client = script
            .builder()
            .credentials(credentials)
            .environment(environment.clone())
            .build()
            .expect("a client");
        let mut sending = Get::new().set("name", "a").send(&client);
        if let Some(project) = own {
            sending = sending.quota_project(project);
        }
        sending.await.expect("a response");
        let recorded = script.recorded().pop().expect("a request");
        recorded.header("x-goog-user-project").map(String::from)
    };
    let token = || std::sync::Arc::new(AccessToken::new("t"));
    assert_eq!(
        send(token(), None).await.as_deref(),
        Some("of-the-environment")
    );
    assert_eq!(
        send(token(), Some("of-the-call")).await.as_deref(),
        Some("of-the-call")
    );
    let payer = std::sync::Arc::new(AccessToken::new("t").quota_project("of-the-token"));
    assert_eq!(send(payer, None).await.as_deref(), Some("of-the-token"));
    // A key has its project already, and anonymous calls have none.
    assert_eq!(
        send(std::sync::Arc::new(ApiKey::new("k")), None).await,
        None
    );
    assert_eq!(send(std::sync::Arc::new(Anonymous), None).await, None);
}

#[tokio::test]
async fn a_universe_of_the_environment() {
    let script = Script::empty();
    let environment = Environment::new().var("GOOGLE_CLOUD_UNIVERSE_DOMAIN", "example.goog");
    let builder = || {
        script
            .builder()
            .credentials(Anonymous)
            .environment(environment.clone())
    };
    let client = builder().credentials(AccessToken::new("t").universe_domain("example.goog"));
    bucket()
        .send(&client.build().expect("a client"))
        .await
        .expect("a response");
    assert!(
        script
            .only()
            .url
            .starts_with("https://storage.example.goog/")
    );
    let odd = environment
        .clone()
        .var("GOOGLE_CLOUD_UNIVERSE_DOMAIN", "no host");
    let error = builder()
        .environment(odd.clone())
        .build()
        .expect_err("no host");
    assert!(error.to_string().contains("no host"), "{error}");
    builder()
        .environment(odd)
        .universe_domain("example.goog")
        .build()
        .expect("said here");
}
