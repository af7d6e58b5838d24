//! Apps on the user's own machine.

mod console;
mod listener;
mod pages;
mod server;

use std::path::Path;

pub use self::{console::Console, server::LocalServer};
use crate::{AuthError, ClientSecrets, Flow};

/// How an app on a user's machine asks for authorization ([OAuth 2.0 for desktop apps](https://developers.google.com/identity/protocols/oauth2/native-app)).
///
/// ```no_run
/// # async fn example() -> Result<(), gapi_auth::AuthError> {
/// use gapi_auth::InstalledAppFlow;
///
/// let scopes = ["https://www.googleapis.com/auth/drive.metadata.readonly"];
/// let flow = InstalledAppFlow::from_client_secrets_file("client_secret.json", scopes)?;
/// let user = flow.run_local_server().await?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct InstalledAppFlow(Flow);

impl InstalledAppFlow {
    /// A flow for the client of a `client_secret.json`, which asks for these scopes.
    ///
    /// # Errors
    /// As [`ClientSecrets::from_file`].
    pub fn from_client_secrets_file<S: Into<String>>(
        path: impl AsRef<Path>,
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<Self, AuthError> {
        Ok(Self::new(Flow::new(
            ClientSecrets::from_file(path)?,
            scopes,
        )))
    }

    /// From a flow, with all that it was given; its redirect URI is replaced.
    pub fn new(flow: Flow) -> Self {
        Self(flow)
    }

    /// Changes what the flow asks for: `.configure(|flow| flow.prompt("consent"))`.
    #[must_use]
    pub fn configure(self, change: impl FnOnce(Flow) -> Flow) -> Self {
        Self(change(self.0))
    }

    /// Opens the user's browser, and waits for it on this machine.
    pub fn run_local_server(&self) -> LocalServer {
        LocalServer::new(self.0.clone())
    }

    /// Prints a URL, and reads what the user pastes: for machines without a browser.
    pub fn run_console(&self) -> Console {
        Console::new(self.0.clone())
    }
}
