//! The metadata server: what it is asked, how often, and what its answers mean.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use gapi_transport::{Clock, SystemClock, Transport, TransportError, TransportErrorKind};
use http::StatusCode;

use super::{
    once::Once,
    probe::{self, Verdict},
    wire::{self, Answer, Wire},
};
use crate::{AuthError, AuthErrorKind, Environment, TokenRetryPolicy, redact::excerpt};

/// How long one exchange may take. A metadata server of Kubernetes that has just started is slow.
const LIMIT: Duration = Duration::from_secs(10);
/// How often a value is asked for: 1, 2, 4 and 8 s apart.
pub(super) const ATTEMPTS: u32 = 5;

/// What to say when there is no metadata server; it is given what was found instead.
pub(crate) type Otherwise = Arc<dyn Fn(&str) -> AuthError + Send + Sync>;

/// The metadata server, as requests reach it. Clones share what they know.
#[derive(Clone)]
pub(super) struct Server(Arc<Inner>);

struct Inner {
    settings: Settings,
    detected: Once<()>,
    /// Where a server answered that nobody had named.
    answered_at: OnceLock<String>,
    facts: Mutex<HashMap<String, Fact>>,
}

type Fact = Arc<Once<Option<String>>>;

/// What a server is made of; changing it makes another one.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) environment: Environment,
    pub(super) host: Option<String>,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) retry: TokenRetryPolicy,
    /// Makes sure that there is a server before it is asked.
    pub(super) otherwise: Option<Otherwise>,
}

impl Settings {
    pub(super) fn new() -> Self {
        Self {
            environment: Environment::system(),
            host: None,
            transport: Arc::new(gapi_transport::LazyTransport::direct()),
            clock: Arc::new(SystemClock),
            retry: TokenRetryPolicy::new(),
            otherwise: None,
        }
    }
}

impl Server {
    pub(super) fn new(settings: Settings) -> Self {
        Self(Arc::new(Inner {
            settings,
            detected: Once::new(),
            answered_at: OnceLock::new(),
            facts: Mutex::default(),
        }))
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Where it is: what the program says, else what the environment says, else where it has answered, else the places where it may be.
    fn hosts(&self) -> Result<Vec<String>, AuthError> {
        let inner = &*self.0;
        match (
            &inner.settings.host,
            wire::named_host(&inner.settings.environment),
        ) {
            (Some(host), _) => {
                wire::host("the metadata server's host", host).map(|host| vec![host])
            }
            (None, Some((variable, value))) => wire::host(variable, &value).map(|host| vec![host]),
            (None, None) => Ok(match inner.answered_at.get() {
                Some(host) => vec![host.clone()],
                None => wire::places(&inner.settings.environment),
            }),
        }
    }

    /// Whether there is one. What is found instead is the error.
    pub(super) async fn detect(&self) -> Result<(), String> {
        let inner = &*self.0;
        if inner.settings.host.is_some() {
            return Ok(());
        }
        match probe::look(&inner.settings.environment) {
            Verdict::Yes => Ok(()),
            Verdict::No(why) => Err(why),
            Verdict::Ask(_) => {
                let found = probe::ask(
                    &inner.settings.environment,
                    &*inner.settings.transport,
                    &*inner.settings.clock,
                )
                .await?;
                // Whatever answered first.
                let _ = inner.answered_at.set(found);
                Ok(())
            }
        }
    }

    async fn ensure(&self) -> Result<(), AuthError> {
        let inner = &*self.0;
        let Some(otherwise) = &inner.settings.otherwise else {
            return Ok(());
        };
        let detect = async {
            let found = self.detect().await;
            found.map_err(|instead| otherwise(&instead))
        };
        inner.detected.get(&*inner.settings.clock, detect).await
    }

    /// One question. `None` means that the server knows no such path; every other answer but success is an error.
    pub(super) async fn ask(&self, path: &str, metrics: &str) -> Result<Option<Answer>, AuthError> {
        let inner = &*self.0;
        wire::check_mode(&inner.settings.environment)?;
        self.ensure().await?;
        let path = format!("/computeMetadata/v1/{path}");
        let (host, answer) = self.first_answer(&path, metrics).await?;
        match answer.status {
            _ if !answer.is_google => Err(not_google(&host, answer.status)),
            StatusCode::OK => Ok(Some(answer)),
            StatusCode::NOT_FOUND => Ok(None),
            _ => Err(refused(&answer)),
        }
    }

    /// What is answered, and where. The next place is asked only where there is no connection to the one before.
    async fn first_answer(&self, path: &str, metrics: &str) -> Result<(String, Answer), AuthError> {
        let inner = &*self.0;
        let wire = Wire {
            transport: &*inner.settings.transport,
            clock: &*inner.settings.clock,
            limit: LIMIT,
        };
        let mut hosts = self.hosts()?.into_iter().peekable();
        let mut before = String::new();
        while let Some(host) = hosts.next() {
            match wire.get(&host, path, metrics).await {
                Ok(answer) => {
                    if answer.is_google {
                        // Whatever answered first.
                        let _ = inner.answered_at.set(host.clone());
                    }
                    return Ok((host, answer));
                }
                Err(error)
                    if error.kind() == TransportErrorKind::Connect && hosts.peek().is_some() =>
                {
                    before = format!("{host} ({error}) and at ");
                }
                Err(error) => return Err(silent(&format!("{before}{host}"), error)),
            }
        }
        Err(AuthError::new(
            AuthErrorKind::Config,
            "there is no place to ask for the metadata server",
        ))
    }

    /// A value that does not change while the machine runs; `None` where the server does not know it. Asked for once.
    pub(super) async fn fact(&self, path: &str) -> Result<Option<String>, AuthError> {
        let fact = self.known(path);
        fact.get(&*self.0.settings.clock, self.ask_patiently(path))
            .await
    }

    fn known(&self, path: &str) -> Fact {
        let mut facts = self.0.facts.lock().unwrap_or_else(PoisonError::into_inner);
        let fact = facts.entry(path.to_owned());
        fact.or_insert_with(|| Arc::new(Once::new())).clone()
    }

    /// A value that was asked for before.
    pub(super) fn recall(&self, path: &str) -> Option<String> {
        self.known(path).known().flatten()
    }

    /// A value as it is now, with attempts.
    pub(super) async fn ask_patiently(&self, path: &str) -> Result<Option<String>, AuthError> {
        let mut attempt = 1;
        loop {
            let error = match self.ask(path, "auth-request-type/mds").await {
                Ok(answer) => {
                    let text = answer.map(|a| String::from_utf8_lossy(&a.body).trim().to_owned());
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

fn silent(hosts: &str, error: TransportError) -> AuthError {
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
            "what answers at {host} (HTTP {}) is no metadata server: it does not say `metadata-flavor: Google`",
            status.as_u16()
        ),
    )
    .with_status(status)
    .with_transient(status.is_server_error())
    .with_hint("check GCE_METADATA_HOST, and whether something intercepts requests to the metadata server")
}

fn refused(answer: &Answer) -> AuthError {
    let number = answer.status.as_u16();
    let error = AuthError::new(
        AuthErrorKind::Http,
        format!(
            "the metadata server answered HTTP {number}: {}",
            excerpt(&answer.body)
        ),
    )
    .with_status(answer.status)
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
