//! The builder of clients.

use std::{fmt, sync::Arc};

use gapi_auth::{
    AuthError, AuthErrorKind, AuthHeaders, AuthRequest, Credentials, DEFAULT_UNIVERSE, Environment,
};
use gapi_transport::{BoxFuture, Clock, SystemClock, Transport};
use http::HeaderValue;

use crate::{
    Error, Observer, RetryPolicy,
    client::{Client, ClientInner},
    http::{Emulators, Root, api_client, user_agent},
    observe::Observing,
    request::options::CallOptions,
    retry::{Budget, Jitter},
    wire::Base64,
};

/// The scopes of tokens, unless the credentials or the call set scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ScopePolicy {
    /// `cloud-platform` if the method accepts it, else all scopes of the API. One token serves all methods, and no scope restricts a
    /// response.
    #[default]
    Broad,
    /// One scope of the method: a read-only one if the method accepts any, otherwise one other than `cloud-platform`; of several, the
    /// one with the shortest name. Some methods return less under such a scope.
    Narrowest,
}

/// Builds a [`Client`]. Created by [`Client::builder`].
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
    /// Sets the credentials. Required, unless there is an [`api_key`](Self::api_key), or a variable sets an
    /// [emulator](Self::emulators): then calls of other APIs fail.
    pub fn credentials(mut self, credentials: impl Credentials) -> Self {
        self.credentials = Some(Arc::new(credentials));
        self
    }

    /// Sets the transport: a mock, a recorder, or a `reqwest::Client` of your own (without redirects). Credentials without a transport of
    /// their own use it too.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Sets one endpoint for all requests instead of the API's own: scheme and host, with an optional port and path prefix.
    /// The API's service path and the method's path are appended.
    ///
    /// Credentials are sent there, over plain `http` too: see [`Client`]. The environment variable `GAPI_ENDPOINT` sets one on this machine.
    pub fn endpoint(mut self, endpoint: impl Into<String>) -> Self {
        self.endpoint = Some(endpoint.into());
        self
    }

    /// Sets the universe of the APIs, whose domain replaces `googleapis.com`. The environment variable `GOOGLE_CLOUD_UNIVERSE_DOMAIN` is
    /// the default. With credentials of another universe calls fail before a token is sent.
    pub fn universe_domain(mut self, universe: impl Into<String>) -> Self {
        self.universe = Some(universe.into());
        self
    }

    /// Sets the location of the API's endpoint, such as `europe-west1`; see [`CallOptions::location`].
    pub fn location(mut self, location: impl Into<String>) -> Self {
        self.defaults = self.defaults.location(location);
        self
    }

    /// Sets whether requests of an API are sent to the emulator of an environment variable, as by Google's own libraries, or to
    /// `GAPI_ENDPOINT`. On by default; an [`endpoint`](Self::endpoint) takes precedence.
    ///
    /// The variables are `STORAGE_EMULATOR_HOST`, `PUBSUB_EMULATOR_HOST`, `FIRESTORE_EMULATOR_HOST` and `DATASTORE_EMULATOR_HOST`: `HOST:PORT` or a URL.
    /// `SPANNER_EMULATOR_HOST` and `BIGTABLE_EMULATOR_HOST` are for gRPC: calls of these APIs fail, so that they do not change real data.
    ///
    /// An emulator gets neither credentials nor API keys, and no token is fetched for it.
    pub fn emulators(mut self, allowed: bool) -> Self {
        self.emulators = Some(allowed);
        self
    }

    /// Sets when requests use the endpoints for client certificates. `GOOGLE_API_USE_MTLS_ENDPOINT` is the default.
    pub fn mtls_endpoint(mut self, when: MtlsEndpoint) -> Self {
        self.mtls_endpoint = Some(when);
        self
    }

    /// Sets whether the [`transport`](Self::transport) presents a client certificate, for [`MtlsEndpoint::Auto`].
    pub fn client_certificate(mut self, presented: bool) -> Self {
        self.client_certificate = presented;
        self
    }

    /// Sets the environment instead of that of the process, for `GOOGLE_CLOUD_UNIVERSE_DOMAIN`, `GOOGLE_CLOUD_QUOTA_PROJECT`,
    /// `GOOGLE_API_USE_MTLS_ENDPOINT`, `GAPI_ENDPOINT`, and the variables of [`emulators`](Self::emulators).
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// Sets the project that pays for the calls (`x-goog-user-project`). The default is that of the credentials, then
    /// `GOOGLE_CLOUD_QUOTA_PROJECT`.
    pub fn quota_project(mut self, project: impl AsRef<str>) -> Self {
        self.defaults = self.defaults.quota_project(project);
        self
    }

    /// Sets an API key, which is sent as the query parameter `key`. (`auth::ApiKey` sends it as a header.)
    pub fn api_key(mut self, key: impl Into<String>) -> Self {
        self.defaults = self.defaults.key(key);
        self.has_key = true;
        self
    }

    /// Sets the program's name and version, which precede the library's in `user-agent`: `inventory/1.4`.
    pub fn user_agent(mut self, program: impl Into<String>) -> Self {
        self.user_agent = Some(program.into());
        self
    }

    /// Sets default options of all calls.
    pub fn options(mut self, options: CallOptions) -> Self {
        self.defaults = options.or(&self.defaults);
        self
    }

    /// Sets the default retry policy.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.defaults = self.defaults.retry(policy);
        self
    }

    /// Sets the retry budget of the client and its clones, which protects a service that fails all calls. 100 retries by default.
    ///
    /// One retry is restored every second, and one for every ten calls that end with a success or a permanent error. A call that ends so
    /// after retries restores theirs. Steps of resumable uploads and interrupted downloads do not use the budget.
    pub fn retry_budget(mut self, retries: u32) -> Self {
        self.retry_budget = Some(retries);
        self
    }

    /// Sets the jitter source. Each delay is the maximum backoff times the returned value (0..=1). Random by default; tests replace it.
    pub fn jitter(mut self, source: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.jitter = Some(Jitter::new(source));
        self
    }

    /// Sets the observer of all attempts and calls, for metrics.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observer = Some(Observing(Arc::new(observer)));
        self
    }

    /// Sets the clock, which tests replace.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Sets the scopes of tokens, unless the credentials or the call set scopes.
    pub fn scope_policy(mut self, policy: ScopePolicy) -> Self {
        self.scope_policy = policy;
        self
    }

    /// Sets the base64 alphabet of bytes in requests (`format: byte` in documents). [`Base64::UrlSafe`] by default; [`Base64::Standard`] is
    /// for emulators that accept nothing else. Both are accepted in responses.
    ///
    /// It applies to bodies of generated types. A `serde_json::Value` and a [`Patch`](crate::Patch) are sent unchanged.
    pub fn base64(mut self, alphabet: Base64) -> Self {
        self.base64 = alphabet;
        self
    }

    /// Builds the client, without using the network.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) if the endpoint, the universe or a header is invalid, if there are no credentials, or if
    /// there is no transport and the feature `rustls` is off.
    pub fn build(self) -> Result<Client, Error> {
        let environment = self.environment.unwrap_or_else(Environment::system);
        let credentials = match self.credentials {
            Some(credentials) => credentials,
            None if self.has_key => Arc::new(gapi_auth::Anonymous),
            // An emulator gets none; other requests fail.
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
        // A setting replaces its variable, even an invalid one.
        inner.root.universe = match self.universe {
            Some(universe) => host(&universe)?,
            None => universe(&environment)?,
        };
        inner.root.mtls = match self
            .mtls_endpoint
            .map_or_else(|| MtlsEndpoint::of(&environment), Ok)?
        {
            MtlsEndpoint::Never => false,
            MtlsEndpoint::Auto => self.client_certificate,
            MtlsEndpoint::Always => true,
        };
        inner.quota_project = quota_project(&environment)?;
        if self.emulators == Some(false) {
            inner.root.emulators = Emulators::default();
        }
        inner.root.endpoint = match self.endpoint {
            Some(endpoint) => Some(Root::endpoint(&endpoint)?),
            None if self.emulators == Some(false) => None,
            None => Root::endpoint_of(&environment)?,
        };
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

#[cfg(feature = "rustls")]
#[allow(clippy::unnecessary_wraps)] // Without the feature it fails.
fn default_transport() -> Result<Arc<dyn Transport>, Error> {
    Ok(Arc::new(gapi_transport::LazyTransport::default()))
}

#[cfg(not(feature = "rustls"))]
fn default_transport() -> Result<Arc<dyn Transport>, Error> {
    Err(Error::usage(
        "the client has no transport; give it one, or turn on the feature `rustls`",
    ))
}

/// Creates a client with default settings. Its calls report invalid environment variables.
pub(super) fn defaults(
    credentials: Arc<dyn Credentials>,
    transport: Arc<dyn Transport>,
    environment: &Environment,
) -> Client {
    let mut options = CallOptions::default();
    let mut refuse = |error: Error| options.refuse(error.to_string());
    let universe = universe(environment).unwrap_or_else(|error| {
        refuse(error);
        String::from(DEFAULT_UNIVERSE)
    });
    let endpoint = Root::endpoint_of(environment).unwrap_or_else(|error| {
        refuse(error);
        None
    });
    let mtls = MtlsEndpoint::of(environment).unwrap_or_else(|error| {
        refuse(error);
        MtlsEndpoint::Never
    });
    let quota_project = quota_project(environment).unwrap_or_else(|error| {
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
            endpoint,
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

/// When requests use the endpoints for client certificates (`mtlsRootUrl` in the document).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MtlsEndpoint {
    /// Never.
    Never,
    /// If the client's transport presents a certificate.
    #[default]
    Auto,
    /// Always.
    Always,
}

impl MtlsEndpoint {
    /// Returns the value of `GOOGLE_API_USE_MTLS_ENDPOINT`.
    pub(super) fn of(environment: &Environment) -> Result<Self, Error> {
        match environment.get("GOOGLE_API_USE_MTLS_ENDPOINT").as_deref() {
            None | Some("auto") => Ok(Self::Auto),
            Some("never") => Ok(Self::Never),
            Some("always") => Ok(Self::Always),
            Some(other) => Err(Error::usage(format!(
                "the environment variable GOOGLE_API_USE_MTLS_ENDPOINT is {other:?}; it may be \"never\", \"auto\" or \"always\""
            ))),
        }
    }
}

/// Returns the value of `GOOGLE_CLOUD_UNIVERSE_DOMAIN`.
pub(super) fn universe(environment: &Environment) -> Result<String, Error> {
    match environment.get("GOOGLE_CLOUD_UNIVERSE_DOMAIN") {
        None => Ok(DEFAULT_UNIVERSE.to_owned()),
        Some(universe) => host(&universe),
    }
}

/// Checks the domain of a universe.
pub(super) fn host(universe: &str) -> Result<String, Error> {
    let universe = universe.trim();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    if universe.is_empty() || !universe.chars().all(is_name) {
        return Err(Error::usage(format!(
            "the universe domain {universe:?} is not the name of a host"
        )));
    }
    Ok(universe.to_owned())
}

/// Returns the value of `GOOGLE_CLOUD_QUOTA_PROJECT`.
pub(super) fn quota_project(environment: &Environment) -> Result<Option<HeaderValue>, Error> {
    let Some(project) = environment.get("GOOGLE_CLOUD_QUOTA_PROJECT") else {
        return Ok(None);
    };
    HeaderValue::from_str(&project).map(Some).map_err(|_| {
        Error::usage(format!(
            "the environment variable GOOGLE_CLOUD_QUOTA_PROJECT is {project:?}, which no header can carry"
        ))
    })
}
