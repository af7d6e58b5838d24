//! Nothing secret is shown by `Debug`, `Display`, or tracing.

use std::{
    fmt::{self, Write as _},
    sync::{Arc, Mutex},
};

use gapi::{Body, CallOptions, Client, auth::AccessToken};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use crate::{
    api::{Create, Get, List, Patch, Thing, thing},
    script::{Script, json, redirect},
};

const CANARY: &str = "CANARY";

fn shown(what: &str, text: &str) {
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
async fn debug_of_everything_on_the_way() {
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
    shown("ClientBuilder", &format!("{builder:?}"));
    let client = builder.build().expect("a client");
    shown("Client", &format!("{client:?}"));
    shown("CallOptions", &format!("{:?}", options()));
    let body = Body::from(secret_thing());
    shown("Body", &format!("{body:?}"));
    let request = Create::new().set("newPassword", CANARY).body(body);
    shown("Request", &format!("{request:?}"));
    shown("Call", &format!("{:?}", gapi::Request::call(&request)));
    let sending = request.clone().send(&client).with(options());
    shown("Sending", &format!("{sending:?}"));
    shown(
        "HttpRequest",
        &format!("{:?}", sending.to_http().expect("a request")),
    );
    let pages = List::new().set("q", CANARY).pages(&client).with(options());
    shown("Pages", &format!("{pages:?}"));
    let items = List::new().set("q", CANARY).items(&client).with(options());
    shown("Items", &format!("{items:?}"));
    let response = request
        .clone()
        .send(&client)
        .with_meta()
        .await
        .expect("an answer");
    shown("Response", &format!("{response:?}"));
    shown("an answer", &format!("{:?}", *response));
    let raw = request.send(&client).raw().await.expect("an answer");
    shown("a raw Response", &format!("{raw:?}"));
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
                .with(options())
                .await;
            let Err(error) = result else { continue };
            shown("Display", &error.to_string());
            shown("Debug", &format!("{error:?}"));
            shown("alternate Debug", &format!("{error:#?}"));
            shown("url", error.url().expect("a URL"));
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
        .with(options())
        .await
        .expect_err("refused");
    shown("a redirect", &format!("{error} {error:?}"));
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
            shown("an endpoint", &format!("{error} {error:?}"));
        }
    }
    let error = Patch::new()
        .set("bucket", "CANARY/")
        .set("object", "..")
        .to_http()
        .expect_err("refused");
    shown("a path", &format!("{error} {error:?}"));
}

/// Writes everything that is traced into a string.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<String>>);

struct Writer<'a>(&'a mut String);

impl Visit for Writer<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}

impl Subscriber for Recorder {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        let mut text = self.0.lock().expect("lock");
        let _ = write!(text, "\n{}", attributes.metadata().name());
        attributes.record(&mut Writer(&mut text));
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut Writer(&mut self.0.lock().expect("lock")));
    }
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        let mut text = self.0.lock().expect("lock");
        text.push('\n');
        event.record(&mut Writer(&mut text));
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

#[tokio::test]
async fn traces_show_the_method_and_what_came_of_it() {
    let recorder = Recorder::default();
    let guard = tracing::subscriber::set_default(recorder.clone());
    let script = Script::steps([
        redirect(302, "https://other.example/?access_token=CANARY"),
        json(403, "{}"),
    ]);
    let client = script
        .builder()
        .credentials(AccessToken::new(CANARY))
        .build()
        .expect("a client");
    let _ = Get::new()
        .set("name", "canary")
        .send(&client)
        .with(options())
        .await;
    drop(guard);
    let text = recorder.0.lock().expect("lock").clone();
    shown("tracing", &text);
    for part in [
        "method=\"things.get\"",
        "attempts=1",
        "status=403",
        "bytes=2",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}
