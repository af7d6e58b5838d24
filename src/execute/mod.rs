//! Sends calls: builds the request, adds credentials, sends it, follows redirects, retries, and reads the response.

mod authorize;
mod auxiliary_request;
mod backoff;
mod exchange;
mod in_flight;
mod json_failure;
mod plan;
mod raw_response;
mod redirect;
mod response_body;
mod retry_loop;
mod safety;
mod state;
mod streaming_response;
mod telemetry;

use std::pin::pin;

use tracing::{Instrument as _, Span};

pub(crate) use self::{
    auxiliary_request::{AuxiliaryRequest, BatchPart, batch_limit, batch_part, reject_token},
    backoff::{Backoff, Next, Why},
    exchange::CallInfo,
    in_flight::STANDSTILL,
    json_failure::{JsonFailure, JsonFailureKind},
    plan::{is_safe, set_request_id, upload_request},
    raw_response::{RawResponse, response_methods},
    redirect::{resolve, same_origin},
    response_body::{ResponseBody, too_long, wrong_length},
    safety::retry_note,
    state::{CallState, CallStep, Timer, patiently, within},
    streaming_response::{StreamingResponse, open, open_again},
};
use self::{
    plan::{Plan, ReadMode, Retries, give_request_id},
    retry_loop::AttemptLog,
    telemetry::Telemetry,
};
use crate::{Error, client::Prepared, http::HttpRequest, request::options::CallOptions};

/// Returns the request of a call, without credentials.
pub(crate) fn preview(prepared: &Prepared) -> Result<HttpRequest, Error> {
    let mut options = prepared.merged_options();
    give_request_id(prepared, &mut options)?;
    plan::build(prepared, &options)
}

/// Sends the call and returns its response, which is a success.
pub(crate) async fn execute(prepared: &Prepared) -> Result<RawResponse, Error> {
    let options = prepared.merged_options();
    let telemetry = Telemetry::start(prepared);
    let state = CallState::default();
    let _counter = telemetry.count(&state);
    let mut limit = call_limit(prepared, &options);
    let how = (ReadMode::Whole, Retries::Call);
    let result = run(prepared, options, &telemetry, &state, how, limit.as_mut()).await;
    telemetry.finish(prepared, result)
}

/// Runs `work`, which sends several requests or reads before it sends, as one call.
pub(crate) async fn many(
    prepared: &Prepared,
    options: &CallOptions,
    state: &CallState,
    work: impl Future<Output = Result<RawResponse, Error>>,
) -> Result<RawResponse, Error> {
    let telemetry = Telemetry::start(prepared);
    let _counter = telemetry.count(state);
    let mut limit = call_limit(prepared, options);
    let result = within(limit.as_mut(), state, work)
        .instrument(Span::clone(&telemetry))
        .await;
    telemetry.record("attempts", state.exchanges());
    let result = result.map_err(|error| error.counting(state.exchanges()));
    telemetry.finish(prepared, result)
}

/// Sends a request that is built already, within a call.
pub(crate) async fn send_request(
    prepared: &Prepared,
    options: &CallOptions,
    state: &CallState,
    request: HttpRequest,
) -> Result<RawResponse, Error> {
    let plan = Plan::of_request(prepared, options, state, request);
    let log = AttemptLog::default();
    let result = retry_loop::send_with_retries(&plan, &log, &Span::current()).await;
    log.close(result, state)
}

/// Starts the time limit of a whole call.
pub(crate) fn call_limit(prepared: &Prepared, options: &CallOptions) -> Option<Timer> {
    Timer::start(
        &*prepared.client.inner.clock,
        options.get().timeout,
        "the call took longer than its timeout",
    )
}

/// Sends the request of a call within `limit`.
async fn run(
    prepared: &Prepared,
    mut options: CallOptions,
    span: &Span,
    state: &CallState,
    (read, retries): (ReadMode, Retries),
    limit: Option<&mut Timer>,
) -> Result<RawResponse, Error> {
    set_request_id(prepared, &mut options)?;
    let plan = Plan::of_call(prepared, &options, state, read, retries)?;
    let log = AttemptLog::default();
    let result = {
        // Pinned here, because a large future that is moved is copied.
        let work = pin!(retry_loop::send_with_retries(&plan, &log, span));
        within(limit, state, work)
            .instrument(Span::clone(span))
            .await
    };
    log.close(result, state)
}
