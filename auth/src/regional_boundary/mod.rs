//! Regional access boundaries: the regions in which requests may be served.

mod lookup;

use std::{fmt, sync::Arc};

use gapi_transport::{BoxFuture, Clock, SystemClock, Transport};
use http::{HeaderName, Uri};

use self::lookup::{Action, Lookup, Schedule, locations};
use crate::{
    AuthError, AuthErrorKind, AuthHeaders, AuthRequest, Credentials, DEFAULT_UNIVERSE,
    IdTokenSource, Signer,
};

const HEADER: HeaderName = HeaderName::from_static("x-allowed-locations");

/// Adds the regional access boundary of a service account or a pool to requests: the header that names the allowed regions.
///
/// Other credentials do not look up the boundary, because most organizations have none.
///
/// ```no_run
/// # use gapi_auth::{RegionalAccessBoundary, ServiceAccount};
/// # fn example() -> Result<(), gapi_auth::AuthError> {
/// let account = ServiceAccount::from_file("service.json")?;
/// let email = account.email().to_owned();
/// let credentials = RegionalAccessBoundary::of_service_account(account, &email)?;
/// # Ok(()) }
/// ```
///
/// The boundary is looked up in the background with the token of the first request. Requests neither wait for the lookup nor fail because
/// of it. The boundary is valid for six hours and looked up again after five. After a failed lookup the next one is a quarter of an hour
/// later, then half an hour, up to six hours.
///
/// Requests to regional hosts (`*.rep.googleapis.com`) and to other universes do not get the header.
#[derive(Clone)]
pub struct RegionalAccessBoundary {
    inner: Arc<dyn Credentials>,
    schedule: Arc<Schedule>,
    path: Arc<str>,
    root: Arc<str>,
    transport: Option<Arc<dyn Transport>>,
    fallback: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
}

impl RegionalAccessBoundary {
    /// Adds the boundary of a service account.
    ///
    /// # Errors
    /// [`AuthErrorKind::Config`] if `email` is not an address.
    pub fn of_service_account(
        credentials: impl Credentials,
        email: &str,
    ) -> Result<Self, AuthError> {
        Self::new(credentials, &["projects/-/serviceAccounts/", email])
    }

    /// Adds the boundary of a workload identity pool of the project with this number.
    ///
    /// # Errors
    /// [`AuthErrorKind::Config`] if one of them cannot be a part of a URL.
    pub fn of_workload_pool(
        credentials: impl Credentials,
        project_number: &str,
        pool: &str,
    ) -> Result<Self, AuthError> {
        let path = [
            "projects/",
            project_number,
            "/locations/global/workloadIdentityPools/",
            pool,
        ];
        Self::new(credentials, &path)
    }

    /// Adds the boundary of a workforce pool.
    ///
    /// # Errors
    /// [`AuthErrorKind::Config`] if it cannot be a part of a URL.
    pub fn of_workforce_pool(credentials: impl Credentials, pool: &str) -> Result<Self, AuthError> {
        Self::new(credentials, &["locations/global/workforcePools/", pool])
    }

    /// `parts` are constants and arguments, alternating.
    fn new(credentials: impl Credentials, parts: &[&str]) -> Result<Self, AuthError> {
        let is_plain = |part: &str| {
            !part.is_empty()
                && !part.starts_with('.')
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'@'))
        };
        if !parts.iter().skip(1).step_by(2).all(|part| is_plain(part)) {
            return Err(AuthError::new(
                AuthErrorKind::Config,
                "the owner of the regional access boundary cannot be put into a URL",
            )
            .with_hint("give an e-mail address, a project's number, or a pool's ID"));
        }
        Ok(Self {
            inner: Arc::new(credentials),
            schedule: Arc::default(),
            path: format!("/v1/{}/allowedLocations", parts.concat()).into(),
            root: "https://iamcredentials.googleapis.com".into(),
            transport: None,
            fallback: Arc::new(gapi_transport::LazyTransport::default()),
            clock: Arc::new(SystemClock),
        })
    }

    /// Sets the root of the IAM Service Account Credentials API: an https URL without a path, or http on this machine. The default is
    /// `https://iamcredentials.googleapis.com`.
    #[must_use]
    pub fn iam_endpoint(mut self, root: impl Into<String>) -> Self {
        self.root = root.into().trim_end_matches('/').into();
        self
    }

    /// Sends lookups through `transport` instead of the transport that requests offer. Does not apply to the wrapped credentials.
    #[must_use]
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Reads the time from `clock` instead of the system's clock.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    async fn bounded(&self, request: &AuthRequest<'_>) -> Result<AuthHeaders, AuthError> {
        let headers = self.inner.headers(request).await?;
        if !applies_to(request.url) || self.inner.universe_domain().await? != DEFAULT_UNIVERSE {
            return Ok(headers);
        }
        let (known, action) = self.schedule.next(self.clock.monotonic());
        // Without a runtime there are no background tasks, and requests do not wait for lookups.
        if let (Action::LookUp(guard), Ok(runtime)) =
            (action, tokio::runtime::Handle::try_current())
        {
            let transport = self
                .transport
                .as_ref()
                .or(request.transport)
                .unwrap_or(&self.fallback);
            let lookup = Lookup {
                url: format!("{}{}", self.root, self.path),
                credentials: headers.headers().clone(),
                transport: transport.clone(),
                clock: self.clock.clone(),
            };
            runtime.spawn(async move {
                guard.complete(locations(&lookup).await, lookup.clock.monotonic());
            });
        }
        Ok(match known {
            Some(locations) => headers.with_header(HEADER, locations),
            None => headers,
        })
    }
}

/// Whether requests to `url` get the header: regional hosts do not need it.
fn applies_to(url: &Uri) -> bool {
    let host = url.host().unwrap_or_default().to_ascii_lowercase();
    ![".rep.googleapis.com", ".rep.sandbox.googleapis.com"]
        .iter()
        .any(|regional| host.ends_with(regional))
        && !host.ends_with(".rep.mtls.googleapis.com")
}

impl fmt::Debug for RegionalAccessBoundary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RegionalAccessBoundary")
            .field("inner", &self.inner)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Credentials for RegionalAccessBoundary {
    fn headers<'a>(
        &'a self,
        request: &'a AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<AuthHeaders, AuthError>> {
        Box::pin(self.bounded(request))
    }

    fn reject(&self, used: &AuthHeaders) -> bool {
        self.inner.reject(used)
    }

    fn universe_domain(&self) -> BoxFuture<'_, Result<String, AuthError>> {
        self.inner.universe_domain()
    }

    fn quota_project(&self) -> Option<&str> {
        self.inner.quota_project()
    }

    fn describe(&self) -> String {
        self.inner.describe()
    }

    fn signer(&self) -> Option<Arc<dyn Signer>> {
        self.inner.signer()
    }

    fn id_tokens(&self) -> Option<Arc<dyn IdTokenSource>> {
        self.inner.id_tokens()
    }

    fn metrics(&self) -> Option<&'static str> {
        self.inner.metrics()
    }

    fn has_time_limit(&self) -> bool {
        self.inner.has_time_limit()
    }
}
