//! Flows of apps on the user's machine.

mod console;
mod listener;
mod pages;
mod server;

use std::path::Path;

pub use self::{console::Console, server::LocalServer};
use crate::{AuthError, ClientSecrets, Flow};

/// The flow in which an app on the user's machine requests authorization ([OAuth 2.0 for desktop apps](https://developers.google.com/identity/protocols/oauth2/native-app)).
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
    /// Returns a flow for the client of a `client_secret.json` that requests these scopes.
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

    /// Returns a flow with the settings of `flow`, except for its redirect URI.
    pub fn new(flow: Flow) -> Self {
        Self(flow)
    }

    /// Changes the flow: `.configure(|flow| flow.prompt("consent"))`.
    #[must_use]
    pub fn configure(self, change: impl FnOnce(Flow) -> Flow) -> Self {
        Self(change(self.0))
    }

    /// Opens the user's browser, and waits for the callback on this machine.
    pub fn run_local_server(&self) -> LocalServer {
        LocalServer::new(self.0.clone())
    }

    /// Prints a URL, and reads the code that the user pastes. For machines without a browser.
    pub fn run_console(&self) -> Console {
        Console::new(self.0.clone())
    }
}
