//! What users' programs read that is almost right: client secrets, and what comes to the redirect URI. Nothing panics, waits for ever or shows a secret.

use std::time::Duration;

use gapi_auth::{AuthErrorKind, ClientSecrets};
use gapi_fakes::noise::{Noise, seeds};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{
    endpoint::Endpoint,
    flow::{flow, granting},
    local_server::start,
    mutate::{CANARY, bytes, changed, shows_canary},
};

#[test]
fn client_secrets_that_are_almost_right_show_nothing() {
    let fields = json!({
        "client_id": "c", "client_secret": format!("GOCSPX-{CANARY}"), "auth_uri": "https://a.example/auth", "token_uri": "https://a.example/token",
        "project_id": "p", "redirect_uris": ["http://localhost"], "javascript_origins": ["https://x.example"],
    });
    for name in ["web", "installed", "3pi"] {
        let text = json!({ name: fields }).to_string();
        for seed in seeds(100) {
            let mut noise = Noise::new(seed);
            let text = String::from_utf8_lossy(&changed(&text, &mut noise)).into_owned();
            let displayed = match ClientSecrets::from_json(&text) {
                Ok(client) => format!("{client:?}"),
                Err(error) => format!("{error} {error:?}"),
            };
            assert!(!shows_canary(&displayed), "{text}\n{displayed}");
        }
    }
}

#[tokio::test]
async fn callbacks_that_are_almost_right_show_nothing_and_get_nothing() {
    let endpoint = Endpoint::default();
    let flow = flow(&endpoint);
    let (_, pending) = flow.authorization_url().expect("a URL");
    let saved = serde_json::to_string(&pending).expect("JSON");
    let pending = || serde_json::from_str(&saved).expect("as it was");
    let state: serde_json::Value = serde_json::from_str(&saved).expect("JSON");
    let state = state["state"].as_str().expect("a state").to_owned();
    // No change makes it right.
    let wrong = &state[..state.len() - 8];
    for seed in seeds(200) {
        let mut noise = Noise::new(seed);
        // Without the right state nothing is believed.
        let right = format!("http://localhost/?code=4/0{CANARY}&scope=a%20b&state={wrong}");
        let callback = String::from_utf8_lossy(&bytes(&right, &mut noise)).into_owned();
        let error = flow
            .exchange(pending(), &callback)
            .await
            .expect_err("no state");
        let displayed = format!("{error} {error:?}");
        assert!(!shows_canary(&displayed), "{callback}\n{displayed}");
        assert!(
            matches!(
                error.kind(),
                AuthErrorKind::Callback | AuthErrorKind::Denied | AuthErrorKind::OAuth
            ),
            "{callback}\n{displayed}"
        );
    }
    assert!(endpoint.recorded().is_empty());
}

#[tokio::test]
async fn requests_that_are_almost_right_do_not_stop_the_local_server() {
    let endpoint = granting(json!({}));
    let running = start(&endpoint, |server| server).await;
    let port = running.port;
    let right = format!(
        "GET /?state={}x&code=4/0{CANARY} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\naccept: */*\r\n\r\n",
        running.state
    );
    for seed in seeds(30) {
        let mut noise = Noise::new(seed);
        let request = bytes(&right, &mut noise);
        let mut stream = TcpStream::connect(("127.0.0.1", port))
            .await
            .expect("it listens");
        let _ = stream.write_all(&request).await;
        let _ = stream.shutdown().await;
        let mut response = Vec::new();
        let read = tokio::time::timeout(Duration::from_secs(60), stream.read_to_end(&mut response));
        // A connection may be reset, but not kept.
        let _ = read.await.expect("it ends");
        let response = String::from_utf8_lossy(&response);
        assert!(
            !shows_canary(&response) && !response.contains(" 200 OK"),
            "{response}"
        );
        assert!(
            !running.outcome.is_finished(),
            "{}",
            String::from_utf8_lossy(&request)
        );
    }
    running.get(&running.reply()).await;
    running.finish().await.expect("a user");
    assert_eq!(endpoint.recorded().len(), 1);
}
