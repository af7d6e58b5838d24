//! How a client is set up.

use std::{fmt, sync::Arc};

use gapi_auth::{
    AuthError, AuthErrorKind, AuthHeaders, AuthRequest, Credentials, DEFAULT_UNIVERSE, Environment,
};
use gapi_transport::{BoxFuture, Clock, SystemClock, Transport};
use http::HeaderValue;

use super::{Client, ClientInner, MtlsEndpoint, environment};
use crate::{
    Error, Observer, RetryPolicy,
    http::{Emulators, Root, api_client, user_agent},
    observe::Observing,
    request::options::CallOptions,
    retry::{Budget, Jitter},
    wire::Base64,
};

/// Which scopes are asked for when neither the credentials nor the call name any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ScopePolicy {
    /// `cloud-platform` where the method accepts it, else every scope of the API. One token serves all methods, and no answer is cut down
    /// because a scope allows only a part of it.
    #[default]
    Broad,
    /// One scope of the method: a read-only one where the method accepts any, otherwise one other than `cloud-platform`; of
    /// several, the one with the shortest name. Some methods answer less under such a scope.
    Narrowest,
}

/// Sets up a [`Client`]. Made by [`Client::builder`].
#[derive(Default)]
#[must_use = "a builder does nothing until `build`"]
pub struct ClientBuilder {
    credentials: Option<Arc<dyn Credentials>>,
    transport: Option<Arc<dyn Transport>>,
    clock: Option<Arc<dyn Clock>>,
    endpoint: Option<String>,
    universe: Option<String>,
    environment: Option<Environment>,
    emulators: Option<bool>,
    mtls_endpoint: Option<MtlsEndpoint>,
    client_certificate: bool,
    user_agent: Option<String>,
    scope_policy: ScopePolicy,
    base64: Base64,
    jitter: Option<Jitter>,
    observer: Option<Observing>,
    retry_budget: Option<u32>,
    defaults: CallOptions,
    has_key: bool,
}

impl ClientBuilder {
    /// Who the client is. Required, unless there is an [`api_key`](Self::api_key), or a variable names an [emulator](Self::emulators): then calls of other APIs fail.
    pub fn credentials(mut self, credentials: impl Credentials) -> Self {
        self.credentials = Some(Arc::new(credentials));
        self
    }

    /// What exchanges requests for answers: a mock, a recorder, or a `reqwest::Client` of your own (without redirects). Token requests of credentials that
    /// have no transport of their own go through it too.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Sends every request to one endpoint instead of the API's own: scheme and host, maybe a port and the prefix of a path.
    /// The API's service path and the method's path are appended.
    ///
    /// Credentials are sent there, over plain `http` too: see [`Client`].
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = Some(endpoint.into());
        self
    }

    /// The universe of the APIs, in which `googleapis.com` has another name. The environment variable `GOOGLE_CLOUD_UNIVERSE_DOMAIN` sets it too.
    /// Credentials of another universe are refused before any token leaves.
    pub fn universe_domain(mut self, universe: impl Into<String>) -> Self {
        self.universe = Some(universe.into());
        self
    }

    /// Sends every call to the API's endpoint in this location, such as `europe-west1`; see [`CallOptions::location`].
    pub fn location(mut self, location: impl Into<String>) -> Self {
        self.defaults = self.defaults.location(location);
        self
    }

    /// Whether requests of an API go to a local emulator where an environment variable names one, as Google's own libraries do. On unless set; an
    /// [`endpoint`](Self::endpoint) wins over any emulator.
    ///
    /// The variables are `STORAGE_EMULATOR_HOST`, `PUBSUB_EMULATOR_HOST`, `FIRESTORE_EMULATOR_HOST` and `DATASTORE_EMULATOR_HOST`: `HOST:PORT` or a URL.
    /// `SPANNER_EMULATOR_HOST` and `BIGTABLE_EMULATOR_HOST` name ports that speak gRPC: calls of these APIs fail, rather than change what they should not.
    ///
    /// An emulator gets neither credentials nor API keys, and no token is fetched for it.
    pub fn emulators(mut self, allowed: bool) -> Self {
        self.emulators = Some(allowed);
        self
    }

    /// Whether requests go to the endpoints for connections with a client certificate. Unless set, `GOOGLE_API_USE_MTLS_ENDPOINT` says so.
    pub fn mtls_endpoint(mut self, when: MtlsEndpoint) -> Self {
        self.mtls_endpoint = Some(when);
        self
    }

    /// Says that the [`transport`](Self::transport) presents a client certificate, which decides for [`MtlsEndpoint::Auto`].
    pub fn client_certificate(mut self, presented: bool) -> Self {
        self.client_certificate = presented;
        self
    }

    /// What is read of the machine's environment, instead of the process's own: `GOOGLE_CLOUD_UNIVERSE_DOMAIN`, `GOOGLE_CLOUD_QUOTA_PROJECT`,
    /// `GOOGLE_API_USE_MTLS_ENDPOINT`, and the variables of [`emulators`](Self::emulators).
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// The project that pays for the calls (`x-goog-user-project`), instead of the one of the credentials, or of `GOOGLE_CLOUD_QUOTA_PROJECT` where those name none.
    pub fn quota_project(mut self, project: impl AsRef<str>) -> Self {
        self.defaults = self.defaults.quota_project(project);
        self
    }

    /// An API key, sent as the query parameter `key`. (`auth::ApiKey` sends it as a header.)
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.defaults = self.defaults.key(key);
        self.has_key = true;
        self
    }

    /// The program's name and version, put before the library's own in `user-agent`: `inventory/1.4`.
    pub fn user_agent(mut self, program: impl Into<String>) -> Self {
        self.user_agent = Some(program.into());
        self
    }

    /// Defaults for every call.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.defaults = options.or(&self.defaults);
        self
    }

    /// How calls are tried again that say nothing about it.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.defaults = self.defaults.retry(policy);
        self
    }

    /// How many retries all calls of the client (and of its clones) may make at a stretch, so that a service that fails all of them is not hammered. 100 unless set.
    ///
    /// One retry comes back every second, and one with every ten calls that the service settles, by a success or by an error that stands. A call that is settled after
    /// retries gets back what they cost. The steps of uploads in sessions and of broken downloads cost nothing: these get on, or end by the policy.
    pub fn retry_budget(mut self, retries: u32) -> Self {
        self.retry_budget = Some(retries);
        self
    }

    /// What spreads the waits between attempts: asked for a number from 0 to 1 for each wait, which is that part of the longest wait. Random unless set; tests set it.
    pub fn jitter(mut self, source: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.jitter = Some(Jitter::new(source));
        self
    }

    /// Who is told of every attempt and call, for metrics.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Observing(Arc::new(observer)));
        self
    }

    /// Sets the clock, which tests replace.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Which scopes are asked for when neither the credentials nor the call name any.
    pub fn scope_policy(mut self, policy: ScopePolicy) -> Self {
        self.scope_policy = policy;
        self
    }

    /// The alphabet in which bytes are sent (`format: byte` in documents). [`Base64::UrlSafe`] unless set; [`Base64::Standard`] is for emulators that take nothing else.
    /// What servers send is read in either.
    ///
    /// It is for bodies made of generated types. What is JSON when it is given (a `serde_json::Value`, a [`Patch`](crate::Patch)) travels as it is.
    pub fn base64(mut self, alphabet: Base64) -> Self {
        self.base64 = alphabet;
        self
    }

    /// The client. Touches no network.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) when the endpoint, the universe or a header cannot be used, when there are no
    /// credentials, or when there is no transport and the feature `reqwest` is off.
    pub fn build(self) -> Result<Client, Error> {
        let environment = self.environment.unwrap_or_else(Environment::system);
        let credentials = match self.credentials {
            Some(credentials) => credentials,
            None if self.has_key => Arc::new(gapi_auth::Anonymous),
            // An emulator gets none; whatever goes elsewhere is refused.
            None if self.emulators != Some(false) && Emulators::of(&environment).is_any() => {
                Arc::new(NoCredentials)
            }
            None => {
                return Err(Error::usage(
                    "the client has no credentials; give it some, or an API key, or `auth::Anonymous` for public data",
                ));
            }
        };
        if let Some(invalid) = self.defaults.invalid() {
            return Err(Error::usage(invalid));
        }
        let mut client = defaults(
            credentials,
            self.transport.map_or_else(default_transport, Ok)?,
            &environment,
        );
        let inner = Arc::make_mut(&mut client.inner);
        // What is said here needs no variable, right or wrong.
        inner.root.universe = match self.universe {
            Some(universe) => environment::host(&universe)?,
            None => environment::universe(&environment)?,
        };
        inner.root.mtls = match self
            .mtls_endpoint
            .map_or_else(|| MtlsEndpoint::of(&environment), Ok)?
        {
            MtlsEndpoint::Never => false,
            MtlsEndpoint::Auto => self.client_certificate,
            MtlsEndpoint::Always => true,
        };
        inner.quota_project = environment::quota_project(&environment)?;
        if self.emulators == Some(false) {
            inner.root.emulators = Emulators::default();
        }
        if let Some(endpoint) = self.endpoint {
            inner.root.endpoint = Some(Root::endpoint(&endpoint)?);
        }
        inner.user_agent = user_agent(self.user_agent.as_deref())?;
        inner.scope_policy = self.scope_policy;
        inner.base64 = self.base64;
        inner.observer = self.observer;
        if let Some(jitter) = self.jitter {
            inner.jitter = jitter;
        }
        if let Some(retries) = self.retry_budget {
            inner.retry_budget = Arc::new(Budget::new(retries));
        }
        if let Some(clock) = self.clock {
            inner.clock = clock;
        }
        client.defaults = Arc::new(self.defaults);
        Ok(client)
    }
}

#[cfg(feature = "reqwest")]
#[allow(clippy::unnecessary_wraps)] // Without the feature it fails.
fn default_transport() -> Result<Arc<dyn Transport>, Error> {
    Ok(Arc::new(gapi_transport::LazyTransport::default()))
}

#[cfg(not(feature = "reqwest"))]
fn default_transport() -> Result<Arc<dyn Transport>, Error> {
    Err(Error::usage(
        "the client has no transport; give it one, or turn on the feature `reqwest`",
    ))
}

/// A client with nothing set but what it cannot do without. Mistakes in the environment are reported by its calls.
pub(super) fn defaults(
    credentials: Arc<dyn Credentials>,
    transport: Arc<dyn Transport>,
    environment: &Environment,
) -> Client {
    let mut options = CallOptions::default();
    let mut refuse = |error: Error| options.refuse(error.to_string());
    let universe = environment::universe(environment).unwrap_or_else(|error| {
        refuse(error);
        String::from(DEFAULT_UNIVERSE)
    });
    let mtls = MtlsEndpoint::of(environment).unwrap_or_else(|error| {
        refuse(error);
        MtlsEndpoint::Never
    });
    let quota_project = environment::quota_project(environment).unwrap_or_else(|error| {
        refuse(error);
        None
    });
    let default_agent =
        user_agent(None).and_then(|agent| Ok((agent, api_client(credentials.metrics())?)));
    let (user_agent, api_client) = default_agent.unwrap_or_else(|error| {
        refuse(error);
        (
            HeaderValue::from_static("gapi"),
            HeaderValue::from_static("gl-rust"),
        )
    });
    let inner = ClientInner {
        credentials,
        transport,
        clock: Arc::new(SystemClock),
        root: Root {
            endpoint: None,
            universe,
            emulators: Emulators::of(environment),
            mtls: mtls == MtlsEndpoint::Always,
        },
        quota_project,
        user_agent,
        api_client,
        scope_policy: ScopePolicy::default(),
        base64: Base64::default(),
        jitter: Jitter::default(),
        observer: None,
        retry_budget: Arc::default(),
        hosts: Arc::default(),
        universe_checked: Arc::default(),
    };
    Client {
        inner: Arc::new(inner),
        defaults: Arc::new(options),
    }
}

/// The credentials of a client that has none because it uses emulators. Other requests fail.
#[derive(Debug)]
struct NoCredentials;

impl Credentials for NoCredentials {
    fn headers<'a>(
        &'a self,
        _: &'a AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<AuthHeaders, AuthError>> {
        let error = AuthError::new(
            AuthErrorKind::Config,
            "the client has no credentials, which only the emulators that the environment names can do without; give it some, or `auth::Anonymous` for public data",
        );
        Box::pin(async move { Err(error) })
    }

    fn describe(&self) -> String {
        String::from("no credentials")
    }

    fn has_time_limit(&self) -> bool {
        true
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field(
                "credentials",
                &self.credentials.as_ref().map(Credentials::describe),
            )
            .field(
                "endpoint",
                &self.endpoint.as_deref().map(crate::redact::url),
            )
            .field("universe", &self.universe)
            .field("defaults", &self.defaults)
            .finish_non_exhaustive()
    }
}
