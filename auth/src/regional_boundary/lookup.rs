//! One lookup, with its attempts.

use std::{sync::Arc, time::Duration};

use futures_util::future::{Either, select};
use gapi_transport::{Body, Clock, Transport};
use http::{HeaderMap, HeaderValue, Method, Request};

use crate::{
    AuthError, AuthErrorKind, json,
    oauth::{RESPONSE_LIMIT, refuse},
    reach::check_endpoint,
};

const WHO: &str = "the lookup of the regional access boundary";
/// How long an attempt may take.
const ATTEMPT: Duration = Duration::from_secs(10);
/// How many attempts there are; the waits between them are 1, 2, 4, 8 and 16 s.
const ATTEMPTS: u32 = 6;

/// What a lookup works with.
pub(super) struct Lookup {
    pub(super) url: String,
    /// The headers of a request, token included.
    pub(super) credentials: HeaderMap,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) clock: Arc<dyn Clock>,
}

/// The locations in the encoding that requests carry, or none where there is no boundary.
pub(super) async fn lookup(how: &Lookup) -> Result<Option<HeaderValue>, AuthError> {
    check_endpoint("the IAM endpoint", &how.url)?;
    let mut attempt = 0;
    loop {
        let timed = select(Box::pin(once(how)), how.clock.sleep(ATTEMPT)).await;
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
                how.clock.sleep(wait).await;
            }
            done => return done,
        }
    }
}

async fn once(how: &Lookup) -> Result<Option<HeaderValue>, AuthError> {
    let mut request = Request::builder()
        .method(Method::GET)
        .uri(&how.url)
        .body(Body::empty())
        .map_err(|error| {
            AuthError::new(AuthErrorKind::Config, "the IAM endpoint cannot be used")
                .with_source(error)
        })?;
    request.headers_mut().extend(how.credentials.clone());
    let unreachable = |error| AuthError::unreachable(WHO, error);
    let (head, body) = how
        .transport
        .send(request)
        .await
        .map_err(unreachable)?
        .into_parts();
    let body = body.collect(RESPONSE_LIMIT).await.map_err(unreachable)?;
    if !head.status.is_success() {
        return Err(refuse(
            WHO,
            head.status,
            &head.headers,
            &body,
            how.clock.now(),
        ));
    }
    let unusable = || AuthError::new(AuthErrorKind::Http, format!("{WHO} gave no locations"));
    let answer = json::value(&body).ok_or_else(unusable)?;
    let encoded = answer["encodedLocations"].as_str().ok_or_else(unusable)?;
    // What the service says where requests may go anywhere.
    if matches!(encoded, "" | "0x0") {
        return Ok(None);
    }
    HeaderValue::from_str(encoded)
        .map(Some)
        .map_err(|_| unusable())
}
