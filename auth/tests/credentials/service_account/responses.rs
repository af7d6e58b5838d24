//! Responses of a token endpoint.

use std::time::Duration;

use gapi_auth::AuthErrorKind;
use gapi_transport::{Body, TransportErrorKind};
use http::Response;
use serde_json::json;

use super::support::*;

#[tokio::test]
async fn a_lifetime_may_be_a_number_or_text_or_missing() {
    for (expires_in, after_an_hour) in [
        (json!(3600), "token-2"),
        (json!("3600"), "token-2"),
        (json!(3599.5), "token-2"),
        (json!(36000), "first"),
        (json!(null), "first"),
        (json!(1e300), "first"),
    ] {
        let reply =
            json!({"access_token": "first", "expires_in": expires_in, "token_type": "bearer"});
        let endpoint = Endpoint::new([Ok(response(200, &reply.to_string()))]);
        let clock = clock();
        let account = account().transport(endpoint.shared()).clock(clock.clone());
        if expires_in == json!(1e300) {
            let error = ask(&account).await.expect_err("longer than any time");
            assert_eq!(error.kind(), AuthErrorKind::Http);
            continue;
        }
        assert_eq!(bearer(&ask(&account).await.expect("a token")), "first");
        clock.advance(Duration::from_secs(3600));
        assert_eq!(
            bearer(&ask(&account).await.expect("a token")),
            after_an_hour,
            "{expires_in}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_tried_again() {
    let html = "<html><title>502 Bad Gateway</title></html>";
    let passing: Vec<Result<Response<Body>, TransportErrorKind>> = vec![
        Err(TransportErrorKind::Connect),
        Err(TransportErrorKind::Reset),
        Err(TransportErrorKind::Timeout),
        Err(TransportErrorKind::Body),
        Ok(response(408, "")),
        Ok(response(425, "")),
        Ok(response(429, "{}")),
        Ok(response(500, "oops")),
        Ok(response(502, html)),
        Ok(response(503, r#"{"error":"invalid_grant"}"#)),
        Ok(response(504, "")),
        Ok(response(400, html)),
        Ok(response(404, "not found")),
        Ok(response(200, html)),
        Ok(response(400, r#"{"error":"temporarily_unavailable"}"#)),
        Ok(response(
            400,
            r#"{"error":"server_error","error_description":"try again"}"#,
        )),
        Ok(response(400, r#"{"error":"internal_failure"}"#)),
        Ok(response(200, r#"{"error":"server_error"}"#)),
    ];
    for reply in passing {
        let what = format!("{reply:?}");
        let endpoint = Endpoint::new([reply]);
        let account = account().transport(endpoint.shared());
        assert_eq!(
            bearer(&ask(&account).await.expect(&what)),
            "token-2",
            "{what}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_final_is_not_tried_again() {
    for (status, body, kind) in [
        (
            400,
            r#"{"error":"invalid_grant","error_description":"Bad Request"}"#,
            AuthErrorKind::OAuth,
        ),
        (401, r#"{"error":"invalid_client"}"#, AuthErrorKind::OAuth),
        (
            401,
            r#"{"error":"unauthorized_client"}"#,
            AuthErrorKind::OAuth,
        ),
        (400, r#"{"error":"invalid_scope"}"#, AuthErrorKind::OAuth),
        (403, r#"{"error":"access_denied"}"#, AuthErrorKind::OAuth),
        (200, r#"{"error":"invalid_grant"}"#, AuthErrorKind::OAuth),
        (
            403,
            r#"{"error":{"code":403,"message":"No","status":"PERMISSION_DENIED"}}"#,
            AuthErrorKind::OAuth,
        ),
        (200, r#"{"expires_in":3600}"#, AuthErrorKind::Http),
        (200, r#"{"access_token":""}"#, AuthErrorKind::Http),
        (200, r#"{"access_token":7}"#, AuthErrorKind::Http),
        (
            200,
            r#"{"access_token":"a","expires_in":"soon"}"#,
            AuthErrorKind::Http,
        ),
        (
            200,
            r#"{"access_token":"a","token_type":"mac"}"#,
            AuthErrorKind::Http,
        ),
        (302, "", AuthErrorKind::Http),
    ] {
        let endpoint = Endpoint::new([Ok(response(status, body))]);
        let error = ask(&account().transport(endpoint.shared()))
            .await
            .expect_err(body);
        assert_eq!(
            (error.kind(), error.is_transient()),
            (kind, false),
            "{error}"
        );
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status));
        assert_eq!(endpoint.recorded().len(), 1, "{body}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_has_what_the_endpoint_reported() {
    let endpoint = Endpoint::new([Ok(refusal(
        "invalid_scope",
        "Some requested scopes were invalid",
    ))]);
    let error = ask(&account().transport(endpoint.shared()))
        .await
        .expect_err("refused");
    assert_eq!(error.oauth_error(), Some("invalid_scope"));
    assert_eq!(
        error.oauth_description(),
        Some("Some requested scopes were invalid")
    );
    assert_eq!(
        error.to_string(),
        format!(
            "service account {EMAIL}: the token endpoint refused with invalid_scope: Some requested scopes were invalid (HTTP 400); check the spelling of the scopes: https://www.googleapis.com/auth/drive"
        )
    );
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_read_in_both_forms() {
    for (value, seconds) in [
        ("120", 120),
        ("Sun, 06 Nov 1994 08:51:37 GMT", 120),
        ("Sun, 06 Nov 1994 08:40:00 GMT", 0),
    ] {
        let busy = Response::builder()
            .status(503)
            .header("date", "Sun, 06 Nov 1994 08:49:37 GMT")
            .header("retry-after", value);
        let responses = (0..3).map(|_| Ok(response(503, "")));
        let endpoint = Endpoint::new(
            [Ok(busy.body(Body::empty()).expect("a response"))]
                .into_iter()
                .chain(responses),
        );
        let error = ask(&account().transport(endpoint.shared()))
            .await
            .expect_err("busy");
        let requests = endpoint.recorded().len();
        if seconds == 0 {
            assert_eq!((error.retry_after(), requests), (None, 3), "{value}");
        } else {
            assert_eq!(
                (error.retry_after(), requests),
                (Some(Duration::from_secs(seconds)), 1),
                "{value}"
            );
        }
        assert!(error.is_transient());
    }
}

#[tokio::test(start_paused = true)]
async fn an_endless_response_is_cut_off() {
    let endless = futures_util::stream::repeat_with(|| {
        Ok::<_, std::io::Error>(bytes::Bytes::from_static(&[b' '; 65536]))
    });
    let reply = Response::new(Body::from_stream(endless, None));
    let endpoint = Endpoint::new([Ok(reply)]);
    let error = ask(&account().transport(endpoint.shared()))
        .await
        .expect_err("endless");
    assert_eq!(error.kind(), AuthErrorKind::Transport);
    assert!(!error.is_transient());
    assert_eq!(endpoint.recorded().len(), 1);
}

#[tokio::test]
async fn without_a_client_no_server_is_called_unreachable() {
    let endpoint = Endpoint::new([Err(TransportErrorKind::NoClient)]);
    let error = ask(&account().transport(endpoint.shared()))
        .await
        .expect_err("no client");
    assert_eq!(
        (error.kind(), error.is_transient()),
        (AuthErrorKind::Config, false)
    );
    assert!(!error.to_string().contains("reached"), "{error}");
    assert_eq!(endpoint.recorded().len(), 1);
}
