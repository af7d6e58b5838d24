//! Error responses.

use std::time::Duration;

use gapi::{ErrorDetail, ErrorKind, transport::TransportErrorKind};
use serde_json::json;

use crate::{
    api::{Create, Get},
    script::{Script, Step, json as json_step, response},
};

async fn failed(status: u16, body: impl Into<String>) -> gapi::Error {
    let body = body.into();
    let script = Script::new(move |_| json_step(status, &body));
    Get::new()
        .set("name", "a")
        .send(&script.client())
        .await
        .expect_err("an error answer")
}

#[tokio::test]
async fn a_clone_is_the_same_error() {
    use std::error::Error as _;

    let error = failed(404, r#"{"error": {"message": "None."}}"#).await;
    let clone = error.clone();
    assert_eq!(clone.to_string(), error.to_string());
    assert!(clone.is_not_found());
    assert_eq!(
        clone.body().map(|b| b.as_ptr()),
        error.body().map(|b| b.as_ptr())
    );

    let script = Script::new(|_| Step::Fail(TransportErrorKind::Body));
    let call = Create::new().send(&script.client());
    let error = call.await.expect_err("no response");
    let clone = error.clone();
    let sources = [&error, &clone].map(|error| error.source().map(std::ptr::from_ref));
    assert!(
        sources[0].is_some_and(|source| std::ptr::addr_eq(source, sources[1].expect("a source")))
    );
}

#[tokio::test]
async fn an_error_has_all_that_the_server_reported() {
    let body = json!({"error": {
        "code": 429, "message": "Slow down.", "status": "RESOURCE_EXHAUSTED",
        "errors": [{"reason": "rateLimitExceeded", "message": "Slow down."}],
        "details": [
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "RATE_LIMIT_EXCEEDED", "domain": "googleapis.com"},
            {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "7s"},
            {"@type": "type.example/other", "a": 1},
        ]
    }});
    let error = failed(429, body.to_string()).await;
    assert_eq!(error.kind(), ErrorKind::Api);
    assert_eq!(error.status().map(|s| s.as_u16()), Some(429));
    assert_eq!(error.code(), Some("RESOURCE_EXHAUSTED"));
    assert_eq!(error.reason(), Some("RATE_LIMIT_EXCEEDED"));
    assert!(error.has_reason("rateLimitExceeded"));
    assert_eq!(error.message(), Some("Slow down."));
    assert_eq!(error.method(), Some("things.get"));
    assert_eq!(
        error.url(),
        Some("https://things.googleapis.com/v1/a?alt=json")
    );
    assert_eq!(
        error.details()[1],
        ErrorDetail::RetryInfo(Duration::from_secs(7))
    );
    assert!(matches!(&error.details()[2], ErrorDetail::Other(value) if value["a"] == 1));
    assert_eq!(
        error.body().expect("a body").as_ref(),
        body.to_string().as_bytes()
    );
    assert!(
        error
            .headers()
            .expect("headers")
            .contains_key("content-type")
    );
    assert!(error.is_rate_limited());
    assert_eq!(
        error.to_string(),
        "things.get: 429 RESOURCE_EXHAUSTED (RATE_LIMIT_EXCEEDED): Slow down."
    );
}

#[tokio::test]
async fn predicates_distinguish_the_common_cases() {
    assert!(failed(404, "{}").await.is_not_found());
    assert!(failed(409, "{}").await.is_conflict());
    assert!(failed(412, "{}").await.is_precondition_failed());
    assert!(failed(401, "{}").await.is_unauthenticated());
    assert!(failed(403, "{}").await.is_permission_denied());
    assert!(failed(504, "").await.is_timeout());
    let limited = failed(
        403,
        r#"{"error": {"errors": [{"reason": "userRateLimitExceeded"}]}}"#,
    )
    .await;
    assert!(limited.is_rate_limited() && !limited.is_permission_denied());
    // Its length is that of what is not sent.
    let script =
        Script::new(|_| response(304, &[("content-length", "500"), ("etag", "\"e\"")], ""));
    let error = Create::new()
        .send(&script.client())
        .header("if-none-match", "\"e\"")
        .await
        .expect_err("304");
    assert!(error.is_not_modified());
    assert_eq!(error.headers().expect("headers")["etag"], "\"e\"");
}

#[tokio::test]
async fn bodies_without_structure_still_give_a_helpful_line() {
    for body in [
        "",
        "<html><!-- CANARY --></html>",
        "{\"error\": {\"message\": \"CANARY",
        "[]",
        "null",
        r#"{"error": {"message": {"x": "CANARY"}}}"#,
    ] {
        let error = failed(503, body).await;
        assert_eq!(
            error.to_string(),
            "things.get: 503 Service Unavailable",
            "{body}"
        );
        assert_eq!(error.body().expect("a body"), body);
        assert!(!format!("{error:?}").contains("CANARY"));
    }
    assert_eq!(failed(599, "").await.to_string(), "things.get: 599");
    let oauth = failed(
        400,
        r#"{"error": "invalid_grant", "error_description": "Bad\nRequest"}"#,
    )
    .await;
    assert_eq!(
        oauth.to_string(),
        "things.get: 400 invalid_grant: Bad Request"
    );
}

#[tokio::test]
async fn text_and_markup_are_the_message_without_the_markup() {
    let reported = async |content_type: &'static str, body: &'static str| {
        let script = Script::new(move |_| response(403, &[("content-type", content_type)], body));
        let get = Get::new().set("name", "a").send(&script.client());
        get.await.expect_err("403")
    };
    let text = "sa@p does not have storage.objects.get access to the Google Cloud Storage object.";
    let error = reported("text/html; charset=UTF-8", text).await;
    assert_eq!(error.message(), Some(text));
    assert_eq!(
        error.to_string(),
        format!("things.get: 403 Forbidden: {text}")
    );
    let error = reported(
        "application/xml; charset=UTF-8",
        "<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Access denied.</Message><Details>Ask &lt;me&gt;.</Details></Error>",
    )
    .await;
    assert_eq!(
        error.to_string(),
        "things.get: 403 AccessDenied: Access denied. Ask <me>."
    );
    let error = reported(
        "text/html",
        "<title>Error 403</title><p>That&rsquo;s <b>all</b>.",
    )
    .await;
    assert_eq!(error.to_string(), "things.get: 403 Forbidden: That's all.");
    for (content_type, body) in [
        ("image/png", "\u{89}PNG"),
        ("text/html", "<script>x()</script>"),
    ] {
        assert_eq!(reported(content_type, body).await.message(), None, "{body}");
    }
}

#[tokio::test]
async fn errors_within_errors_are_read() {
    let nested = r#"{"error": {"code": "503", "message": {"error": {"message": "Retry Test: Caused a 503"}}}}"#;
    assert_eq!(
        failed(503, nested).await.to_string(),
        "things.get: 503 Service Unavailable: Retry Test: Caused a 503"
    );
}

#[tokio::test]
async fn nothing_of_the_server_breaks_the_line_or_makes_it_long() {
    let forged = format!(
        "x\r\n2026 ERROR forged\u{1b}[2J\u{202e}{}",
        "y".repeat(10_000)
    );
    let body = json!({"error": {
        "code": 403, "message": forged, "status": forged,
        "errors": [{"reason": forged, "extendedHelp": format!("https://a/{forged}")}, {"reason": "accessNotConfigured"}],
        "details": [
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": forged},
            {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [{"field": forged, "description": forged}]},
            {"@type": "type.googleapis.com/google.rpc.Help", "links": [{"url": format!("https://b/{forged}")}]},
        ],
    }});
    let error = failed(403, body.to_string()).await;
    for text in [error.to_string(), format!("{error:?}")] {
        assert!(
            !text.contains(|c: char| c.is_control() || c == '\u{202e}'),
            "{text:?}"
        );
        assert!(text.len() < 3_000, "{}", text.len());
        assert!(text.contains("forged"), "{text}");
    }
    // Neither does a credential that the server repeats.
    let body = json!({"error": {"message": "not valid: ya29.CANARY-CANARY", "errors": [{"reason": "Bearer CANARYCANARYCANARY"}]}});
    let text = format!("{:?}", failed(401, body.to_string()).await);
    assert!(
        text.contains("not valid") && !text.contains("CANARY"),
        "{text}"
    );
    // One of any other form is known because it was sent.
    let script = Script::new(|recorded| {
        let sent = recorded.header("authorization").expect("credentials");
        response(
            401,
            &[("content-type", "text/plain")],
            &format!("not valid: {sent}"),
        )
    });
    let client = script
        .builder()
        .credentials(gapi::auth::AccessToken::new("CANARY"));
    let client = client.build().expect("a client");
    let error = Get::new()
        .set("name", "a")
        .send(&client)
        .await
        .expect_err("401");
    let text = format!("{error:?}");
    assert!(
        text.contains("not valid") && !text.contains("CANARY"),
        "{text}"
    );
}

#[tokio::test]
async fn a_disabled_service_shows_where_to_enable_it() {
    let link = "https://console.developers.google.com/apis/api/x/overview?project=1";
    let info = |details: serde_json::Value| {
        json!({"error": {"code": 403, "message": "x has not been used.", "status": "PERMISSION_DENIED", "details": details}}).to_string()
    };
    let reason =
        json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED"});
    let help = json!({"@type": "type.googleapis.com/google.rpc.Help", "links": [{"url": link}]});
    let error = failed(403, info(json!([reason, help]))).await;
    assert!(
        error
            .to_string()
            .ends_with(&format!("Enable the API at {link}")),
        "{error}"
    );
    let metadata = json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED", "metadata": {"activationUrl": link}});
    assert!(
        failed(403, info(json!([metadata])))
            .await
            .to_string()
            .contains(link)
    );
    let old =
        json!({"error": {"errors": [{"reason": "accessNotConfigured", "extendedHelp": link}]}});
    assert!(
        failed(403, old.to_string())
            .await
            .to_string()
            .contains(link)
    );
    // A link for another reason is not an offer.
    let other = json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "OTHER"});
    assert!(
        !failed(403, info(json!([other, help])))
            .await
            .to_string()
            .contains(link)
    );
}

#[tokio::test]
async fn a_missing_scope_shows_what_would_do() {
    let body = json!({"error": {"message": "Insufficient.", "details": [
        {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}});
    let text = failed(403, body.to_string()).await.to_string();
    assert!(
        text.contains(
            "accepts any of https://www.googleapis.com/auth/cloud-platform https://x/auth/things"
        ),
        "{text}"
    );
    let script = Script::new(|_| {
        response(
            403,
            &[("www-authenticate", "Bearer error=\"insufficient_scope\"")],
            "",
        )
    });
    let error = Get::new()
        .set("name", "a")
        .send(&script.client())
        .scopes(["https://x/auth/other"])
        .await
        .expect_err("403");
    assert!(
        error
            .to_string()
            .contains("The call asked for https://x/auth/other"),
        "{error}"
    );
}

#[tokio::test]
async fn refused_fields_are_displayed() {
    let body = json!({"error": {"message": "Invalid.", "status": "INVALID_ARGUMENT", "details": [
        {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [{"field": "a.b", "description": "too long"}]}]}});
    let text = failed(400, body.to_string()).await.to_string();
    assert_eq!(
        text,
        "things.get: 400 INVALID_ARGUMENT: Invalid. [a.b: too long]"
    );
}

#[tokio::test]
async fn long_messages_are_cut_and_stay_on_one_line() {
    let body = json!({"error": {"message": format!("a\nb\u{1b}[31m{}", "x".repeat(5000))}});
    let text = failed(500, body.to_string()).await.to_string();
    assert!(text.len() < 700 && text.ends_with("..."), "{}", text.len());
    assert!(!text.contains(['\n', '\u{1b}']));
}

#[tokio::test]
async fn an_error_status_is_an_error_of_raw() {
    let script = Script::new(|_| json_step(404, "{}"));
    assert!(
        Create::new()
            .send(&script.client())
            .raw()
            .await
            .expect_err("404")
            .is_not_found()
    );
    assert!(
        Create::new()
            .send(&script.client())
            .text()
            .await
            .expect_err("404")
            .is_not_found()
    );
}
