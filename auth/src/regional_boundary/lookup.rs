//! Lookups of a boundary, and when the next one is due.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures_util::future::{Either, select};
use gapi_transport::{Body, Clock, Transport};
use http::{HeaderMap, HeaderValue, Method, Request};

use crate::{AuthError, AuthErrorKind, json, oauth, reach::check_endpoint};

const WHO: &str = "the lookup of the regional access boundary";
/// The time limit of an attempt.
const ATTEMPT: Duration = Duration::from_secs(10);
/// The number of attempts, 1, 2, 4, 8 and 16 s apart.
const ATTEMPTS: u32 = 6;

/// One lookup.
pub(super) struct Lookup {
    pub(super) url: String,
    /// The headers of a request, token included.
    pub(super) credentials: HeaderMap,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) clock: Arc<dyn Clock>,
}

/// Returns the locations in the encoding of the header, or none if there is no boundary.
pub(super) async fn locations(lookup: &Lookup) -> Result<Option<HeaderValue>, AuthError> {
    check_endpoint("the IAM endpoint", &lookup.url)?;
    let mut attempt = 0;
    loop {
        let timed = select(Box::pin(request(lookup)), lookup.clock.sleep(ATTEMPT)).await;
        let outcome = match timed {
            Either::Left((outcome, _)) => outcome,
            Either::Right(_) => Err(AuthError::new(
                AuthErrorKind::Transport,
                format!("{WHO} took more than {} s", ATTEMPT.as_secs()),
            )
            .with_transient(true)),
        };
        attempt += 1;
        match outcome {
            Err(error) if error.is_transient() && attempt < ATTEMPTS => {
                let wait = Duration::from_secs(1 << (attempt - 1));
                lookup.clock.sleep(wait).await;
            }
            done => return done,
        }
    }
}

async fn request(lookup: &Lookup) -> Result<Option<HeaderValue>, AuthError> {
    let mut request = Request::builder()
        .method(Method::GET)
        .uri(&lookup.url)
        .body(Body::empty())
        .map_err(|error| {
            AuthError::new(AuthErrorKind::Config, "the IAM endpoint cannot be used")
                .with_source(error)
        })?;
    request.headers_mut().extend(lookup.credentials.clone());
    let (head, body) = oauth::send(WHO, request, &lookup.transport).await?;
    if !head.status.is_success() {
        let now = lookup.clock.now();
        return Err(oauth::refuse(WHO, head.status, &head.headers, &body, now));
    }
    let unusable = || AuthError::new(AuthErrorKind::Http, format!("{WHO} gave no locations"));
    let response = json::value(&body).ok_or_else(unusable)?;
    let encoded = response["encodedLocations"].as_str().ok_or_else(unusable)?;
    // The values for no restriction.
    if matches!(encoded, "" | "0x0") {
        return Ok(None);
    }
    HeaderValue::from_str(encoded)
        .map(Some)
        .map_err(|_| unusable())
}

/// How long a boundary is valid.
const VALIDITY: Duration = Duration::from_secs(6 * 3600);
/// How long before its expiry it is looked up again.
const EARLY: Duration = Duration::from_secs(3600);
/// The delay after a failed lookup, doubled after each further failure, up to [`VALIDITY`].
const DELAY: Duration = Duration::from_secs(15 * 60);

/// What is known of one boundary, and when to look it up.
#[derive(Default)]
pub(super) struct Schedule(Mutex<KnownBoundary>);

#[derive(Default)]
struct KnownBoundary {
    /// The locations, none if there is no boundary, and the expiry.
    boundary: Option<(Option<HeaderValue>, Duration)>,
    looking: bool,
    failures: u32,
    next_at: Option<Duration>,
}

/// The next action.
pub(super) enum Action {
    Wait,
    LookUp(LookupGuard),
}

/// Held during a lookup. Dropping it allows another one.
pub(super) struct LookupGuard(Arc<Schedule>);

impl Schedule {
    fn known(&self) -> MutexGuard<'_, KnownBoundary> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the boundary if it is known and valid, and the next action.
    pub(super) fn next(self: &Arc<Self>, now: Duration) -> (Option<HeaderValue>, Action) {
        let mut known = self.known();
        let left = known
            .boundary
            .as_ref()
            .map(|(_, end)| end.saturating_sub(now))
            .filter(|left| !left.is_zero());
        let locations = left.and_then(|_| known.boundary.as_ref()?.0.clone());
        let is_due = left.is_none_or(|left| left <= EARLY);
        let is_delayed = known.next_at.is_some_and(|until| now < until);
        if known.looking || !is_due || is_delayed {
            return (locations, Action::Wait);
        }
        known.looking = true;
        (locations, Action::LookUp(LookupGuard(self.clone())))
    }
}

impl LookupGuard {
    /// Ends the lookup. A failure does not remove a valid boundary.
    pub(super) fn complete(self, found: Result<Option<HeaderValue>, AuthError>, now: Duration) {
        let mut known = self.0.known();
        match found {
            Ok(locations) => {
                known.boundary = Some((locations, now + VALIDITY));
                (known.failures, known.next_at) = (0, None);
            }
            Err(error) => {
                // Not a warning, because most programs lack the permission and do not need it.
                tracing::debug!(%error, "no regional access boundary could be looked up");
                let delay = DELAY
                    .saturating_mul(2u32.saturating_pow(known.failures))
                    .min(VALIDITY);
                known.failures = known.failures.saturating_add(1);
                known.next_at = Some(now + delay);
            }
        }
    }
}

impl Drop for LookupGuard {
    fn drop(&mut self) {
        self.0.known().looking = false;
    }
}
