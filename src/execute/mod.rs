//! The one executor: build, authorize, send, follow redirects, answer a 401 once, classify, decode.

mod authorize;
mod decode;
mod exchange;
mod open;
mod redirect;
mod scopes;
mod timer;

use std::time::Duration;

use http::StatusCode;
use tracing::{Instrument as _, Span, field::Empty};

use self::exchange::{Read, Received};
pub(crate) use self::{
    decode::Answered,
    exchange::{too_long, wrong_length},
    open::{Opened, open},
    timer::Timer,
};
use crate::{
    Error,
    call::{Transfer, options::CallOptions, sending::Prepared},
    url::{self, HttpRequest, Surroundings},
};

/// How long one attempt may take unless the caller says otherwise.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);

/// Media goes up at this many bytes per second at least, unless the caller says otherwise.
const SLOWEST_UPLOAD: u64 = 64 * 1024;

/// What would be sent, without credentials.
pub(crate) fn preview(prepared: &Prepared) -> Result<HttpRequest, Error> {
    build(prepared, &effective_options(prepared))
}

/// Sends the call and gives its answer, which is a success, undecoded.
pub(crate) async fn execute(prepared: &Prepared) -> Result<Answered, Error> {
    let span = span(prepared);
    let options = effective_options(prepared);
    let mut limit = whole_call(prepared, &options);
    let work = run(prepared, &options, &span, Read::Whole);
    let result = timer::within(limit.as_mut(), work)
        .instrument(span.clone())
        .await
        .map(|received| received.answered);
    finish(prepared, &span, result)
}

/// One span for each call.
fn span(prepared: &Prepared) -> Span {
    tracing::debug_span!(
        "gapi",
        method = prepared.call.method.id,
        attempts = Empty,
        status = Empty,
        bytes = Empty
    )
}

/// The limit of the call as a whole, from now on.
fn whole_call(prepared: &Prepared, options: &CallOptions) -> Option<Timer> {
    Timer::start(
        &*prepared.client.inner.clock,
        options.timeout,
        "the call took longer than its timeout",
    )
}

/// Traces how the call went.
fn finish(
    prepared: &Prepared,
    span: &Span,
    result: Result<Answered, Error>,
) -> Result<Answered, Error> {
    let result = result.map_err(|error| error.at(prepared.call.method.id, None));
    let outcome = match &result {
        Ok(answered) => Some((answered.status, answered.body.len())),
        Err(error) => error.status().zip(error.body().map(bytes::Bytes::len)),
    };
    if let Some((status, bytes)) = outcome {
        span.record("status", status.as_u16());
        span.record("bytes", bytes);
    }
    if let Err(error) = &result {
        tracing::debug!(parent: span, kind = %error.kind(), "the call failed");
    }
    result
}

/// Attempts until there is an answer that stands.
async fn run(
    prepared: &Prepared,
    options: &CallOptions,
    span: &Span,
    read: Read,
) -> Result<Received, Error> {
    let request = build(prepared, options)?;
    let shown = url::redact(&request.uri.to_string());
    let client = &*prepared.client.inner;
    let limit = attempt_timeout(prepared, options, &request);
    let mut replayed = false;
    let mut attempts = 0_u32;
    let received = loop {
        attempts += 1;
        span.record("attempts", attempts);
        let identity = authorize::authorize(prepared, options, &request.uri).await?;
        let attempt = exchange::exchange(prepared, options, &request, identity.as_ref(), read);
        let mut limit = Timer::start(
            &*client.clock,
            Some(limit),
            "the attempt took longer than its timeout",
        );
        let received = timer::within(limit.as_mut(), attempt)
            .await
            .map_err(|error| error.at(prepared.call.method.id, Some(shown.clone())))?;
        // A server may reject a token that looks valid from here: it was revoked, or a clock is wrong. One newer token is worth one more attempt.
        let answered = &received.answered;
        let rejected =
            answered.status == StatusCode::UNAUTHORIZED && answered.authorized && !replayed;
        match identity {
            Some(identity) if rejected && client.credentials.reject(&identity) => {
                tracing::debug!("the server rejected the token; trying once more with another");
                replayed = true;
            }
            _ => break received,
        }
    };
    let Received { answered, unread } = received;
    let answered = answered.check(prepared, options, shown)?;
    Ok(Received { answered, unread })
}

/// The limit of one attempt. A large upload has longer: it is not stuck, it is large.
fn attempt_timeout(prepared: &Prepared, options: &CallOptions, request: &HttpRequest) -> Duration {
    let media = match prepared.call.transfer {
        Transfer::Upload(_) => request.body.len() as u64,
        Transfer::Json | Transfer::Download { .. } => 0,
    };
    let usual = || ATTEMPT_TIMEOUT + Duration::from_secs(media / SLOWEST_UPLOAD);
    options.attempt_timeout.unwrap_or_else(usual)
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
