//! The flow with a server on this machine that receives the callback.

use std::{
    collections::VecDeque,
    fmt,
    future::IntoFuture,
    io::{self, Write},
    pin::pin,
    time::Duration,
};

use futures_util::future::{Either, select};
use gapi_transport::BoxFuture;

use super::{
    listener::{Candidate, Listener, send_page},
    pages::Page,
};
use crate::{AuthError, AuthErrorKind, AuthorizedUser, Flow, PendingAuthorization};

/// The number of requests that may wait while another is handled.
const QUEUE: usize = 16;
/// How long the flow continues to wait after the token endpoint refused a code, which may be forged.
const SECOND_CHANCE: Duration = Duration::from_secs(60);

type Hook = Box<dyn FnOnce(&str) + Send>;

/// A flow that waits for the callback of the user's browser on this machine. Await it.
///
/// Created by [`InstalledAppFlow::run_local_server`](super::InstalledAppFlow::run_local_server).
///
/// It listens on loopback only. Other requests (a favicon, a connection that a browser opens in advance, a forged callback) are rejected, and it continues
/// to wait. The port is free as soon as the future is complete or dropped.
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

    /// Sets the host of the redirect URI: `127.0.0.1` (the default), any other loopback address such as `[::1]`, or `localhost`, which listens on both.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }

    /// Sets the port; 0 (the default) uses a free one. With port 80 the redirect URI has none, as in `http://localhost/`.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets the text that is printed to the standard error stream, in which the URL replaces `{url}`. `None` prints nothing.
    pub fn prompt_message(mut self, message: impl Into<Option<String>>) -> Self {
        self.prompt_message = message.into();
        self
    }

    /// Sets the text that the browser shows at the end.
    pub fn success_message(mut self, message: impl Into<String>) -> Self {
        self.success_message = Some(message.into());
        self
    }

    /// Sets whether to open the user's browser. It is on by default and needs the feature `browser`. If no browser can be opened, the user opens the printed
    /// URL.
    pub fn open_browser(mut self, open: bool) -> Self {
        self.open_browser = open;
        self
    }

    /// Sets how long to wait for the user, ten minutes by default. `None` waits forever.
    pub fn timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.timeout = timeout.into();
        self
    }

    /// Sets a function that gets the URL once the server listens.
    pub fn on_url(mut self, hook: impl FnOnce(&str) + Send + 'static) -> Self {
        self.on_url = Some(Box::new(hook));
        self
    }

    async fn run(self) -> Result<AuthorizedUser, AuthError> {
        let listener = Listener::open(&self.host, self.port).await?;
        let client = self.flow.parts().client;
        // The registered form is used, because some servers compare the texts.
        let url = listener.url();
        let registered = client
            .redirect_uris
            .iter()
            .find(|uri| uri.trim_end_matches('/') == url.trim_end_matches('/'));
        let hint = (client.is_web && registered.is_none()).then(|| {
            format!(
                "the OAuth client is a web application, whose file does not list the redirect URI {url}: register that one and choose its port with `.port(...)`, or \
                 use a client of the type \"Desktop app\""
            )
        });
        let redirect_uri = registered.cloned().unwrap_or(url);
        let flow = self.flow.redirect_uri(redirect_uri);
        let (url, pending) = flow.authorization_url()?;
        let server = CallbackServer {
            flow: &flow,
            pending: &pending,
            success_message: self.success_message.as_deref(),
            prints: self.prompt_message.is_some(),
        };
        // The user can open the URL if the browser does not.
        if let Some(message) = &self.prompt_message {
            server.print(&message.replace("{url}", &url));
        }
        if let Some(hint) = &hint {
            tracing::warn!("{hint}");
            server.print(&format!("If the page shows redirect_uri_mismatch: {hint}."));
        }
        if let Some(hook) = self.on_url {
            hook(&url);
        }
        if self.open_browser {
            open(url);
        }
        let Some(timeout) = self.timeout else {
            return server.serve(listener).await;
        };
        match select(pin!(server.serve(listener)), flow.sleep(timeout)).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(_) => {
                let error = AuthError::new(
                    AuthErrorKind::TimedOut,
                    format!(
                        "the user did not authorize the app within {} s",
                        timeout.as_secs()
                    ),
                );
                Err(match hint {
                    Some(hint) => error.with_hint(hint),
                    None => error,
                })
            }
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

/// Opens the browser on a separate thread, because it may block. A runtime would wait for one of its own threads when it ends.
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

struct CallbackServer<'a> {
    flow: &'a Flow,
    pending: &'a PendingAuthorization,
    success_message: Option<&'a str>,
    /// Whether the user sees messages.
    prints: bool,
}

impl CallbackServer<'_> {
    async fn serve(&self, mut listener: Listener) -> Result<AuthorizedUser, AuthError> {
        let mut queue = VecDeque::new();
        let mut refused: Option<(AuthError, BoxFuture<'static, ()>)> = None;
        loop {
            let candidate = match (queue.pop_front(), &mut refused) {
                (Some(candidate), _) => candidate,
                (None, None) => listener.next().await,
                (None, Some((error, over))) => match select(pin!(listener.next()), over).await {
                    Either::Left((candidate, _)) => candidate,
                    Either::Right(_) => return Err(error.clone()),
                },
            };
            let mut handling = pin!(self.handle(candidate));
            // Other requests are rejected or wait in the meantime.
            let verdict = loop {
                match select(handling.as_mut(), pin!(listener.next())).await {
                    Either::Left((verdict, _)) => break verdict,
                    Either::Right((next, _)) if queue.len() < QUEUE => queue.push_back(next),
                    Either::Right(_) => {}
                }
            };
            match verdict {
                CallbackOutcome::Over(outcome) => return *outcome,
                CallbackOutcome::Refused(error) if refused.is_none() => {
                    let seconds = SECOND_CHANCE.as_secs();
                    self.print(&format!(
                        "The sign-in did not work: {error}.\nThe app waits for another attempt from the same page, {seconds} s at most."
                    ));
                    refused = Some((error, self.flow.sleep(SECOND_CHANCE)));
                }
                CallbackOutcome::Refused(_) | CallbackOutcome::Stray => {}
            }
        }
    }

    /// Prints to the standard error stream.
    fn print(&self, text: &str) {
        if self.prints
            && let Err(error) = writeln!(io::stderr().lock(), "{text}")
        {
            tracing::debug!(%error, "the standard error stream cannot be written");
        }
    }

    async fn handle(&self, candidate: Candidate) -> CallbackOutcome {
        let Candidate { stream, target } = candidate;
        let (outcome, page) = match self.flow.code(self.pending, &target) {
            Err(error) if error.kind() == AuthErrorKind::Callback => {
                tracing::warn!(%error, "the local server rejected a request");
                send_page(stream, Page::stray(400)).await;
                return CallbackOutcome::Stray;
            }
            Err(error) if error.kind() == AuthErrorKind::Denied => (Err(error), Page::denied()),
            Err(error) => {
                let page = Page::failed(&error.to_string());
                (Err(error), page)
            }
            Ok(code) => match self.flow.exchange_code(self.pending, &code).await {
                Ok(user) => (Ok(user), Page::success(self.success_message)),
                Err(error) if error.oauth_error() == Some("invalid_grant") => {
                    // The code is not that of this flow. A program that knows the URL may have sent the request.
                    tracing::warn!(%error, "the token endpoint refused a code; still waiting");
                    send_page(stream, Page::refused(&error.to_string())).await;
                    return CallbackOutcome::Refused(error);
                }
                Err(error) => {
                    let page = Page::failed(&error.to_string());
                    (Err(error), page)
                }
            },
        };
        send_page(stream, page).await;
        CallbackOutcome::Over(Box::new(outcome))
    }
}

enum CallbackOutcome {
    Over(Box<Result<AuthorizedUser, AuthError>>),
    Refused(AuthError),
    Stray,
}
