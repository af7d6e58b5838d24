//! What sends requests.

mod builder;
mod environment;
mod hosts;
pub(crate) mod prepared;

use std::{
    fmt,
    sync::{Arc, atomic::AtomicBool},
};

use gapi_auth::Credentials;
#[cfg(feature = "reqwest")]
use gapi_auth::Environment;
use gapi_transport::{Clock, Transport};
use http::HeaderValue;

pub(crate) use self::hosts::{Host, Hosts};
pub use self::{
    builder::{ClientBuilder, ScopePolicy},
    environment::MtlsEndpoint,
};
use crate::{
    http::{Root, api_client},
    observe::Observing,
    request::options::CallOptions,
    retry::{Budget, Jitter},
    wire::Base64,
};

/// Sends the requests of every API.
///
/// A client is cheap to clone; clones share connections and credentials. It has no type parameters, and making one touches
/// neither the network nor the disk.
///
/// ```no_run
/// # #[cfg(all(feature = "auth", feature = "reqwest"))]
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use gapi::{Client, auth::ServiceAccount};
/// let client = Client::new(ServiceAccount::from_file("service.json")?);
/// # Ok(()) }
/// ```
///
/// **Where credentials go.** They are sent to the API's own host over TLS (or on this machine), and to an endpoint that was set with
/// [`ClientBuilder::endpoint`], whatever its scheme: who names a plain `http` endpoint (an emulator, a proxy on the same machine) has decided
/// that. A redirect never takes them to another host or scheme.
#[derive(Clone)]
pub struct Client {
    pub(crate) inner: Arc<ClientInner>,
    pub(crate) defaults: Arc<CallOptions>,
}

/// What clones of a client share.
#[derive(Clone)]
pub(crate) struct ClientInner {
    pub(crate) credentials: Arc<dyn Credentials>,
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) root: Root,
    /// The project that pays where neither the call nor the credentials say which.
    pub(crate) quota_project: Option<HeaderValue>,
    pub(crate) user_agent: HeaderValue,
    /// The value of `x-goog-api-client`, which depends on the kind of the credentials.
    pub(crate) api_client: HeaderValue,
    pub(crate) scope_policy: ScopePolicy,
    pub(crate) base64: Base64,
    pub(crate) jitter: Jitter,
    pub(crate) observer: Option<Observing>,
    pub(crate) retry_budget: Arc<Budget>,
    pub(crate) hosts: Arc<Hosts>,
    /// Set once the credentials were seen to belong to the universe of `root`.
    pub(crate) universe_checked: Arc<AtomicBool>,
}

impl Client {
    /// A client with these credentials, and everything else as [`builder`](Self::builder) leaves it.
    ///
    /// The HTTP transport is made when the first request is sent. A mistake in the environment (a `GOOGLE_CLOUD_UNIVERSE_DOMAIN` that is no host) is reported by
    /// each call.
    #[cfg(feature = "reqwest")]
    pub fn new(credentials: impl Credentials) -> Self {
        builder::defaults(
            Arc::new(credentials),
            Arc::new(gapi_transport::LazyTransport::default()),
            &Environment::system(),
        )
    }

    /// A client of the usual endpoints without credentials, which waits for nothing between attempts.
    pub(crate) fn of_mock(transport: Arc<dyn Transport>, clock: Arc<dyn Clock>) -> Self {
        let mut client = builder::defaults(
            Arc::new(gapi_auth::Anonymous),
            transport,
            &gapi_auth::Environment::new(),
        );
        let inner = Arc::make_mut(&mut client.inner);
        inner.clock = clock;
        inner.jitter = Jitter::new(|| 0.0);
        client
    }

    /// A client with settings of your own.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// The same client with `options` as defaults for every call, on top of its present ones.
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            defaults: Arc::new(options.or(&self.defaults)),
        }
    }

    /// The same client under another identity: connections, endpoint and defaults are shared.
    #[must_use]
    pub fn with_credentials(&self, credentials: impl Credentials) -> Self {
        let mut inner = ClientInner::clone(&self.inner);
        let mut defaults = Arc::clone(&self.defaults);
        match api_client(credentials.metrics()) {
            Ok(api_client) => inner.api_client = api_client,
            Err(error) => Arc::make_mut(&mut defaults).refuse(error.to_string()),
        }
        inner.credentials = Arc::new(credentials);
        inner.universe_checked = Arc::default();
        Self {
            inner: Arc::new(inner),
            defaults,
        }
    }

    /// The credentials.
    pub fn credentials(&self) -> &Arc<dyn Credentials> {
        &self.inner.credentials
    }

    /// The transport.
    pub fn transport(&self) -> &Arc<dyn Transport> {
        &self.inner.transport
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("credentials", &self.inner.credentials.describe())
            .field("root", &self.inner.root)
            .field("defaults", &self.defaults)
            .finish_non_exhaustive()
    }
}
