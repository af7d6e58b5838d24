//! The one executor: build, authorize, send, follow redirects, answer a 401 once, classify, decode.

mod authorize;
mod decode;
mod exchange;
mod redirect;
mod scopes;

use std::{future::Future, pin::pin, time::Duration};

use futures_util::future::{Either, select};
use gapi_transport::Clock;
use tracing::{Instrument as _, Span, field::Empty};

pub(crate) use self::decode::Answered;
use crate::{
    Error, ErrorKind,
    call::{options::CallOptions, sending::Prepared},
    url::{self, HttpRequest, Surroundings},
};

/// How long one attempt may take unless the caller says otherwise.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);

/// Nobody waits longer; clocks need not cope with more.
const LONGEST_WAIT: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// What would be sent, without credentials.
pub(crate) fn preview(prepared: &Prepared) -> Result<HttpRequest, Error> {
    build(prepared, &effective_options(prepared))
}

/// Sends the call and gives its answer, which is a success, undecoded.
pub(crate) async fn execute(prepared: &Prepared) -> Result<Answered, Error> {
    let id = prepared.call.method.id;
    let span = tracing::debug_span!(
        "gapi",
        method = id,
        attempts = Empty,
        status = Empty,
        bytes = Empty
    );
    let options = effective_options(prepared);
    let clock = &*prepared.client.inner.clock;
    let work = run(prepared, &options, &span);
    let result = within(
        clock,
        options.timeout,
        "the call took longer than its timeout",
        work,
    )
    .instrument(span.clone())
    .await
    .map_err(|error| error.at(id, None));
    let outcome = match &result {
        Ok(answered) => Some((answered.status, answered.body.len())),
        Err(error) => error.status().zip(error.body().map(bytes::Bytes::len)),
    };
    if let Some((status, bytes)) = outcome {
        span.record("status", status.as_u16());
        span.record("bytes", bytes);
    }
    if let Err(error) = &result {
        tracing::debug!(parent: &span, kind = %error.kind(), "the call failed");
    }
    result
}

/// Attempts until there is an answer that stands.
async fn run(prepared: &Prepared, options: &CallOptions, span: &Span) -> Result<Answered, Error> {
    let request = build(prepared, options)?;
    let shown = url::redact(&request.uri.to_string());
    let client = &*prepared.client.inner;
    let limit = options.attempt_timeout.unwrap_or(ATTEMPT_TIMEOUT);
    let mut replayed = false;
    let mut attempts = 0_u32;
    let answered = loop {
        attempts += 1;
        span.record("attempts", attempts);
        let identity = authorize::authorize(prepared, options, &request.uri).await?;
        let attempt = exchange::exchange(prepared, options, &request, identity.as_ref());
        let answered = within(
            &*client.clock,
            Some(limit),
            "the attempt took longer than its timeout",
            attempt,
        )
        .await
        .map_err(|error| error.at(prepared.call.method.id, Some(shown.clone())))?;
        // A server may reject a token that looks valid from here: it was revoked, or a clock is wrong. One newer token is worth one more attempt.
        let rejected =
            answered.status == http::StatusCode::UNAUTHORIZED && answered.authorized && !replayed;
        match identity {
            Some(identity) if rejected && client.credentials.reject(&identity) => {
                tracing::debug!("the server rejected the token; trying once more with another");
                replayed = true;
            }
            _ => break answered,
        }
    };
    answered.check(prepared, options, shown)
}

fn effective_options(prepared: &Prepared) -> CallOptions {
    prepared.options.clone().or(&prepared.client.defaults)
}

fn build(prepared: &Prepared, options: &CallOptions) -> Result<HttpRequest, Error> {
    let client = &*prepared.client.inner;
    let surroundings = Surroundings {
        root: &client.root,
        user_agent: &client.user_agent,
        metrics: client.credentials.metrics(),
    };
    url::build(&prepared.call, options, &surroundings)
}

/// `work`, or an error when `limit` passes first.
async fn within<T>(
    clock: &dyn Clock,
    limit: Option<Duration>,
    late: &'static str,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let Some(limit) = limit.filter(|limit| *limit != Duration::MAX) else {
        return work.await;
    };
    match select(pin!(work), clock.sleep(limit.min(LONGEST_WAIT))).await {
        Either::Left((result, _)) => result,
        Either::Right(_) => Err(Error::new(
            ErrorKind::Timeout,
            format!("{late} of {} s", limit.as_secs_f64()),
        )),
    }
}
