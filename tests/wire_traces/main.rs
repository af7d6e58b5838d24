//! What is traced: the method and what came of it, and nothing secret.
//!
//! A binary of its own: which places in the code trace at all is decided once for a whole process.
#![cfg(feature = "auth")]

#[allow(dead_code)]
#[path = "../wire_rules/api.rs"]
mod api;
#[allow(dead_code)]
#[path = "../wire_rules/script.rs"]
mod script;

use std::{
    fmt::{self, Write as _},
    sync::{Arc, Mutex},
    time::Duration,
};

use gapi::{CallOptions, RetryPolicy, auth::AccessToken};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use crate::{
    api::Get,
    script::{Script, json, redirect},
};

const CANARY: &str = "CANARY";

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
        json(503, r#"{"error": {"message": "CANARY"}}"#),
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
        .options(
            CallOptions::new()
                .key(CANARY)
                .retry(RetryPolicy::new().initial_delay(Duration::ZERO))
                .header("x-secret", CANARY)
                .param("access_token", CANARY),
        )
        .await;
    drop(guard);
    let text = recorder.0.lock().expect("lock").clone();
    assert!(!text.to_uppercase().contains(CANARY), "{text}");
    for part in [
        "method=\"things.get\"",
        "attempts=1",
        "attempts=2",
        "trying again",
        "status=503",
        "status=403",
        "bytes=2",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}
