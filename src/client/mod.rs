//! Clients.

mod builder;

use std::{
    fmt,
    panic::{RefUnwindSafe, UnwindSafe},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use gapi_auth::Credentials;
use gapi_transport::{Clock, Transport, lock};
use http::{HeaderValue, Uri, uri::Authority};

use crate::{
    http::{RequestContext, Root, api_client},
    observe::Observing,
    outlined_box::OutlinedBox,
    request::{Call, options::CallOptions},
    retry::{Budget, Jitter},
    wire::Base64,
};

#[cfg(feature = "rustls")]
use gapi_auth::Environment;

pub use self::builder::{ClientBuilder, MtlsEndpoint, ScopePolicy};

/// Sends the requests of every API.
///
/// A client is cheap to clone; clones share connections and credentials. It has no type parameters. Creating one uses neither the
/// network nor the disk.
///
/// ```no_run
/// # #[cfg(all(feature = "auth", feature = "rustls"))]
/// # fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use gapi::{Client, auth::ServiceAccount};
/// let client = Client::new(ServiceAccount::from_file("service.json")?);
/// # Ok(()) }
/// ```
///
/// **Credentials** are sent to the API's own host over TLS (or on this machine), and to an endpoint that is set with
/// [`ClientBuilder::endpoint`], also over plain `http` (an emulator, a proxy on the same machine). They are never sent to another host
/// or scheme after a redirect.
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
    /// The project that pays if neither the call nor the credentials set one.
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
    /// Whether the credentials are known to belong to the universe of `root`.
    pub(crate) universe_checked: Arc<AtomicBool>,
}

/// The error of the compiler for [`Client::new`] without a transport. No type implements it.
#[cfg(not(feature = "rustls"))]
#[diagnostic::on_unimplemented(
    message = "`Client::new` needs the feature `rustls` of gapi, which has the default transport",
    label = "add the feature `rustls`, or use `Client::builder().transport(..)`"
)]
pub trait DefaultTransport<'a, C> {
    /// Creates a client with the default transport.
    fn with_default_transport(credentials: C) -> Self;
}

impl Client {
    /// Creates a client with these credentials and the defaults of [`builder`](Self::builder).
    ///
    /// The HTTP transport is created for the first request. With an invalid environment variable (a `GOOGLE_CLOUD_UNIVERSE_DOMAIN` that
    /// is no host) each call is an error.
    #[cfg(feature = "rustls")]
    pub fn new(credentials: impl Credentials) -> Self {
        builder::defaults(
            Arc::new(credentials),
            Arc::new(gapi_transport::LazyTransport::default()),
            &Environment::system(),
        )
    }

    #[cfg(not(feature = "rustls"))]
    #[allow(missing_docs)]
    #[doc(hidden)]
    pub fn new<C>(credentials: C) -> Self
    where
        for<'a> Self: DefaultTransport<'a, C>,
    {
        Self::with_default_transport(credentials)
    }

    /// Creates a client of the usual endpoints without credentials and without delays between attempts.
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

    /// Returns a builder for a client with other settings.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Returns the same client with more default options, which override its present ones.
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            defaults: Arc::new(options.or(&self.defaults)),
        }
    }

    /// Returns the same client with other credentials. Connections, endpoint and defaults are shared.
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

    /// Returns the credentials.
    pub fn credentials(&self) -> &Arc<dyn Credentials> {
        &self.inner.credentials
    }

    /// Returns the transport.
    pub fn transport(&self) -> &Arc<dyn Transport> {
        &self.inner.transport
    }
}

// What clones share is behind locks that ignore panics, or never changes.
impl UnwindSafe for Client {}
impl RefUnwindSafe for Client {}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("credentials", &self.inner.credentials.describe())
            .field("root", &self.inner.root)
            .field("defaults", &self.defaults)
            .finish_non_exhaustive()
    }
}

/// A call, its client and its options. One type for the requests of all methods, so that one executor sends them.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    pub(crate) client: Client,
    pub(crate) call: Call,
    /// The options of this call, without the client's defaults.
    pub(crate) options: CallOptions,
}

impl Prepared {
    /// Prepares `call` for `client`, without options of its own.
    pub(crate) fn new(client: &Client, mut call: Call) -> OutlinedBox<Self> {
        if client.inner.base64 == Base64::Standard {
            call.use_standard_base64();
        }
        OutlinedBox::new(Self {
            client: client.clone(),
            call,
            options: CallOptions::default(),
        })
    }

    /// Returns the options of the call, with the client's defaults for those that are unset.
    pub(crate) fn merged_options(&self) -> CallOptions {
        let mut options = self.options.clone().or(&self.client.defaults);
        let root = &self.client.inner.root;
        if root.emulator(self.call.method.api).is_some() {
            // Emulators use plain http, and need no key.
            options.remove_param("key");
        }
        options
    }

    /// Returns the settings of the client that requests depend on.
    pub(crate) fn request_context(&self) -> RequestContext<'_> {
        let client = &*self.client.inner;
        let emulator = client.root.emulator(self.call.method.api);
        RequestContext {
            root: &client.root,
            authorization: emulator.and_then(|emulator| emulator.authorization),
            user_agent: &client.user_agent,
            api_client: &client.api_client,
        }
    }
}

/// The hosts that a client has sent requests to.
#[derive(Debug, Default)]
pub(crate) struct Hosts(Mutex<Vec<Arc<Host>>>);

/// Beyond this number, hosts without a request in progress are removed.
const REMEMBERED: usize = 32;

impl Hosts {
    /// Returns the host of `uri`.
    pub(crate) fn of(&self, uri: &Uri, clock: &Arc<dyn Clock>) -> Arc<Host> {
        let mut known = lock(&self.0);
        let authority = uri.authority();
        if let Some(host) = known.iter().find(|host| host.name.as_ref() == authority) {
            return Arc::clone(host);
        }
        if known.len() >= REMEMBERED {
            known.retain(|host| Arc::strong_count(host) > 1);
        }
        let host = Arc::new(Host {
            name: authority.cloned(),
            since: clock.monotonic(),
            clock: Arc::clone(clock),
            last: AtomicU64::new(0),
        });
        known.push(Arc::clone(&host));
        host
    }
}

/// A host and the time of its last activity: a connection took a request, or bytes were sent or received.
#[derive(Debug)]
pub(crate) struct Host {
    name: Option<Authority>,
    clock: Arc<dyn Clock>,
    since: Duration,
    /// The time of the last activity, in nanoseconds since `since`.
    last: AtomicU64,
}

impl Host {
    /// Returns host and port for errors.
    pub(crate) fn name(&self) -> String {
        let Some(name) = &self.name else {
            return "the server".to_owned();
        };
        match name.port() {
            Some(port) => format!("{}:{port}", name.host()),
            None => name.host().to_owned(),
        }
    }

    /// Returns the nanoseconds since `since`.
    pub(crate) fn now(&self) -> u64 {
        let passed = self.clock.monotonic().saturating_sub(self.since);
        u64::try_from(passed.as_nanos()).unwrap_or(u64::MAX)
    }

    /// Returns the time of the last activity.
    pub(crate) fn last_activity(&self) -> u64 {
        self.last.load(Ordering::Relaxed)
    }

    /// Records activity, and returns its time.
    pub(crate) fn record_activity(&self) -> u64 {
        let now = self.now();
        self.last.store(now, Ordering::Relaxed);
        now
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use gapi_transport::ManualClock;

    use super::*;

    #[test]
    fn hosts_differ_by_name_and_port() {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(SystemTime::UNIX_EPOCH));
        let hosts = Hosts::default();
        let of = |uri: &str| hosts.of(&uri.parse().expect("a URL"), &clock);
        let first = of("https://a.example/x");
        assert!(Arc::ptr_eq(&first, &of("https://A.example/y")));
        assert!(!Arc::ptr_eq(&first, &of("https://a.example:444/x")));
        assert_eq!(of("https://user@b.example:9/").name(), "b.example:9");
        for n in 0..2 * REMEMBERED {
            of(&format!("https://{n}.example/"));
        }
        assert!(hosts.0.lock().expect("lock").len() <= REMEMBERED + 1);
        assert!(Arc::ptr_eq(&first, &of("https://a.example/x")));
    }
}
