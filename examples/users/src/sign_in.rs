//! The shortest way to a user: the browser, or the embedded server's user.

use gapi::auth::{AuthorizedUser, Flow, InstalledAppFlow};

use crate::{Browser, Failure, Provider};

/// Signs the user in through a browser.
///
/// # Errors
/// When the user refuses, or something goes wrong.
pub async fn sign_in(provider: &Provider, scopes: &[&str]) -> Result<AuthorizedUser, Failure> {
    let flow = InstalledAppFlow::new(Flow::new(provider.secrets(), scopes.iter().copied()));
    let server = flow.run_local_server();
    if provider.embedded().is_none() {
        return Ok(server.await?);
    }
    let server = server
        .open_browser(false)
        .prompt_message(None)
        .on_url(|url| {
            let url = url.to_owned();
            tokio::spawn(async move { Browser::new().open(&url).await });
        });
    Ok(server.await?)
}
