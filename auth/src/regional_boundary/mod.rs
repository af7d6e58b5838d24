//! Where requests of an identity may be served.

mod lookup;
mod state;

use std::{fmt, sync::Arc};

use gapi_transport::{BoxFuture, Clock, SystemClock, Transport};
use http::{HeaderName, Uri};

use self::{
    lookup::{Lookup, lookup},
    state::{State, Step},
};
use crate::{
    AuthError, AuthErrorKind, AuthHeaders, AuthRequest, Credentials, DEFAULT_UNIVERSE,
    IdTokenSource, Signer,
};

const HEADER: HeaderName = HeaderName::from_static("x-allowed-locations");

/// Credentials whose requests say in which regions they may be served: the regional access boundary that an organization sets for
/// service accounts and pools. Nothing asks for it unless it is wrapped around credentials, because it costs a call and most
/// organizations have none.
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
/// The boundary is looked up in the background, with the token of the first request: no request waits for it, and none fails
/// because of it. It is good for six hours and looked up again after five. When a lookup fails, the next one is made a quarter of an
/// hour later, then half an hour, up to six hours.
///
/// Requests to regional hosts (`*.rep.googleapis.com`), which say where they go anyway, and to other universes go out as they are.
#[derive(Clone)]
pub struct RegionalAccessBoundary {
    inner: Arc<dyn Credentials>,
    state: Arc<State>,
    path: Arc<str>,
    root: Arc<str>,
    transport: Option<Arc<dyn Transport>>,
    fallback: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
}

impl RegionalAccessBoundary {
    /// The boundary of a service account.
    ///
    /// # Errors
    /// [`AuthErrorKind::Config`] where `email` is no address.
    pub fn of_service_account(
        credentials: impl Credentials,
        email: &str,
    ) -> Result<Self, AuthError> {
        Self::new(credentials, &["projects/-/serviceAccounts/", email])
    }

    /// The boundary of a workload identity pool, which belongs to the project with this number.
    ///
    /// # Errors
    /// [`AuthErrorKind::Config`] where one of them cannot be a part of a URL.
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

    /// The boundary of a workforce pool.
    ///
    /// # Errors
    /// [`AuthErrorKind::Config`] where it cannot be a part of a URL.
    pub fn of_workforce_pool(credentials: impl Credentials, pool: &str) -> Result<Self, AuthError> {
        Self::new(credentials, &["locations/global/workforcePools/", pool])
    }

    /// Fixed parts and given ones by turns.
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
                "whose regional access boundary is asked for cannot be put into a URL",
            )
            .with_hint("give an e-mail address, a project's number, or a pool's ID"));
        }
        Ok(Self {
            inner: Arc::new(credentials),
            state: Arc::default(),
            path: format!("/v1/{}/allowedLocations", parts.concat()).into(),
            root: "https://iamcredentials.googleapis.com".into(),
            transport: None,
            fallback: Arc::new(gapi_transport::LazyTransport::default()),
            clock: Arc::new(SystemClock),
        })
    }

    /// Where the IAM Service Account Credentials API is, if not at `https://iamcredentials.googleapis.com`: an https URL without a path, or
    /// http on this machine.
    #[must_use]
    pub fn iam_endpoint(mut self, root: impl Into<String>) -> Self {
        self.root = root.into().trim_end_matches('/').into();
        self
    }

    /// Looks up through `transport`, whatever transport requests offer. The credentials within are not concerned.
    #[must_use]
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Reads the time from `clock`.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    async fn bounded(&self, request: &AuthRequest<'_>) -> Result<AuthHeaders, AuthError> {
        let headers = self.inner.headers(request).await?;
        if !concerns(request.url) || self.inner.universe_domain().await? != DEFAULT_UNIVERSE {
            return Ok(headers);
        }
        let (known, step) = self.state.step(self.clock.monotonic());
        // Without a runtime there is no background, and nobody may wait.
        if let (Step::Look(ticket), Ok(runtime)) = (step, tokio::runtime::Handle::try_current()) {
            let transport = self
                .transport
                .as_ref()
                .or(request.transport)
                .unwrap_or(&self.fallback);
            let how = Lookup {
                url: format!("{}{}", self.root, self.path),
                credentials: headers.headers().clone(),
                transport: transport.clone(),
                clock: self.clock.clone(),
            };
            runtime.spawn(async move { ticket.land(lookup(&how).await, how.clock.monotonic()) });
        }
        Ok(match known {
            Some(locations) => headers.with_header(HEADER, locations),
            None => headers,
        })
    }
}

/// Regional hosts say themselves where they are.
fn concerns(url: &Uri) -> bool {
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
