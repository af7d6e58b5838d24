//! Nothing secret is shown by `Debug` or `Display`.

use gapi::{
    Body, Call, CallOptions, Client, Media, PendingCall,
    auth::AccessToken,
    discovery::{Api, Method, Parameter, Verb},
};

use crate::{
    api::{Content, Create, Get, List, Patch, Photo, Thing, thing},
    script::{Script, json, redirect},
};

const CANARY: &str = "CANARY";

fn displayed(what: &str, text: &str) {
    assert!(
        !text.to_uppercase().contains(CANARY),
        "{what} shows a secret: {text}"
    );
}

fn secret_thing() -> Thing {
    Thing {
        password: Some(CANARY.into()),
        ..thing("a")
    }
}

fn options() -> CallOptions {
    CallOptions::new()
        .key(CANARY)
        .header("x-secret", CANARY)
        .param("access_token", CANARY)
        .trace(CANARY)
}

#[tokio::test]
async fn debug_of_all_types_of_a_call() {
    let script = Script::new(|_| {
        json(
            200,
            r#"{"name": "a", "password": "CANARY", "newer": "CANARY"}"#,
        )
    });
    let builder = script
        .builder()
        .credentials(AccessToken::new(CANARY))
        .api_key(CANARY)
        .endpoint("https://h.example/p")
        .options(options());
    displayed("ClientBuilder", &format!("{builder:?}"));
    let client = builder.build().expect("a client");
    displayed("Client", &format!("{client:?}"));
    displayed("CallOptions", &format!("{:?}", options()));
    let body = Body::from(secret_thing());
    displayed("Body", &format!("{body:?}"));
    let request = Create::new().set("newPassword", CANARY).body(body);
    displayed("Request", &format!("{request:?}"));
    displayed("Call", &format!("{:?}", gapi::Request::call(&request)));
    let sending = request.clone().send(&client).options(options());
    displayed("PendingCall", &format!("{sending:?}"));
    displayed(
        "HttpRequest",
        &format!("{:?}", sending.to_http().expect("a request")),
    );
    let pages = List::new()
        .set("q", CANARY)
        .pages(&client)
        .options(options());
    displayed("Pages", &format!("{pages:?}"));
    let upload = Photo::new()
        .set("q", CANARY)
        .upload(Media::bytes(CANARY).content_type(CANARY));
    displayed("Upload", &format!("{upload:?}"));
    displayed(
        "Media",
        &format!("{:?}", Media::from(CANARY.as_bytes().to_vec())),
    );
    let download = Content::new()
        .set("id", "a")
        .set("part", CANARY)
        .download(&client)
        .options(options());
    displayed("Download", &format!("{download:?}"));
    let mut chunks = download.stream().await.expect("a response");
    displayed("Chunks", &format!("{chunks:?}"));
    let _ = chunks.next().await.expect("a chunk");
    displayed("Chunks at the end", &format!("{chunks:?}"));
    let items = List::new()
        .set("q", CANARY)
        .items(&client)
        .options(options());
    displayed("Items", &format!("{items:?}"));
    let response = request
        .clone()
        .send(&client)
        .with_meta()
        .await
        .expect("a response");
    displayed("Response", &format!("{response:?}"));
    displayed("a response", &format!("{:?}", *response));
    let raw = request.send(&client).raw().await.expect("a response");
    displayed("a raw Response", &format!("{raw:?}"));
}

#[tokio::test]
async fn errors_of_every_kind() {
    let bodies = [
        r#"{"error": {"message": "API key CANARY not valid.", "errors": [{"reason": "CANARY"}], "details": [{"@type": "x/y", "a": "CANARY"}]}}"#,
        "<html>CANARY</html>",
        "CANARY",
    ];
    for body in bodies {
        for status in [200, 400, 403, 500] {
            let script = Script::new(move |_| json(status, body));
            let client = script
                .builder()
                .credentials(AccessToken::new(CANARY))
                .build()
                .expect("a client");
            let result = Create::new()
                .body(secret_thing())
                .send(&client)
                .options(options())
                .await;
            let Err(error) = result else { continue };
            displayed("Display", &error.to_string());
            displayed("Debug", &format!("{error:?}"));
            displayed("alternate Debug", &format!("{error:#?}"));
            displayed("url", error.url().expect("a URL"));
            assert_eq!(
                error.body().expect("a body"),
                body,
                "the body can be asked for"
            );
        }
    }
    let refused =
        Script::new(|_| redirect(302, "http://user:CANARY@h.example/?access_token=CANARY"));
    let error = Get::new()
        .set("name", "a")
        .send(&refused.client())
        .options(options())
        .await
        .expect_err("refused");
    displayed("a redirect", &format!("{error} {error:?}"));
    for bad in [
        "https://user:CANARY@h/",
        "CANARY://h",
        "https://h/?key=CANARY",
    ] {
        let error = Client::builder()
            .credentials(AccessToken::new("t"))
            .endpoint(bad)
            .build()
            .expect_err(bad);
        if !bad.starts_with(CANARY) {
            displayed("an endpoint", &format!("{error} {error:?}"));
        }
    }
    let error = Patch::new()
        .set("bucket", "CANARY/")
        .set("object", "..")
        .to_http()
        .expect_err("refused");
    displayed("a path", &format!("{error} {error:?}"));
}

#[tokio::test]
async fn parameters_with_the_names_of_secrets() {
    static API: Api =
        Api::new("vault", "v1", "", "https://vault.googleapis.com/").with_patterns(&["[a-z]+"]);
    static GET: Method = Method::new(&API, Verb::Get, "vault.get", "v1/{accessToken}:use")
        .with_parameters(&[Parameter::path("accessToken"), Parameter::query("otp")])
        .with_patterns(&[(0, 0)])
        .with_ranges(&[(1, "1", "9")]);
    let script = Script::new(|_| json(403, r#"{"error": {"message": "no"}}"#));
    let client = script.client();
    let call = |token: &str, otp: &str| {
        Call::new(&GET)
            .with("accessToken", token.to_owned())
            .with("otp", otp.to_owned())
    };
    let send =
        |token: &str, otp: &str| PendingCall::<serde_json::Value>::new(&client, call(token, otp));
    for (token, otp, expected) in [
        (
            CANARY,
            "1",
            "the value does not match the document's pattern",
        ),
        (
            "a",
            "424242",
            "the value is outside of the document's range",
        ),
    ] {
        let error = send(token, otp)
            .check_patterns(true)
            .await
            .expect_err("no key");
        let text = format!("{error} {error:?}");
        assert!(
            text.contains(expected) && !text.contains("424242"),
            "{text}"
        );
        displayed("Error", &text);
    }
    let error = send(CANARY, "424242").await.expect_err("an error");
    let request = call(CANARY, "424242").to_http().expect("a request");
    let texts = [
        format!("{error:?}"),
        format!("{request:?}"),
        request.to_curl(""),
    ];
    for text in texts {
        assert!(
            text.contains("/v1/REDACTED") && !text.contains("424242"),
            "{text}"
        );
        displayed("text", &text);
    }
}
