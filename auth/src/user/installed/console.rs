//! The flow without a browser on this machine.

use std::{
    fmt,
    future::IntoFuture,
    io::{self, BufRead, Write},
};

use gapi_transport::BoxFuture;

use crate::{AuthError, AuthErrorKind, AuthorizedUser, Flow};

/// Browsers do not connect to this port, so no program on the user's machine receives the code.
const REDIRECT_URI: &str = "http://127.0.0.1:1/";
/// The number of attempts to paste the code.
const TRIES: u32 = 3;

type Ask = Box<dyn FnMut(&str) -> io::Result<String> + Send>;

/// A flow in which the user opens a URL in any browser, on any machine, and pastes the resulting URL or code. Await it.
///
/// Created by [`InstalledAppFlow::run_console`](super::InstalledAppFlow::run_console).
///
/// The redirect URI is `http://127.0.0.1:1/`, to which browsers cannot connect. The address bar then shows the URL with the code. The user pastes that
/// URL, or the code alone. Google ended the [out-of-band](https://developers.google.com/identity/protocols/oauth2/resources/oob-migration) redirect
/// (`urn:ietf:wg:oauth:2.0:oob`) in 2022; for servers that support it, set [`redirect_uri`](Self::redirect_uri).
#[must_use = "nothing happens until it is awaited"]
pub struct Console {
    flow: Flow,
    redirect_uri: String,
    ask: Option<Ask>,
}

impl Console {
    pub(super) fn new(flow: Flow) -> Self {
        Self {
            flow,
            redirect_uri: String::from(REDIRECT_URI),
            ask: None,
        }
    }

    /// Sets another redirect URI: on this machine, or `urn:ietf:wg:oauth:2.0:oob` or `urn:ietf:wg:oauth:2.0:oob:auto`, for servers other than Google's.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = uri.into();
        self
    }

    /// Sets the function that prompts the user. It gets the text to show, including the URL, and returns what the user pasted. It may block its thread.
    /// By default the text is printed to the standard error stream, and a line is read from the standard input stream.
    pub fn ask(mut self, ask: impl FnMut(&str) -> io::Result<String> + Send + 'static) -> Self {
        self.ask = Some(Box::new(ask));
        self
    }

    async fn run(self) -> Result<AuthorizedUser, AuthError> {
        let flow = self.flow.redirect_uri(&self.redirect_uri);
        let (url, pending) = flow.authorization_url()?;
        let what = if self.redirect_uri.starts_with("urn:") {
            "Then enter the code that the page shows."
        } else {
            "At the end the browser reports that it cannot connect. This is expected: copy the whole address from its address bar, and enter it here."
        };
        let mut text = format!(
            "Open this page in a browser, on this machine or any other, to authorize the app:\n\n  {url}\n\n{what}\n> "
        );
        let mut ask = self.ask.unwrap_or_else(|| Box::new(ask_terminal));
        let mut tries = 0;
        loop {
            tries += 1;
            let (again, pasted) = on_a_thread(ask, text).await?;
            ask = again;
            let pasted = pasted.map_err(|error| {
                AuthError::new(
                    AuthErrorKind::Other,
                    format!("no input of the user could be read: {error}"),
                )
                .with_source(error)
            })?;
            match flow.pasted(&pending, &pasted) {
                Ok(code) => return flow.exchange_code(&pending, &code).await,
                Err(error) if error.kind() == AuthErrorKind::Callback && tries < TRIES => {
                    text = format!("That cannot be used: {error}.\n> ");
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Calls `ask` on a separate thread. A runtime would wait for one of its own threads when it ends, and the user may be gone.
async fn on_a_thread(mut ask: Ask, text: String) -> Result<(Ask, io::Result<String>), AuthError> {
    let (sender, asked) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let pasted = ask(&text);
        // The flow may be cancelled.
        let _ = sender.send((ask, pasted));
    });
    asked.await.map_err(|error| {
        AuthError::new(AuthErrorKind::Other, "the user could not be prompted").with_source(error)
    })
}

fn ask_terminal(text: &str) -> io::Result<String> {
    let mut errors = io::stderr().lock();
    errors.write_all(text.as_bytes())?;
    errors.flush()?;
    let mut line = String::new();
    if io::stdin().lock().read_line(&mut line)? == 0 {
        return Err(io::Error::new(
            io::ErrorKind::UnexpectedEof,
            "the standard input stream has ended",
        ));
    }
    Ok(line)
}

impl IntoFuture for Console {
    type Output = Result<AuthorizedUser, AuthError>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console")
            .field("flow", &self.flow)
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}
