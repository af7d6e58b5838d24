//! The flow with a server on this machine.

use std::time::Duration;

use gapi_auth::{AuthError, AuthErrorKind, AuthorizedUser, InstalledAppFlow, LocalServer};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
};

use crate::{
    endpoint::Endpoint,
    flow::{flow, granting, parameter},
};

/// A flow that waits, and what its browser needs to know.
pub(crate) struct Running {
    pub(crate) port: u16,
    pub(crate) state: String,
    pub(crate) url: String,
    pub(crate) outcome: JoinHandle<Result<AuthorizedUser, AuthError>>,
}

pub(crate) async fn start(
    endpoint: &Endpoint,
    change: impl FnOnce(LocalServer) -> LocalServer,
) -> Running {
    let flow = flow(endpoint).clock(std::sync::Arc::new(gapi_transport::SystemClock));
    let (sender, url) = oneshot::channel();
    let server = InstalledAppFlow::new(flow)
        .run_local_server()
        .open_browser(false)
        .prompt_message(None)
        .on_url(move |url| sender.send(url.to_owned()).expect("somebody listens"));
    let server = change(server);
    let outcome = tokio::spawn(async move { server.await });
    let url = url.await.expect("a URL");
    let redirect = parameter(&url, "redirect_uri").expect("one");
    let port = redirect
        .trim_end_matches('/')
        .rsplit(':')
        .next()
        .expect("a port");
    Running {
        port: port.parse().expect("a number"),
        state: parameter(&url, "state").expect("one"),
        url,
        outcome,
    }
}

impl Running {
    pub(crate) fn answer(&self) -> String {
        format!("/?state={}&code=good&scope=a+b", self.state)
    }

    pub(crate) async fn get(&self, target: &str) -> String {
        self.send(&format!(
            "GET {target} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\n\r\n",
            self.port
        ))
        .await
    }

    /// All that comes back until the server closes.
    pub(crate) async fn send(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))
            .await
            .expect("it listens");
        // Whoever sends too much may find the connection closed.
        let _ = stream.write_all(request.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).expect("text")
    }

    pub(crate) async fn finish(self) -> Result<AuthorizedUser, AuthError> {
        tokio::time::timeout(Duration::from_secs(20), self.outcome)
            .await
            .expect("it ends")
            .expect("no panic")
    }
}

#[tokio::test]
async fn from_the_prompt_to_the_success_page() {
    let endpoint = granting(json!({"scope": "a b"}));
    let running = start(&endpoint, |server| {
        server.success_message("Bring <me> home & \"rest\"")
    })
    .await;
    assert_eq!(
        parameter(&running.url, "redirect_uri"),
        Some(format!("http://127.0.0.1:{}/", running.port))
    );
    let page = running.get(&running.answer()).await;
    assert!(page.starts_with("HTTP/1.1 200 OK\r\n"), "{page}");
    for header in [
        "cache-control: no-store",
        "referrer-policy: no-referrer",
        "content-security-policy: default-src 'none'",
        "connection: close",
    ] {
        assert!(page.contains(header), "{header}");
    }
    assert!(
        page.contains("Bring &lt;me&gt; home &amp; &quot;rest&quot;"),
        "{page}"
    );
    assert!(
        !page.contains(&running.state) && !page.contains("good"),
        "the page shows no secret"
    );
    let port = running.port;
    let user = running.finish().await.expect("a user");
    assert!(user.has_scopes(["a", "b"]));
    assert_eq!(
        endpoint.seen()[0].form()["redirect_uri"],
        format!("http://127.0.0.1:{port}/")
    );
    TcpStream::connect(("127.0.0.1", port))
        .await
        .expect_err("the port is free");
}

#[tokio::test]
async fn a_user_who_says_no_sees_that_it_was_heard() {
    let endpoint = Endpoint::default();
    let running = start(&endpoint, |server| server).await;
    let page = running
        .get(&format!("/?error=access_denied&state={}", running.state))
        .await;
    assert!(page.contains("Access was not granted"), "{page}");
    let error = running.finish().await.expect_err("denied");
    assert_eq!(error.kind(), AuthErrorKind::Denied);
    assert!(endpoint.seen().is_empty());
}

#[tokio::test]
async fn other_refusals_are_on_the_page_and_in_the_error() {
    let running = start(&Endpoint::default(), |server| server).await;
    let page = running
        .get(&format!(
            "/?error=invalid_scope&error_description=%3Cb%3Eno&state={}",
            running.state
        ))
        .await;
    assert!(
        page.contains("Something went wrong") && page.contains("invalid_scope: &lt;b&gt;no"),
        "{page}"
    );
    assert_eq!(
        running.finish().await.expect_err("refused").oauth_error(),
        Some("invalid_scope")
    );
    // The token endpoint's, too.
    let endpoint = Endpoint::new([Ok(crate::endpoint::refusal("invalid_client", "unknown"))]);
    let running = start(&endpoint, |server| server).await;
    let page = running.get(&running.answer()).await;
    assert!(page.contains("invalid_client"), "{page}");
    assert_eq!(
        running.finish().await.expect_err("refused").oauth_error(),
        Some("invalid_client")
    );
}

#[tokio::test]
async fn localhost_listens_on_both_addresses_and_a_port_can_be_chosen() {
    let endpoint = granting(json!({}));
    let running = start(&endpoint, |server| server.host("localhost")).await;
    assert_eq!(
        parameter(&running.url, "redirect_uri"),
        Some(format!("http://localhost:{}/", running.port))
    );
    if let Ok(mut stream) = TcpStream::connect(("::1", running.port)).await {
        let request = format!("GET / HTTP/1.1\r\nhost: [::1]:{}\r\n\r\n", running.port);
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut page = String::new();
        stream.read_to_string(&mut page).await.expect("read");
        assert!(page.starts_with("HTTP/1.1 404"), "{page}");
    }
    let port = running.port;
    running.outcome.abort();
    let _ = running.outcome.await;
    let running = start(&endpoint, |server| server.port(port)).await;
    assert_eq!(running.port, port);
    running.get(&running.answer()).await;
    running.finish().await.expect("a user");
}

#[tokio::test]
async fn only_this_machine_is_listened_on() {
    for host in ["0.0.0.0", "192.168.0.1", "example.com", "[::]", ""] {
        let flow = InstalledAppFlow::new(flow(&Endpoint::default()));
        let error = flow
            .run_local_server()
            .host(host)
            .open_browser(false)
            .prompt_message(None)
            .await
            .expect_err(host);
        assert_eq!(error.kind(), AuthErrorKind::Config, "{host}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_user_who_never_comes_is_not_waited_for_for_ever() {
    let running = start(&Endpoint::default(), |server| {
        server.timeout(Duration::from_secs(120))
    })
    .await;
    let error = running
        .outcome
        .await
        .expect("no panic")
        .expect_err("nobody came");
    assert_eq!(error.kind(), AuthErrorKind::TimedOut);
    assert!(error.to_string().contains("120 s"), "{error}");
}

#[tokio::test]
async fn a_flow_that_is_dropped_frees_its_port() {
    let running = start(&Endpoint::default(), |server| server).await;
    let idle = TcpStream::connect(("127.0.0.1", running.port))
        .await
        .expect("it listens");
    running.outcome.abort();
    let _ = running.outcome.await;
    TcpStream::connect(("127.0.0.1", running.port))
        .await
        .expect_err("nobody listens");
    drop(idle);
}
