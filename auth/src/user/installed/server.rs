//! The flow with a server on this machine that waits for the user's browser.

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
    listener::{Candidate, Listener, show},
    pages::Page,
};
use crate::{AuthError, AuthErrorKind, AuthorizedUser, Flow, PendingAuthorization};

/// How many requests may wait until another is judged.
const QUEUE: usize = 16;
/// How long the flow goes on waiting after a code that the token endpoint refused: it may have been forged.
const SECOND_CHANCE: Duration = Duration::from_secs(60);

type Hook = Box<dyn FnOnce(&str) + Send>;

/// A flow that waits for the user's browser on this machine; made by
/// [`InstalledAppFlow::run_local_server`](super::InstalledAppFlow::run_local_server). Await it.
///
/// It listens on loopback only. Requests that are not the response (a favicon, a connection that a browser opens in advance, something
/// forged) are turned away, and it goes on waiting. The port is free again as soon as the future has ended or is dropped.
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

    /// The host of the redirect URI: `127.0.0.1` (unless set), any other loopback address such as `[::1]`, or `localhost`, which listens on both.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }

    /// The port; 0 (unless set) takes a free one. With port 80 the redirect URI has none, as in `http://localhost/`.
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
        let listener = Listener::open(&self.host, self.port).await?;
        let client = self.flow.parts().client;
        // As it is registered, where it is: some servers compare the texts.
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
        let waiting = Waiting {
            flow: &flow,
            pending: &pending,
            success_message: self.success_message.as_deref(),
            prints: self.prompt_message.is_some(),
        };
        // Whatever the browser does, the user can see where to go.
        if let Some(message) = &self.prompt_message {
            waiting.print(&message.replace("{url}", &url));
        }
        if let Some(hint) = &hint {
            tracing::warn!("{hint}");
            waiting.print(&format!("If the page says redirect_uri_mismatch: {hint}."));
        }
        if let Some(hook) = self.on_url {
            hook(&url);
        }
        if self.open_browser {
            open(url);
        }
        let Some(timeout) = self.timeout else {
            return waiting.serve(listener).await;
        };
        match select(pin!(waiting.serve(listener)), flow.sleep(timeout)).await {
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

struct Waiting<'a> {
    flow: &'a Flow,
    pending: &'a PendingAuthorization,
    success_message: Option<&'a str>,
    /// Whether the user sees messages.
    prints: bool,
}

impl Waiting<'_> {
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
            let mut judging = pin!(self.judge(candidate));
            // Others are turned away, or wait, meanwhile.
            let verdict = loop {
                match select(judging.as_mut(), pin!(listener.next())).await {
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
                        "The sign-in did not work: {error}.\nAnother try from the same page is waited for, {seconds} s at most."
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

    async fn judge(&self, candidate: Candidate) -> CallbackOutcome {
        let Candidate { stream, target } = candidate;
        let (outcome, page) = match self.flow.code(self.pending, &target) {
            Err(error) if error.kind() == AuthErrorKind::Callback => {
                tracing::warn!(%error, "the local server turned a request away");
                show(stream, Page::stray(400)).await;
                return CallbackOutcome::Stray;
            }
            Err(error) if error.kind() == AuthErrorKind::Denied => (Err(error), Page::denied()),
            Err(error) => {
                let page = Page::problem(&error.to_string());
                (Err(error), page)
            }
            Ok(code) => match self.flow.exchange_code(self.pending, &code).await {
                Ok(user) => (Ok(user), Page::success(self.success_message)),
                Err(error) if error.oauth_error() == Some("invalid_grant") => {
                    // The code is not this flow's: a program that saw the URL may have made the request.
                    tracing::warn!(%error, "the token endpoint refused a code; still waiting");
                    show(stream, Page::refused(&error.to_string())).await;
                    return CallbackOutcome::Refused(error);
                }
                Err(error) => {
                    let page = Page::problem(&error.to_string());
                    (Err(error), page)
                }
            },
        };
        show(stream, page).await;
        CallbackOutcome::Over(Box::new(outcome))
    }
}

enum CallbackOutcome {
    Over(Box<Result<AuthorizedUser, AuthError>>),
    Refused(AuthError),
    Stray,
}
