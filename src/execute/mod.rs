//! Sends calls: builds the request, adds credentials, sends it, follows redirects, retries, and reads the response.

mod authorize;
mod auxiliary_request;
mod exchange;
mod in_flight;
mod plan;
mod raw_response;
mod repeat;
mod response_body;
mod retry_loop;
mod state;
mod telemetry;

use std::{pin::pin, sync::Arc, time::Duration};

use tracing::{Instrument as _, Span};

pub(crate) use self::{
    auxiliary_request::{AuxiliaryRequest, BatchPart, batch_limit, batch_part, reject_token},
    exchange::{CallInfo, resolve, same_origin},
    in_flight::STANDSTILL,
    plan::upload_request,
    raw_response::{RawResponse, response_methods},
    repeat::{Backoff, Next, Why, is_safe, retry_note, set_request_id},
    response_body::{BodyError, BodyReader, ResponseBody, too_long, wrong_length},
    state::{CallState, CallStep, Timer, patiently, within},
};
use self::{
    plan::{ATTEMPT_TIMEOUT, Plan, ReadMode, Retries},
    repeat::give_request_id,
    retry_loop::{AttemptLog, RESPONSE_LIMIT},
    telemetry::Telemetry,
};
use crate::{
    Error, ErrorKind,
    client::{Host, Prepared},
    http::{HttpRequest, content_encoding::Coding},
    outlined_box::OutlinedBox,
    request::options::CallOptions,
};

/// Returns the request of a call, without credentials.
pub(crate) fn preview(prepared: &Prepared) -> Result<HttpRequest, Error> {
    let mut options = prepared.merged_options();
    give_request_id(&prepared.call, &mut options)?;
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
    set_request_id(&prepared.call, &mut options)?;
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

/// A success with an unread body, and the limits for reading it.
pub(crate) struct StreamingResponse {
    pub(crate) response: RawResponse,
    /// The most bytes to hold in memory.
    pub(crate) limit: usize,
    /// The longest wait for the next bytes.
    wait_limit: Duration,
    /// The responding host.
    pub(crate) host: Option<Arc<Host>>,
    pub(crate) state: Arc<CallState>,
    /// The limit of the whole call; set for its first response.
    pub(crate) deadline: Option<Timer>,
    pub(crate) telemetry: Option<Telemetry>,
    pub(crate) prepared: OutlinedBox<Prepared>,
}

impl StreamingResponse {
    /// Starts the limit of the wait for the next bytes.
    pub(crate) fn start_wait_limit(&self) -> Option<Timer> {
        Timer::start(
            &*self.prepared.client.inner.clock,
            Some(self.wait_limit),
            "nothing more came for the attempt's timeout",
        )
    }
}

/// Sends the call and returns its response, which is a success, with an unread body.
pub(crate) async fn open(prepared: OutlinedBox<Prepared>) -> Result<StreamingResponse, Error> {
    let options = prepared.merged_options();
    let telemetry = Telemetry::start(&prepared);
    let state = Arc::new(CallState::default());
    let mut deadline = call_limit(&prepared, &options);
    let opened = {
        let _counter = telemetry.count(&state);
        let limit = deadline.as_mut();
        head(prepared, options, &telemetry, &state, Retries::Call, limit).await
    };
    telemetry.responded(opened.as_ref().map(|opened| &opened.response), false);
    opened.map(|opened| StreamingResponse {
        deadline,
        telemetry: Some(telemetry),
        ..opened
    })
}

/// Sends a request for the rest of an interrupted response. `options` are the merged options of `prepared`. The caller enforces the
/// limit of the whole call.
pub(crate) async fn open_again(
    prepared: OutlinedBox<Prepared>,
    options: CallOptions,
    state: Arc<CallState>,
) -> Result<StreamingResponse, Error> {
    let span = Span::current();
    head(prepared, options, &span, &state, Retries::Step, None).await
}

async fn head(
    prepared: OutlinedBox<Prepared>,
    options: CallOptions,
    span: &Span,
    state: &Arc<CallState>,
    retries: Retries,
    deadline: Option<&mut Timer>,
) -> Result<StreamingResponse, Error> {
    let limit = options.get().response_limit;
    let wait_limit = options.get().attempt_timeout;
    let how = (ReadMode::Head, retries);
    let response = run(&prepared, options, span, state, how, deadline).await;
    let response = response.and_then(decodable).map_err(|error| {
        let error = error.counting(state.exchanges());
        error.at(prepared.call.method.id, None)
    })?;
    Ok(StreamingResponse {
        response,
        limit: limit.unwrap_or(RESPONSE_LIMIT),
        wait_limit: wait_limit.unwrap_or(ATTEMPT_TIMEOUT),
        host: state.host(),
        state: Arc::clone(state),
        deadline: None,
        telemetry: None,
        prepared,
    })
}

/// Returns the response, or an error if its body should be decoded and cannot be.
fn decodable(response: RawResponse) -> Result<RawResponse, Error> {
    let Coding::Unknown(name) = &response.unread.coding else {
        return Ok(response);
    };
    if !response.unread.decode {
        return Ok(response);
    }
    let remedy = match response.method.download {
        Some(_) => "; it can be read compressed",
        None => "",
    };
    let message = format!("the content is encoded as {name:?}, which is not decoded here{remedy}");
    Err(response.locate(Error::new(ErrorKind::Decode, message)))
}
