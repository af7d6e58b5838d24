//! The flow with a server on this machine that waits for the user's browser.

use std::{
    collections::VecDeque,
    fmt,
    future::IntoFuture,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use futures_util::future::{Either, select};
use gapi_transport::BoxFuture;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::{AbortHandle, JoinSet},
};

use super::{
    http::{Unreadable, answer, read},
    pages::Page,
};
use crate::{AuthError, AuthErrorKind, AuthorizedUser, Flow, PendingAuthorization};

/// How many connections may say nothing at the same time. The oldest makes room for the next.
const SILENT: usize = 64;
/// How long the flow goes on waiting after a code that the token endpoint refused: it may have been forged.
const SECOND_CHANCE: Duration = Duration::from_secs(60);

type Hook = Box<dyn FnOnce(&str) + Send>;

/// A flow that waits for the user's browser on this machine; made by
/// [`InstalledAppFlow::run_local_server`](super::InstalledAppFlow::run_local_server). Await it.
///
/// It listens on loopback only. Requests that are not the answer (a favicon, a connection that a browser opens in advance, something
/// forged) are turned away, and it goes on waiting. The port is free again when the flow ends or is dropped.
#[must_use = "nothing happens until it is awaited"]
pub struct LocalServer {
    flow: Flow,
    host: String,
    port: u16,
    prompt_message: Option<String>,
    success_message: Option<String>,
    open_browser: bool,
    timeout: Option<Duration>,
    on_url: Option<Hook>,
}

impl LocalServer {
    pub(super) fn new(flow: Flow) -> Self {
        Self {
            flow,
            host: String::from("127.0.0.1"),
            port: 0,
            prompt_message: Some(String::from(
                "Open this page in your browser to authorize the app:\n\n  {url}\n",
            )),
            success_message: None,
            open_browser: true,
            timeout: Some(Duration::from_secs(600)),
            on_url: None,
        }
    }

    /// The host of the redirect URI: `127.0.0.1` (unless set), `[::1]`, or `localhost`, which listens on both.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }

    /// The port; 0 (unless set) takes a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// What is printed to the standard error stream, with the URL in the place of `{url}`; `None` prints nothing.
    pub fn prompt_message(mut self, message: impl Into<Option<String>>) -> Self {
        self.prompt_message = message.into();
        self
    }

    /// What the browser shows the user at the end, as text.
    pub fn success_message(mut self, message: impl Into<String>) -> Self {
        self.success_message = Some(message.into());
        self
    }

    /// Whether to open the user's browser (on unless set; it needs the feature `browser`). Where none can be opened, the printed URL is the way.
    pub fn open_browser(mut self, open: bool) -> Self {
        self.open_browser = open;
        self
    }

    /// How long to wait for the user: ten minutes unless set, `None` for ever.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeout = timeout.into();
        self
    }

    /// Is told the URL once the server listens, to show it in a way of its own.
    pub fn on_url(mut self, hook: impl FnOnce(&str) + Send + 'static) -> Self {
        self.on_url = Some(Box::new(hook));
        self
    }

    async fn run(self) -> Result<AuthorizedUser, AuthError> {
        let listeners = listen(&self.host, self.port).await?;
        let port = listeners[0]
            .local_addr()
            .map_err(|error| cannot_listen(&self.host, self.port, error))?
            .port();
        let flow = self
            .flow
            .redirect_uri(format!("http://{}:{port}/", self.host));
        let (url, pending) = flow.authorization_url()?;
        // Whatever the browser does, the user can see where to go.
        if let Some(message) = &self.prompt_message {
            eprintln!("{}", message.replace("{url}", &url));
        }
        if let Some(hook) = self.on_url {
            hook(&url);
        }
        if self.open_browser {
            open(url);
        }
        let waiting = Waiting {
            flow: &flow,
            pending: &pending,
            success_message: self.success_message.as_deref(),
        };
        let Some(timeout) = self.timeout else {
            return waiting.serve(listeners, port).await;
        };
        let serving = std::pin::pin!(waiting.serve(listeners, port));
        match select(serving, flow.sleep(timeout)).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(_) => Err(AuthError::new(
                AuthErrorKind::TimedOut,
                format!(
                    "the user did not authorize the app within {} s",
                    timeout.as_secs()
                ),
            )),
        }
    }
}

impl IntoFuture for LocalServer {
    type Output = Result<AuthorizedUser, AuthError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for LocalServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalServer")
            .field("flow", &self.flow)
            .field("host", &self.host)
            .field("port", &self.port)
            .field("open_browser", &self.open_browser)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// Listens on the addresses of `host`, all with one port.
async fn listen(host: &str, port: u16) -> Result<Vec<TcpListener>, AuthError> {
    let v4 = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let v6 = IpAddr::V6(Ipv6Addr::LOCALHOST);
    let first = match host {
        "localhost" => v4,
        host => host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .parse::<IpAddr>()
            .ok()
            .filter(IpAddr::is_loopback)
            .ok_or_else(|| {
                AuthError::new(
                    AuthErrorKind::Config,
                    "the host of a local server has to be this machine's loopback address",
                )
                .with_hint("use 127.0.0.1, [::1] or localhost; from another machine, `ssh -L PORT:127.0.0.1:PORT` or the console flow")
            })?,
    };
    let listener = bind(SocketAddr::new(first, port))
        .await
        .map_err(|error| cannot_listen(host, port, error))?;
    let bound = listener
        .local_addr()
        .map_err(|error| cannot_listen(host, port, error))?;
    let mut listeners = vec![listener];
    if host == "localhost" {
        // Browsers try either address. A machine without IPv6 has only one; a port that another program has there is taken.
        match bind(SocketAddr::new(v6, bound.port())).await {
            Ok(listener) => listeners.push(listener),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                return Err(cannot_listen("[::1]", bound.port(), error));
            }
            Err(error) => tracing::debug!(%error, "there is no IPv6 loopback"),
        }
    }
    Ok(listeners)
}

/// Without `SO_REUSEPORT`, so that no other program shares the port.
async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}

fn cannot_listen(host: &str, port: u16, error: io::Error) -> AuthError {
    AuthError::new(
        AuthErrorKind::Config,
        format!("cannot listen on {host} port {port}: {error}"),
    )
    .with_hint("port 0 takes a free one")
    .with_source(error)
}

/// Opens the browser in the background: some take their time. A runtime would wait for a thread of its own when it ends.
fn open(url: String) {
    #[cfg(feature = "browser")]
    drop(std::thread::spawn(move || {
        if let Err(error) = webbrowser::open(&url) {
            tracing::warn!(%error, "no browser could be opened");
        }
    }));
    #[cfg(not(feature = "browser"))]
    {
        drop(url);
        tracing::debug!("no browser is opened: the feature `browser` is off");
    }
}

/// A request that may be the answer, and the connection that waits for a page.
struct Candidate {
    stream: TcpStream,
    target: String,
}

struct Waiting<'a> {
    flow: &'a Flow,
    pending: &'a PendingAuthorization,
    success_message: Option<&'a str>,
}

impl Waiting<'_> {
    async fn serve(
        &self,
        listeners: Vec<TcpListener>,
        port: u16,
    ) -> Result<AuthorizedUser, AuthError> {
        let (sender, mut candidates) = mpsc::channel(16);
        // Dropped with everything in it, whatever way this function ends.
        let mut tasks = JoinSet::new();
        for listener in listeners {
            tasks.spawn(accept(listener, port, sender.clone()));
        }
        let mut refused: Option<AuthError> = None;
        loop {
            let next = candidates.recv();
            let candidate = match &refused {
                None => next.await,
                Some(error) => {
                    let next = std::pin::pin!(next);
                    match select(next, self.flow.sleep(SECOND_CHANCE)).await {
                        Either::Left((candidate, _)) => candidate,
                        Either::Right(_) => return Err(error.clone()),
                    }
                }
            };
            let Some(candidate) = candidate else {
                return Err(AuthError::new(
                    AuthErrorKind::Other,
                    "the local server stopped",
                ));
            };
            match self.judge(candidate).await {
                Verdict::Over(outcome) => return *outcome,
                Verdict::Refused(error) => refused = Some(refused.unwrap_or(error)),
                Verdict::Stray => {}
            }
        }
    }

    async fn judge(&self, candidate: Candidate) -> Verdict {
        let Candidate { stream, target } = candidate;
        let (outcome, page) = match self.flow.code(self.pending, &target) {
            Err(error) if error.kind() == AuthErrorKind::Callback => {
                tracing::warn!(%error, "the local server turned a request away");
                show(stream, Page::stray(400)).await;
                return Verdict::Stray;
            }
            Err(error) if error.kind() == AuthErrorKind::Denied => (Err(error), Page::denied()),
            Err(error) => {
                let page = Page::problem(&error.to_string());
                (Err(error), page)
            }
            Ok(code) => match self.flow.exchange_code(self.pending, &code).await {
                Ok(user) => (Ok(user), Page::success(self.success_message)),
                Err(error) => {
                    let page = Page::problem(&error.to_string());
                    if error.oauth_error() == Some("invalid_grant") {
                        // The code is not this flow's: a program that saw the URL may have made the request.
                        tracing::warn!(%error, "the token endpoint refused a code; still waiting");
                        show(stream, page).await;
                        return Verdict::Refused(error);
                    }
                    (Err(error), page)
                }
            },
        };
        show(stream, page).await;
        Verdict::Over(Box::new(outcome))
    }
}

enum Verdict {
    Over(Box<Result<AuthorizedUser, AuthError>>),
    Refused(AuthError),
    Stray,
}

async fn show(stream: TcpStream, page: Page) {
    answer(stream, page.status, &page.headers, &page.html).await;
}

/// Takes connections, and keeps few of those that say nothing.
async fn accept(listener: TcpListener, port: u16, candidates: mpsc::Sender<Candidate>) {
    let mut connections = JoinSet::new();
    let mut silent: VecDeque<AbortHandle> = VecDeque::new();
    loop {
        while connections.try_join_next().is_some() {}
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                // Out of file descriptors, usually: some connection will end.
                tracing::debug!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        silent.retain(|connection| !connection.is_finished());
        if silent.len() >= SILENT
            && let Some(oldest) = silent.pop_front()
        {
            oldest.abort();
        }
        silent.push_back(connections.spawn(listen_to(stream, port, candidates.clone())));
    }
}

/// Turns away what cannot be the answer, and hands on what may be.
async fn listen_to(mut stream: TcpStream, port: u16, candidates: mpsc::Sender<Candidate>) {
    let request = match read(&mut stream).await {
        Ok(request) => request,
        Err(Unreadable::Gone) => return,
        Err(Unreadable::Status(status)) => return show(stream, Page::stray(status)).await,
    };
    // Another host name that leads here belongs to a page that wants to reach this server (DNS rebinding).
    let is_here = ["127.0.0.1", "localhost", "[::1]"]
        .iter()
        .any(|host| request.host == format!("{host}:{port}"));
    let (path, query) = request
        .target
        .split_once('?')
        .unwrap_or((&request.target, ""));
    let status = if !is_here {
        421
    } else if request.method != "GET" {
        405
    } else if path != "/" || query.is_empty() {
        404
    } else {
        let candidate = Candidate {
            target: request.target,
            stream,
        };
        // The flow is over when nobody listens.
        let _ = candidates.send(candidate).await;
        return;
    };
    show(stream, Page::stray(status)).await;
}
