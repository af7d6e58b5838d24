//! Nothing secret is displayed, in any form.

use std::{
    error::Error,
    fmt::{Debug, Write as _},
    sync::{Arc, Mutex},
};

use gapi_auth::{
    AccessToken, ApiKey, AuthHeaders, AuthRequest, Scopes, ServiceAccount, Token, from_fn,
};
use http::{HeaderMap, Uri};
use serde_json::json;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use super::support::*;

const CANARY: &str = "canary-d0a1";

#[track_caller]
fn assert_silent(displayed: impl Debug) {
    for text in [format!("{displayed:?}"), format!("{displayed:#?}")] {
        assert!(
            !text.contains("canary")
                && !text.contains(&key_text())
                && !text.contains("PRIVATE KEY"),
            "{text}"
        );
    }
}

/// Characters from the middle of the private key.
fn key_text() -> String {
    key().pkcs8.lines().nth(12).expect("a line").to_owned()
}

#[tokio::test(start_paused = true)]
async fn debug_shows_no_secret() {
    let canary = format!("ya29.{CANARY}");
    assert_silent(Token::new(canary.as_str()));
    assert_silent(AccessToken::new(&canary).quota_project("p"));
    assert_silent(ApiKey::new(&canary));
    assert_silent(AuthHeaders::bearer(&canary).expect("a token"));
    let map = HeaderMap::from_iter([(
        http::header::AUTHORIZATION,
        canary.parse().expect("a value"),
    )]);
    let own = AuthHeaders::new(map);
    assert_silent(&own);
    assert_silent(own.headers());

    let source = canary.clone();
    let function = from_fn(move || {
        let token = Token::new(source.as_str());
        async { Ok(token) }
    });
    let headers = ask(&function).await.expect("a token");
    assert_eq!(bearer(&headers), canary);
    assert_silent(headers.headers());
    assert_silent(&headers);
    assert_silent(&function);

    for uri in [
        "https://oauth2.googleapis.com/token",
        "http://127.0.0.1/token",
    ] {
        let endpoint = Endpoint::new([Ok(response(
            200,
            &json!({"access_token": canary, "expires_in": 3600}).to_string(),
        ))]);
        let account = account().token_uri(uri).transport(endpoint.shared());
        assert_eq!(bearer(&ask(&account).await.expect("a token")), canary);
        assert_silent(&account);
        assert_silent(account.clone().self_signed(true));
        assert_silent(account.clone().claim("extra", CANARY));
    }
    let url = Uri::from_static("https://user:canary@example.googleapis.com/v1/things?key=canary");
    assert_silent(AuthRequest::new(&url, Scopes::Default(&["scope"])));
}

/// An error and everything behind it.
fn everything(error: &dyn Error) -> String {
    let mut text = format!("{error} {error:?} {error:#?}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        let _ = write!(text, " {inner} {inner:?} {inner:#?}");
        cause = inner.source();
    }
    text
}

#[tokio::test(start_paused = true)]
async fn errors_show_no_secret() {
    let echo = format!("{CANARY}-0123456789012345678901234567890123456789");
    for (status, body) in [
        (200, json!({"access_token": CANARY, "token_type": "mac"}).to_string()),
        (200, json!({"access_token": CANARY, "expires_in": "never"}).to_string()),
        (200, json!({"id_token": CANARY, "refresh_token": CANARY}).to_string()),
        (400, json!({"error": "invalid_grant", "error_description": format!("bad assertion={CANARY}")}).to_string()),
        (400, json!({"error": "invalid_grant", "error_description": format!("bad {echo}")}).to_string()),
        (400, json!({"error": echo, "client_secret": CANARY}).to_string()),
        (502, format!("<html>assertion={CANARY}</html>")),
    ] {
        let responses = (0..3).map(|_| Ok(response(status, &body)));
        let endpoint = Endpoint::new(responses);
        let error = ask(&account().transport(endpoint.shared())).await.expect_err(&body);
        let text = everything(&error);
        assert!(!text.contains("canary"), "{text}");
    }
    for token in [format!("{CANARY}\r\nx"), format!("{CANARY}\0")] {
        let error = ask(&AccessToken::new(&token))
            .await
            .expect_err("no header value");
        assert!(!everything(&error).contains("canary"));
        let error = ask(&ApiKey::new(&token))
            .await
            .expect_err("no header value");
        assert!(!everything(&error).contains("canary"));
        assert!(
            !everything(&AuthHeaders::bearer(&token).expect_err("no header value"))
                .contains("canary")
        );
    }
    let mut file = key_file();
    file["private_key"] = json!([CANARY]);
    let error = ServiceAccount::from_json(&file.to_string()).expect_err("no key");
    assert!(!everything(&error).contains("canary"));
    let error = ServiceAccount::from_json(&format!("{{\"private_key\": \"{CANARY}\" oops"))
        .expect_err("no JSON");
    assert!(!everything(&error).contains("canary"));
}

/// Keeps everything that is traced.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        attributes.record(&mut self.clone());
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut self.clone());
    }
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

impl Visit for Log {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = writeln!(self.0.lock().expect("log"), "{field}={value:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn traces_show_no_secret() {
    let log = Log::default();
    // For the whole process: what the other tests of this program trace is looked at too.
    tracing::subscriber::set_global_default(log.clone()).expect("the first subscriber");
    tracing::callsite::rebuild_interest_cache();
    let granted = json!({"access_token": format!("ya29.{CANARY}"), "expires_in": 3600}).to_string();
    let endpoint = Endpoint::new([
        Ok(response(503, &format!("access_token={CANARY}"))),
        Ok(response(200, &granted)),
        Ok(refusal("invalid_grant", &format!("assertion={CANARY}"))),
    ]);
    let account = account().transport(endpoint.shared());
    let used = ask(&account).await.expect("a token");
    assert!(gapi_auth::Credentials::reject(&account, &used));
    ask(&account).await.expect_err("refused");
    let text = log.0.lock().expect("log").clone();
    assert!(
        text.contains("fetched a token")
            && text.contains("trying again")
            && text.contains("invalid_grant"),
        "{text}"
    );
    assert!(
        !text.contains("canary") && !text.contains(&key_text()),
        "{text}"
    );
    assert!(!text.contains("eyJ"), "no assertion: {text}");
}
