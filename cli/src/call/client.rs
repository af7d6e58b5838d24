//! The client of a call, made from the options.

use std::sync::Arc;

use gapi::{CallOptions, Client, HttpRequest, RetryPolicy};
use gapi_auth::Credentials;
use http::{HeaderName, HeaderValue};

use super::failure::{CallResult, Mistake};
use super::observe;
use super::own_options::OwnOptions;
use super::secrets::is_secret_header;

/// What a client is made from, beside the credentials.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClientParts<'a> {
    pub(super) options: &'a OwnOptions,
    pub(super) scopes: &'a [String],
    pub(super) headers: &'a [(HeaderName, HeaderValue)],
}

impl ClientParts<'_> {
    /// Makes the client; without credentials, it can call emulators only.
    pub(super) fn client(self, credentials: Option<Arc<dyn Credentials>>) -> CallResult<Client> {
        self.build(credentials, true)
    }

    /// Makes a client that ignores the variables of emulators.
    pub(super) fn without_emulators(self, credentials: Arc<dyn Credentials>) -> CallResult<Client> {
        self.build(Some(credentials), false)
    }

    fn build(
        self,
        credentials: Option<Arc<dyn Credentials>>,
        emulators: bool,
    ) -> CallResult<Client> {
        let options = self.options;
        // A response is as long as it is: what is too much for the machine is not known here.
        let mut defaults = CallOptions::new().response_limit(usize::MAX);
        if let Some(limit) = options.max_time {
            defaults = defaults.timeout(limit);
        }
        if let Some(retries) = options.retries {
            defaults = defaults.retry(match retries {
                0 => RetryPolicy::none(),
                retries => RetryPolicy::new().max_attempts(retries.saturating_add(1)),
            });
        }
        if options.idempotent {
            defaults = defaults.idempotent(true);
        }
        if let Some(location) = &options.endpoint_location {
            defaults = defaults.location(location.clone());
        }
        if let Some(project) = &options.quota_project {
            defaults = defaults.quota_project(project);
        }
        if !self.scopes.is_empty() {
            defaults = defaults.scopes(self.scopes.iter().cloned());
        }
        for (name, value) in self.headers {
            defaults = defaults.header(name, value.clone());
        }
        let mut builder = Client::builder()
            .options(defaults)
            .emulators(emulators)
            .user_agent(concat!("gapi-cli/", env!("CARGO_PKG_VERSION")));
        if let Some(credentials) = credentials {
            builder = builder.credentials(credentials);
        }
        if let Some(endpoint) = &options.endpoint_url {
            builder = builder.endpoint(endpoint.clone());
        }
        if options.verbose {
            builder = builder.observer(observe::Attempts);
        }
        Ok(builder.build()?)
    }
}

/// Returns the host and port of a request, as texts show it.
pub(super) fn authority(request: &HttpRequest) -> String {
    request
        .url()
        .authority()
        .map(ToString::to_string)
        .unwrap_or_default()
}

/// Reads the headers. Values of secrets are marked, so that no text shows them.
pub(super) fn headers(
    options: &OwnOptions,
    mistakes: &mut Vec<Mistake>,
) -> Vec<(HeaderName, HeaderValue)> {
    let mut headers = Vec::new();
    for text in &options.header {
        let parts = text.split_once(':').and_then(|(name, value)| {
            let name = HeaderName::try_from(name.trim()).ok()?;
            Some((name, HeaderValue::try_from(value.trim())))
        });
        // Without a name, the text may be the value alone.
        let wrong = match parts {
            Some((name, Ok(mut value))) => {
                value.set_sensitive(is_secret_header(name.as_str()));
                headers.push((name, value));
                continue;
            }
            Some((name, Err(_))) => {
                format!("the value of `{name}` has characters that no header can carry")
            }
            None => "expected `NAME: VALUE`".to_owned(),
        };
        mistakes.push(Mistake::new("-H", wrong));
    }
    headers
}
