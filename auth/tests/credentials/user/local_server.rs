//! The flow with a server on this machine.

use std::time::Duration;

use gapi_auth::{
    AuthError, AuthErrorKind, AuthorizedUser, ClientSecrets, Flow, InstalledAppFlow, LocalServer,
};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
};

use super::{
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
    pub(crate) fn reply(&self) -> String {
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
        // A sender of too much may find the connection closed.
        let _ = stream.write_all(request.as_bytes()).await;
        let mut reply = Vec::new();
        let _ = stream.read_to_end(&mut reply).await;
        String::from_utf8(reply).expect("text")
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
    let page = running.get(&running.reply()).await;
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
        endpoint.recorded()[0].form()["redirect_uri"],
        format!("http://127.0.0.1:{port}/")
    );
    TcpStream::connect(("127.0.0.1", port))
        .await
        .expect_err("the port is free");
}

#[tokio::test]
async fn a_user_who_refuses_gets_a_confirmation() {
    let endpoint = Endpoint::default();
    let running = start(&endpoint, |server| server).await;
    let page = running
        .get(&format!("/?error=access_denied&state={}", running.state))
        .await;
    assert!(page.contains("Access was not granted"), "{page}");
    let error = running.finish().await.expect_err("denied");
    assert_eq!(error.kind(), AuthErrorKind::Denied);
    assert!(endpoint.recorded().is_empty());
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
    let endpoint = Endpoint::new([Ok(super::endpoint::refusal("invalid_client", "unknown"))]);
    let running = start(&endpoint, |server| server).await;
    let page = running.get(&running.reply()).await;
    assert!(page.contains("invalid_client"), "{page}");
    assert_eq!(
        running.finish().await.expect_err("refused").oauth_error(),
        Some("invalid_client")
    );
}

#[tokio::test]
async fn localhost_listens_on_both_addresses_and_a_port_can_be_set() {
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
    running.get(&running.reply()).await;
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

/// A flow without a network that is over at once.
fn brief(client: ClientSecrets) -> LocalServer {
    InstalledAppFlow::new(Flow::new(client, ["a"]))
        .run_local_server()
        .open_browser(false)
        .prompt_message(None)
        .timeout(Duration::ZERO)
}

#[tokio::test]
async fn every_loopback_address_can_be_listened_on() {
    for (host, url, address) in [
        ("127.0.0.2", "http://127.0.0.2", "127.0.0.2"),
        ("LOCALHOST", "http://localhost", "127.0.0.1"),
        ("::1", "http://[::1]", "::1"),
        ("[::1]", "http://[::1]", "::1"),
    ] {
        if std::net::TcpListener::bind((address, 0)).is_err() {
            // A machine without this address.
            continue;
        }
        let endpoint = granting(json!({}));
        let running = start(&endpoint, |server| server.host(host)).await;
        let redirect = format!("{url}:{}/", running.port);
        assert_eq!(
            parameter(&running.url, "redirect_uri").as_deref(),
            Some(&*redirect)
        );
        let mut stream = TcpStream::connect((address, running.port))
            .await
            .expect("it listens");
        let request = format!(
            "GET {} HTTP/1.1\r\nhost: {}\r\n\r\n",
            running.reply(),
            redirect.trim_start_matches("http://").trim_end_matches('/')
        );
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut page = String::new();
        stream.read_to_string(&mut page).await.expect("read");
        assert!(page.starts_with("HTTP/1.1 200"), "{host}: {page}");
        running.finish().await.expect(host);
    }
}

/// Refuses the flow of this URL.
fn deny(url: &str) {
    use std::io::{Read, Write};
    let redirect = parameter(url, "redirect_uri").expect("one");
    let host = redirect
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .to_owned();
    let state = parameter(url, "state").expect("one");
    std::thread::spawn(move || {
        let mut stream = std::net::TcpStream::connect(&host).expect("it listens");
        let request =
            format!("GET /?error=access_denied&state={state} HTTP/1.1\r\nhost: {host}\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("sent");
        let _ = stream.read_to_end(&mut Vec::new());
    });
}

/// In a program of its own: a process that another test starts holds all sockets until it has become its own program.
#[test]
fn the_port_is_free_at_once_when_the_flow_is_over_on_every_runtime() {
    use tokio::runtime::Builder;
    let name =
        "user::local_server::the_port_is_free_at_once_when_the_flow_is_over_on_every_runtime";
    if std::env::var_os(SCENE).is_none() {
        let output = program(name, "ports").output().expect("a process");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && text.contains("ENDED=orderly"),
            "{text}"
        );
        return;
    }
    // An address that connections of other tests do not take ports of, where there are several.
    let several = std::net::TcpListener::bind("127.0.0.77:0");
    let host = if several.is_ok() {
        "127.0.0.77"
    } else {
        "127.0.0.1"
    };
    let free = std::net::TcpListener::bind((host, 0)).expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let brief = |client| brief(client).host(host).port(port);
    for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        let runtime = builder.enable_all().build().expect("a runtime");
        runtime.block_on(async {
            for _ in 0..100 {
                let client = ClientSecrets::new("c", "s");
                let error = brief(client.clone()).await.expect_err("no user");
                assert_eq!(error.kind(), AuthErrorKind::TimedOut, "{error}");
                let error = brief(client.clone())
                    .timeout(None)
                    .on_url(deny)
                    .await
                    .expect_err("denied");
                assert_eq!(error.kind(), AuthErrorKind::Denied, "{error}");
                // Dropped after it has begun to listen.
                let mut waiting = brief(client).timeout(None).into_future();
                let first = tokio::time::timeout(Duration::ZERO, &mut waiting).await;
                first.expect_err("it waits");
                drop(waiting);
                std::net::TcpListener::bind((host, port)).expect("the port is free");
            }
        });
    }
    println!("ENDED=orderly");
}

#[tokio::test]
async fn a_web_client_learns_which_redirect_uri_to_register() {
    let client = |uris: serde_json::Value| {
        let file = json!({"web": {"client_id": "c", "client_secret": "s", "redirect_uris": uris}});
        ClientSecrets::from_json(&file.to_string()).expect("a client")
    };
    for uris in [json!(null), json!([]), json!(["https://app.example/cb"])] {
        let error = brief(client(uris)).await.expect_err("nobody came");
        assert_eq!(error.kind(), AuthErrorKind::TimedOut);
        let hint = error.hint().expect("a way out");
        assert!(
            hint.contains("redirect URI http://127.0.0.1:") && hint.contains("Desktop app"),
            "{hint}"
        );
    }
    // The registered one is sent as it is registered, and needs no hint.
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let registered = format!("http://localhost:{port}");
    let (sender, url) = oneshot::channel();
    let error = brief(client(json!(["https://app.example/cb", registered])))
        .host("localhost")
        .port(port)
        .on_url(move |url| sender.send(url.to_owned()).expect("somebody listens"))
        .await
        .expect_err("nobody came");
    assert_eq!(
        (error.kind(), error.hint()),
        (AuthErrorKind::TimedOut, None)
    );
    let url = url.await.expect("a URL");
    assert_eq!(parameter(&url, "redirect_uri"), Some(registered));
    let installed = brief(ClientSecrets::new("c", "s")).await.expect_err("none");
    assert_eq!(installed.hint(), None);
}

const SCENE: &str = "GAPI_TEST_LOCAL_SERVER";

/// One test of this program as a program of its own.
fn program(test: &str, scene: &str) -> std::process::Command {
    let mut command = std::process::Command::new(std::env::current_exe().expect("this program"));
    command
        .args([test, "--exact", "--nocapture"])
        .env(SCENE, scene);
    command
}

/// A program whose standard error stream matters; without the variable this is no test.
#[tokio::test]
async fn child() {
    let Some(scene) = std::env::var_os(SCENE) else {
        return;
    };
    let endpoint = Endpoint::new([Ok(super::endpoint::refusal("invalid_grant", "Bad Request"))]);
    let running = start(&endpoint, |server| {
        server
            .prompt_message(String::from("Open {url}"))
            .timeout(Duration::from_secs(1))
    })
    .await;
    if scene == "refused" {
        running.get(&running.reply()).await;
    }
    let error = running.finish().await.expect_err("nobody came");
    assert_eq!(error.kind(), AuthErrorKind::TimedOut);
    println!("ENDED=orderly");
}

#[test]
fn a_refused_code_is_reported_to_the_user_and_a_closed_error_stream_stops_nothing() {
    use std::process::Stdio;
    let spawn = |scene: &str| {
        program("user::local_server::child", scene)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("a process")
    };
    let refused = spawn("refused");
    let mut closed = spawn("closed");
    drop(closed.stderr.take());
    for child in [refused, closed] {
        let reported = child.stderr.is_some();
        let output = child.wait_with_output().expect("an end");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains("ENDED=orderly"), "{text}");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            errors.contains("another attempt from the same page"),
            reported,
            "{errors}"
        );
    }
}
