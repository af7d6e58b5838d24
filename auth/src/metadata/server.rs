//! Requests to the metadata server: hosts, attempts, and the meaning of responses.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use gapi_transport::{Clock, SystemClock, Transport, TransportError, TransportErrorKind};
use http::StatusCode;
use tokio::sync::Mutex as AsyncMutex;

use super::{
    probe::{self, Detection},
    request::{self, MetadataResponse, Requester},
};
use crate::{AuthError, AuthErrorKind, Environment, TokenRetryPolicy, redact::excerpt};

/// The time limit of one request. A metadata server of Kubernetes that has just started is slow.
const LIMIT: Duration = Duration::from_secs(10);
/// Attempts to get a value, 1, 2, 4 and 8 s apart.
pub(super) const ATTEMPTS: u32 = 5;

/// Makes the error for a missing metadata server. The argument is what was found instead.
pub(crate) type NotFoundError = Arc<dyn Fn(&str) -> AuthError + Send + Sync>;

/// For how long an error is returned to later callers too.
const MEMORY: Duration = Duration::from_secs(5);

/// A value that is requested once for all callers. Callers who wait for the same request share its error.
#[derive(Debug)]
struct Memo<V>(AsyncMutex<Remembered<V>>);

#[derive(Debug)]
struct Remembered<V> {
    value: Option<V>,
    failed: Option<(Duration, AuthError)>,
}

impl<V: Clone> Memo<V> {
    fn new() -> Self {
        Self(AsyncMutex::new(Remembered {
            value: None,
            failed: None,
        }))
    }

    /// Returns the value if it is known.
    fn known(&self) -> Option<V> {
        self.0.try_lock().ok()?.value.clone()
    }

    async fn get(
        &self,
        clock: &dyn Clock,
        request: impl Future<Output = Result<V, AuthError>>,
    ) -> Result<V, AuthError> {
        // If this caller is cancelled, the next one sends the request.
        let mut state = self.0.lock().await;
        if let Some(value) = &state.value {
            return Ok(value.clone());
        }
        if let Some((when, error)) = &state.failed
            && clock.monotonic().saturating_sub(*when) < MEMORY
        {
            return Err(error.clone());
        }
        match request.await {
            Ok(value) => {
                state.value = Some(value.clone());
                Ok(value)
            }
            Err(error) => {
                state.failed = Some((clock.monotonic(), error.clone()));
                Err(error)
            }
        }
    }
}

/// A metadata server. Clones share its memory.
#[derive(Clone)]
pub(super) struct Server(Arc<ServerState>);

struct ServerState {
    settings: ServerSettings,
    detected: Memo<()>,
    /// The host that responded, unless a host is named.
    responded_at: OnceLock<String>,
    facts: Mutex<HashMap<String, Fact>>,
}

type Fact = Arc<Memo<Option<String>>>;

/// The settings of a server. Other settings need another server.
#[derive(Clone)]
pub(super) struct ServerSettings {
    pub(super) environment: Environment,
    pub(super) host: Option<String>,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) retry: TokenRetryPolicy,
    /// If set, the server is detected before its first request.
    pub(super) not_found: Option<NotFoundError>,
}

impl ServerSettings {
    pub(super) fn new() -> Self {
        Self {
            environment: Environment::system(),
            host: None,
            transport: Arc::new(gapi_transport::LazyTransport::direct()),
            clock: Arc::new(SystemClock),
            retry: TokenRetryPolicy::new(),
            not_found: None,
        }
    }
}

impl Server {
    pub(super) fn new(settings: ServerSettings) -> Self {
        Self(Arc::new(ServerState {
            settings,
            detected: Memo::new(),
            responded_at: OnceLock::new(),
            facts: Mutex::default(),
        }))
    }

    pub(super) fn settings(&self) -> &ServerSettings {
        &self.0.settings
    }

    /// Returns the hosts to try: the one that the program names, else the one of the environment, else the one that responded, else the default ones.
    fn hosts(&self) -> Result<Vec<String>, AuthError> {
        let state = &*self.0;
        match (
            &state.settings.host,
            request::named_host(&state.settings.environment),
        ) {
            (Some(host), _) => {
                request::parse_host("the metadata server's host", host).map(|host| vec![host])
            }
            (None, Some((variable, value))) => {
                request::parse_host(variable, &value).map(|host| vec![host])
            }
            (None, None) => Ok(match state.responded_at.get() {
                Some(host) => vec![host.clone()],
                None => request::default_hosts(&state.settings.environment),
            }),
        }
    }

    /// Detects the server. The error is what was found instead.
    pub(super) async fn detect(&self) -> Result<(), String> {
        let state = &*self.0;
        if state.settings.host.is_some() {
            return Ok(());
        }
        match probe::detect(&state.settings.environment) {
            Detection::Present => Ok(()),
            Detection::Absent(why) => Err(why),
            Detection::Unknown(_) => {
                let found = probe::find_host(
                    &state.settings.environment,
                    &*state.settings.transport,
                    &*state.settings.clock,
                )
                .await?;
                // The first one counts.
                let _ = state.responded_at.set(found);
                Ok(())
            }
        }
    }

    async fn ensure(&self) -> Result<(), AuthError> {
        let state = &*self.0;
        let Some(not_found) = &state.settings.not_found else {
            return Ok(());
        };
        let detect = async {
            let found = self.detect().await;
            found.map_err(|instead| not_found(&instead))
        };
        state.detected.get(&*state.settings.clock, detect).await
    }

    /// Sends one request. `None` means that the server does not have the path; other statuses than success are errors.
    pub(super) async fn ask(
        &self,
        path: &str,
        metrics: &str,
    ) -> Result<Option<MetadataResponse>, AuthError> {
        let state = &*self.0;
        request::check_mode(&state.settings.environment)?;
        self.ensure().await?;
        let path = format!("/computeMetadata/v1/{path}");
        let (host, response) = self.first_response(&path, metrics).await?;
        match response.status {
            _ if !response.is_google => Err(not_google(&host, response.status)),
            StatusCode::OK => Ok(Some(response)),
            StatusCode::NOT_FOUND => Ok(None),
            _ => Err(refused(&response)),
        }
    }

    /// Returns the first response, and its host. The next host is tried only if there is no connection to the one before.
    async fn first_response(
        &self,
        path: &str,
        metrics: &str,
    ) -> Result<(String, MetadataResponse), AuthError> {
        let state = &*self.0;
        let requester = Requester {
            transport: &*state.settings.transport,
            clock: &*state.settings.clock,
            limit: LIMIT,
        };
        let mut hosts = self.hosts()?.into_iter().peekable();
        let mut before = String::new();
        while let Some(host) = hosts.next() {
            match requester.get(&host, path, metrics).await {
                Ok(response) => {
                    if response.is_google {
                        // The first one counts.
                        let _ = state.responded_at.set(host.clone());
                    }
                    return Ok((host, response));
                }
                Err(error)
                    if error.kind() == TransportErrorKind::Connect && hosts.peek().is_some() =>
                {
                    before = format!("{host} ({error}) and at ");
                }
                Err(error) => return Err(unreachable(&format!("{before}{host}"), error)),
            }
        }
        Err(AuthError::new(
            AuthErrorKind::Config,
            "there is no host to ask for the metadata server",
        ))
    }

    /// Returns a value that does not change while the machine runs, requested once; `None` if the server does not have it.
    pub(super) async fn fact(&self, path: &str) -> Result<Option<String>, AuthError> {
        let fact = self.known(path);
        fact.get(&*self.0.settings.clock, self.ask_with_retries(path))
            .await
    }

    fn known(&self, path: &str) -> Fact {
        let mut facts = self.0.facts.lock().unwrap_or_else(PoisonError::into_inner);
        let fact = facts.entry(path.to_owned());
        fact.or_insert_with(|| Arc::new(Memo::new())).clone()
    }

    /// Returns a value that was requested before.
    pub(super) fn recall(&self, path: &str) -> Option<String> {
        self.known(path).known().flatten()
    }

    /// Requests a value, with several attempts.
    pub(super) async fn ask_with_retries(&self, path: &str) -> Result<Option<String>, AuthError> {
        let mut attempt = 1;
        loop {
            let error = match self.ask(path, "auth-request-type/mds").await {
                Ok(response) => {
                    let text = response.map(|a| String::from_utf8_lossy(&a.body).trim().to_owned());
                    return Ok(text.filter(|text| !text.is_empty()));
                }
                Err(error) => error,
            };
            if !error.is_transient() || attempt == ATTEMPTS {
                return Err(error);
            }
            self.0
                .settings
                .clock
                .sleep(Duration::from_secs(1 << (attempt - 1)))
                .await;
            attempt += 1;
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("hosts", &self.hosts().ok())
            .finish_non_exhaustive()
    }
}

fn unreachable(hosts: &str, error: TransportError) -> AuthError {
    if error.kind() == TransportErrorKind::NoClient {
        return AuthError::unreachable(hosts, error);
    }
    let may_pass = !matches!(
        error.kind(),
        TransportErrorKind::Request | TransportErrorKind::TooLarge
    );
    AuthError::new(
        AuthErrorKind::Transport,
        format!("the metadata server at {hosts} could not be asked: {error}"),
    )
    .with_transient(may_pass)
    .with_source(error)
}

fn not_google(host: &str, status: StatusCode) -> AuthError {
    AuthError::new(
        AuthErrorKind::Http,
        format!(
            "the server at {host} (HTTP {}) is not a metadata server: it does not send `metadata-flavor: Google`",
            status.as_u16()
        ),
    )
    .with_status(status)
    .with_transient(status.is_server_error())
    .with_hint("check GCE_METADATA_HOST, and whether something intercepts requests to the metadata server")
}

fn refused(response: &MetadataResponse) -> AuthError {
    let number = response.status.as_u16();
    let error = AuthError::new(
        AuthErrorKind::Http,
        format!(
            "the metadata server responded with HTTP {number}: {}",
            excerpt(&response.body)
        ),
    )
    .with_status(response.status)
    .with_transient(matches!(number, 408 | 425 | 429 | 500..=599));
    match number {
        403 => error.with_hint(
            "on GKE, the Kubernetes service account has to be bound to the Google service account (role Workload Identity User); \
             elsewhere, see what the machine's service account may do",
        ),
        300..=399 => error.with_hint("metadata requests are never redirected"),
        _ => error,
    }
}
