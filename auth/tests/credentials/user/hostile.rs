//! What may come to the port beside the response: none of it ends the flow or gets a token, and the flow completes all the same.

use gapi_auth::AuthErrorKind;
use serde_json::json;
use tokio::{io::AsyncWriteExt, net::TcpStream};

use super::{
    endpoint::{Endpoint, refusal, response},
    flow::granting,
    local_server::{Running, start},
};

/// What comes, and how the response to it begins.
fn table(running: &Running) -> Vec<(&'static str, String, &'static str)> {
    let Running { port, state, .. } = running;
    let get = |target: &str| format!("GET {target} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n");
    let reply = running.reply();
    let from = |host: &str| format!("GET {reply} HTTP/1.1\r\nhost: {host}\r\n\r\n");
    vec![
        ("favicon", get("/favicon.ico"), "HTTP/1.1 404"),
        ("the bare page", get("/"), "HTTP/1.1 404"),
        (
            "another path",
            get(&format!("/other{}", &reply[1..])),
            "HTTP/1.1 404",
        ),
        (
            "wrong state",
            get("/?state=forged&code=evil"),
            "HTTP/1.1 400",
        ),
        ("no state", get("/?code=evil"), "HTTP/1.1 400"),
        ("empty state", get("/?state=&code=evil"), "HTTP/1.1 400"),
        (
            "forged denial",
            get("/?state=forged&error=access_denied"),
            "HTTP/1.1 400",
        ),
        (
            "wrong issuer",
            get(&format!("{reply}&iss=https://evil.example")),
            "HTTP/1.1 400",
        ),
        (
            "state twice",
            get(&format!("{reply}&state={state}")),
            "HTTP/1.1 400",
        ),
        (
            "code twice",
            get(&format!("{reply}&code=evil")),
            "HTTP/1.1 400",
        ),
        (
            "state without code",
            get(&format!("/?state={state}")),
            "HTTP/1.1 400",
        ),
        (
            "another machine's name",
            from("evil.example"),
            "HTTP/1.1 421",
        ),
        (
            "a name with this one in it",
            from(&format!("127.0.0.1.evil.example:{port}")),
            "HTTP/1.1 421",
        ),
        ("another port", from("127.0.0.1:1"), "HTTP/1.1 421"),
        (
            "no host",
            format!("GET {reply} HTTP/1.1\r\n\r\n"),
            "HTTP/1.1 400",
        ),
        (
            "two hosts",
            format!("GET {reply} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nhost: evil.example\r\n\r\n"),
            "HTTP/1.1 400",
        ),
        (
            "preflight",
            format!("OPTIONS {reply} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n"),
            "HTTP/1.1 405",
        ),
        (
            "post",
            format!("POST {reply} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\ncontent-length: 0\r\n\r\n"),
            "HTTP/1.1 405",
        ),
        (
            "an absolute target",
            format!(
                "GET http://127.0.0.1:{port}{reply} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\r\n"
            ),
            "HTTP/1.1 400",
        ),
        ("no HTTP", String::from("hello\r\n\r\n"), "HTTP/1.1 400"),
        (
            "TLS",
            String::from("\u{16}\u{3}\u{1}\r\n\r\n"),
            "HTTP/1.1 400",
        ),
        (
            "a request line of 1 MiB",
            get(&format!("/?state={}", "x".repeat(1 << 20))),
            "",
        ),
        (
            "headers of 1 MiB",
            format!(
                "GET {reply} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nx: {}\r\n\r\n",
                "x".repeat(1 << 20)
            ),
            "",
        ),
    ]
}

#[tokio::test]
async fn one_after_the_other() {
    let endpoint = granting(json!({}));
    let running = start(&endpoint, |server| server).await;
    for (name, request, expected) in table(&running) {
        let reply = running.send(&request).await;
        assert!(reply.starts_with(expected), "{name}: {reply}");
        assert!(!reply.contains(" 200 OK"), "{name}: {reply}");
        assert!(!running.outcome.is_finished(), "{name} ended the flow");
        assert!(endpoint.recorded().is_empty(), "{name} got a token");
    }
    let page = running.get(&running.reply()).await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    running.finish().await.expect("a user");
    assert_eq!(endpoint.recorded().len(), 1);
}

#[tokio::test]
async fn slow_and_silent_connections_block_no_others() {
    let endpoint = granting(json!({}));
    let running = start(&endpoint, |server| server).await;
    let mut slow = Vec::new();
    for number in 0..200 {
        let mut stream = TcpStream::connect(("127.0.0.1", running.port))
            .await
            .expect("it listens");
        // Half of them are what browsers open in advance; the others send a head that never ends.
        if number % 2 == 0 {
            stream.write_all(b"GET /?code=x").await.expect("sent");
        }
        slow.push(stream);
    }
    let page = running.get(&running.reply()).await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    running.finish().await.expect("a user");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_at_once() {
    let endpoint = granting(json!({}));
    let running = std::sync::Arc::new(start(&endpoint, |server| server).await);
    let all: Vec<_> = (0..200)
        .map(|number| {
            let running = running.clone();
            tokio::spawn(async move {
                let state = if number % 2 == 0 { "forged" } else { "" };
                running
                    .get(&format!("/?state={state}&code=evil{number}"))
                    .await
            })
        })
        .collect();
    for one in all {
        // Of many at once the oldest ones may be turned away without a word.
        let reply = one.await.expect("no panic");
        assert!(
            reply.is_empty() || reply.starts_with("HTTP/1.1 400"),
            "{reply}"
        );
    }
    assert!(!running.outcome.is_finished());
    running.get(&running.reply()).await;
    let running = std::sync::Arc::into_inner(running).expect("the last one");
    running.finish().await.expect("a user");
    assert_eq!(endpoint.recorded().len(), 1);
}

/// An attacker who saw the URL knows the state, and can bring another code, which does not fit the code verifier.
#[tokio::test]
async fn an_injected_code_does_not_exclude_the_right_one() {
    let good = json!({"access_token": "access-1", "expires_in": 3600});
    let endpoint = Endpoint::new([
        Ok(refusal("invalid_grant", "code verifier does not match")),
        Ok(response(200, &good.to_string())),
    ]);
    let running = start(&endpoint, |server| server).await;
    let page = running
        .get(&format!("/?state={}&code=injected", running.state))
        .await;
    assert!(page.contains("Something went wrong"), "{page}");
    assert!(!running.outcome.is_finished());
    let page = running.get(&running.reply()).await;
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    running.finish().await.expect("a user");
}

#[tokio::test(start_paused = true)]
async fn a_refused_code_that_stays_alone_is_the_end() {
    let endpoint = Endpoint::new([Ok(refusal("invalid_grant", "expired"))]);
    let running = start(&endpoint, |server| server.timeout(None)).await;
    let page = running.get(&running.reply()).await;
    assert!(page.contains("still waits for a minute"), "{page}");
    let error = running
        .outcome
        .await
        .expect("no panic")
        .expect_err("refused");
    assert_eq!(
        (error.kind(), error.oauth_error()),
        (AuthErrorKind::OAuth, Some("invalid_grant"))
    );
}
