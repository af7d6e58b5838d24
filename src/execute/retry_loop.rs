//! Repeats a request until there is a final response.

use std::{pin::pin, sync::Mutex};

use bytes::Bytes;
use gapi_auth::AuthHeaders;
use gapi_transport::lock;
use http::{
    StatusCode,
    header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE},
};
use tracing::Span;

use crate::{
    Error, ErrorKind,
    error::Repeat,
    execute::{
        RawResponse, authorize,
        exchange::exchange,
        plan::{Plan, ReadMode, Retries},
        repeat::{BODY_CONSUMED, Backoff, Next, Why},
        response_body::ResponseBody,
        state::{AttemptTimer, CallState, CallStep, patiently, within_attempt},
        telemetry::AttemptTelemetry,
    },
    http::headers::complete_length,
};

/// The last failure of a request, which errors report even if a timeout interrupts the next attempt.
#[derive(Default)]
pub(super) struct AttemptLog {
    last: Mutex<Option<Error>>,
}

impl AttemptLog {
    fn set_last(&self, error: Option<Error>) {
        *lock(&self.last) = error;
    }

    /// Adds the last failure to an error that interrupted the attempts.
    pub(super) fn close<T>(self, result: Result<T, Error>, state: &CallState) -> Result<T, Error> {
        let last = lock(&self.last).take();
        let attempts = state.exchanges();
        result.map_err(|error| match last {
            Some(last) => error.following(last).after(attempts, None),
            None => error.counting(attempts),
        })
    }
}

/// Sends a request until it succeeds, or no retry is left.
pub(super) async fn send_with_retries(
    plan: &Plan<'_>,
    log: &AttemptLog,
    span: &Span,
) -> Result<RawResponse, Error> {
    let client = &*plan.prepared.client.inner;
    let started = client.clock.monotonic();
    // Created on demand: most calls never fail.
    let mut backoff: Option<Box<Backoff>> = None;
    let mut token_replaced = false;
    let mut is_uncertain = false;
    let mut number = 0;
    loop {
        number += 1;
        plan.state.begin_exchange();
        span.record("attempts", plan.state.exchanges());
        let telemetry = AttemptTelemetry::start(plan, number);
        let (error, incomplete) = match attempt(plan, &mut token_replaced).await {
            Ok(Some(response)) => {
                match response.incomplete(plan.expects_json, plan.expects_content) {
                    None => {
                        match &mut backoff {
                            Some(backoff) => backoff.succeeded(),
                            None => client.retry_budget.earn(0),
                        }
                        telemetry.succeeded(&response);
                        return Ok(response);
                    }
                    Some(what) => {
                        let error = Error::new(ErrorKind::Decode, what);
                        (error.with_repeat(Repeat::IfSafe), Some(response))
                    }
                }
            }
            Ok(None) => {
                telemetry.rejected();
                continue;
            }
            Err(error) => (error, None),
        };
        let next = if plan.retries == Retries::None {
            Next::GiveUp(Why::Attempts)
        } else {
            let backoff = backoff.get_or_insert_with(|| plan.backoff(started).into());
            backoff.after(&error, |repeat| plan.obstacle(repeat))
        };
        let wait = match next {
            Next::Wait(wait) => Some(wait),
            Next::GiveUp(_) => None,
        };
        telemetry.failed(&error, wait);
        match (next, incomplete) {
            (Next::Wait(wait), _) => {
                tracing::debug!(attempt = number, kind = %error.kind(), status = error.status().map(|s| s.as_u16()), ?wait, "trying again");
                is_uncertain |= error.repeat() == Repeat::IfSafe;
                log.set_last(Some(error));
                plan.state.enter(CallStep::Pause);
                client.clock.sleep(wait).await;
            }
            // Decoding it reports what is missing; callers of `raw` get the bytes.
            (Next::GiveUp(why), Some(mut response)) => {
                log.set_last(None);
                response.note = plan.note(why, &error, is_uncertain);
                return Ok(response);
            }
            (Next::GiveUp(why), None) => {
                log.set_last(None);
                let note = plan.note(why, &error, is_uncertain);
                return Err(error.after(plan.state.exchanges(), note));
            }
        }
    }
}

/// The longest response in memory, in bytes, unless it is set.
pub(super) const RESPONSE_LIMIT: usize = 256 * 1024 * 1024;

/// Sends a request once. Returns `None` if the server rejected the token, and another token is worth one more attempt.
pub(super) async fn attempt(
    plan: &Plan<'_>,
    token_replaced: &mut bool,
) -> Result<Option<RawResponse>, Error> {
    let Plan {
        prepared,
        options,
        url,
        state,
        ..
    } = plan;
    let client = &*prepared.client.inner;
    let clock = &*client.clock;
    let identity = if plan.authorize {
        state.enter(CallStep::Credentials);
        let limit = || authorize::limit(client);
        let headers = authorize::authorize(prepared, options, url.url());
        patiently(clock, limit, state, headers).await?
    } else {
        None
    };
    let response = {
        let reports_events = client.transport.reports_send_events();
        let mut limit = AttemptTimer::start(clock, state, plan.limit(), reports_events);
        let work = send_and_read(plan, identity.as_ref());
        within_attempt(limit.as_mut(), pin!(work)).await
    };
    let response = response.map_err(|error| error.at(prepared.call.method.id, Some(url.text())))?;
    // A server may reject a token that is valid for this machine, because it was revoked or a clock is wrong.
    let rejected =
        response.status == StatusCode::UNAUTHORIZED && response.authorized && !*token_replaced;
    let mut note = None;
    if let Some(identity) = identity.as_ref().filter(|_| rejected)
        && client.credentials.reject(identity)
    {
        if plan.can_send_again() {
            tracing::debug!("the server rejected the token; trying once more with another");
            *token_replaced = true;
            return Ok(None);
        }
        note = Some(BODY_CONSUMED.into());
    }
    let response = response.check(prepared, options, url, plan.accept);
    response.map(Some).map_err(|error| {
        let sent = identity.iter().flat_map(AuthHeaders::headers);
        error.hiding_credentials(sent).after(0, note)
    })
}

/// Sends a request with the headers of `identity`, and reads the response, of any status.
async fn send_and_read(
    plan: &Plan<'_>,
    identity: Option<&AuthHeaders>,
) -> Result<RawResponse, Error> {
    let mut response = exchange(plan, identity).await?;
    if plan.read == ReadMode::Head && response.status.is_success() {
        return Ok(response);
    }
    let limit = plan.options.get().response_limit.unwrap_or(RESPONSE_LIMIT);
    response.body = response.unread.read(limit).await?;
    if let Some(host) = plan.state.host() {
        host.record_activity();
    }
    if plan.read == ReadMode::Head && is_part_of_nothing(&response) {
        // No error: the media is empty, and so is each part of it.
        response.status = StatusCode::OK;
        response.body = Bytes::new();
        for name in [CONTENT_RANGE, CONTENT_TYPE, CONTENT_LENGTH] {
            response.headers.remove(name);
        }
        response.unread = ResponseBody {
            declared: Some(0),
            ..ResponseBody::default()
        };
    }
    Ok(response)
}

/// Returns whether the server cannot send a part of the media because the media is empty: `content-range: bytes */0`.
fn is_part_of_nothing(response: &RawResponse) -> bool {
    response.status == StatusCode::RANGE_NOT_SATISFIABLE
        && complete_length(&response.headers) == Some(0)
}
