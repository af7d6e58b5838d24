//! The one executor: build, authorize, send, follow redirects, answer a 401 once, try again, classify, decode.

mod authorize;
mod auxiliary_request;
mod backoff;
mod batch;
mod call_info;
mod decode;
mod exchange;
mod failure;
mod hand_over;
mod redirect;
mod retry_after;
mod retry_loop;
mod retry_note;
mod safety;
mod scopes;
mod state;
mod streaming_response;
mod telemetry;
mod timer;
mod unread;
mod unreadable;

use std::{pin::pin, time::Duration};

use tracing::{Instrument as _, Span};
use uuid::Uuid;

#[allow(unused_imports)] // For features that speak more than one request per call.
pub(crate) use self::{
    auxiliary_request::{Raw, raw},
    timer::within,
};
pub(crate) use self::{
    backoff::{Backoff, Next, Why},
    batch::{BatchPart, batch_part, limit, reject_token},
    call_info::CallInfo,
    decode::Answered,
    hand_over::{Host, Hosts},
    redirect::{resolve, same_origin},
    retry_note::{PASSED_BY, retry_note},
    state::{State, Step},
    streaming_response::{Opened, open, open_again},
    telemetry::Watch,
    timer::{STANDSTILL, Timer, patiently},
    unread::{Unread, too_long, wrong_length},
    unreadable::{Kind, Unreadable},
};
use self::{
    exchange::{Read, Received},
    retry_loop::{Plan, Retries, Row},
    safety::REQUEST_ID,
};
use crate::{
    Error,
    client::prepared::Prepared,
    http::{HttpRequest, Surroundings},
    request::options::{CallOptions, RequestId},
};

/// How long one attempt may take unless the caller says otherwise.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);

/// Media goes up at this many bytes per second at least, unless the caller says otherwise.
const SLOWEST_UPLOAD: u64 = 64 * 1024;

/// What would be sent, without credentials.
pub(crate) fn preview(prepared: &Prepared) -> Result<HttpRequest, Error> {
    let mut options = effective_options(prepared);
    give_request_id(prepared, &mut options)?;
    build(prepared, &options)
}

/// A call of more than one request, or one that reads before it sends: `work`, which keeps `state`, within the call's span and limit.
pub(crate) async fn many(
    prepared: &Prepared,
    options: &CallOptions,
    state: &State,
    work: impl Future<Output = Result<Answered, Error>>,
) -> Result<Answered, Error> {
    let span = span(prepared);
    let _counted = span.counting(state);
    let mut limit = whole_call(prepared, options);
    let result = timer::within(limit.as_mut(), state, work)
        .instrument(Span::clone(&span))
        .await;
    span.record("attempts", state.exchanges());
    let result = result.map_err(|error| error.counting(state.exchanges()));
    finish(prepared, &span, result)
}

/// Sends a request that was built before as the only request of a call that is in progress.
pub(crate) async fn send_request(
    prepared: &Prepared,
    options: &CallOptions,
    state: &State,
    request: HttpRequest,
) -> Result<Answered, Error> {
    let plan = Plan::of_request(prepared, options, state, request);
    let row = Row::default();
    let result = retry_loop::attempts(&plan, &mut None, &row, &Span::current()).await;
    row.close(result, state).map(|received| received.answered)
}

/// Sends the call and gives its answer, which is a success, undecoded.
pub(crate) async fn execute(prepared: &Prepared) -> Result<Answered, Error> {
    let span = span(prepared);
    let state = State::default();
    let _counted = span.counting(&state);
    let options = effective_options(prepared);
    let mut limit = whole_call(prepared, &options);
    let how = (Read::Whole, Retries::Call);
    let result = run(prepared, options, &span, &state, how, limit.as_mut())
        .await
        .map(|received| received.answered);
    finish(prepared, &span, result)
}

/// One span for each call, and what is counted of it.
fn span(prepared: &Prepared) -> Watch {
    Watch::start(prepared)
}

/// The limit of the call as a whole, from now on.
pub(crate) fn whole_call(prepared: &Prepared, options: &CallOptions) -> Option<Timer> {
    Timer::start(
        &*prepared.client.inner.clock,
        options.chosen().timeout,
        "the call took longer than its timeout",
    )
}

/// Tells how the call went.
fn finish(
    prepared: &Prepared,
    watch: &Watch,
    result: Result<Answered, Error>,
) -> Result<Answered, Error> {
    let result = result.map_err(|error| error.at(prepared.call.method.id, None));
    watch.answered(result.as_ref(), true);
    result
}

/// Attempts until there is an answer that stands, or `limit` has passed.
async fn run(
    prepared: &Prepared,
    mut options: CallOptions,
    span: &Span,
    state: &State,
    (read, retries): (Read, Retries),
    limit: Option<&mut Timer>,
) -> Result<Received, Error> {
    give_request_id(prepared, &mut options)?;
    fill_request_id(prepared, &mut options);
    let (plan, first) = Plan::of_call(prepared, &options, state, read, retries)?;
    let mut first = Some(first);
    let row = Row::default();
    let result = {
        // Pinned here, so that what waits for it moves a pointer: these futures are large.
        let work = pin!(retry_loop::attempts(&plan, &mut first, &row, span));
        timer::within(limit, state, work)
            .instrument(Span::clone(span))
            .await
    };
    row.close(result, state)
}

/// Puts the id that the caller chose into the query.
pub(crate) fn give_request_id(prepared: &Prepared, options: &mut CallOptions) -> Result<(), Error> {
    let method = prepared.call.method;
    match &options.chosen().request_id {
        Some(RequestId::Given(_)) if !method.request_id => {
            let message =
                "the method has no parameter `requestId`; leave out the option `request_id`";
            Err(Error::usage(message).at(method.id, None))
        }
        Some(RequestId::Given(id)) => {
            let id = id.clone();
            options.set_param(REQUEST_ID, id);
            Ok(())
        }
        Some(RequestId::Off) | None => Ok(()),
    }
}

/// Gives the call an id of its own, the same for all attempts, where the method knows requests by one.
pub(crate) fn fill_request_id(prepared: &Prepared, options: &mut CallOptions) {
    let wanted = prepared.call.method.request_id && options.chosen().request_id.is_none();
    if wanted && !has_request_id(prepared, options) {
        options.set_param(REQUEST_ID, Uuid::new_v4().to_string());
    }
}

/// Whether the call may be repeated although it may have had its effect.
pub(crate) fn is_safe(prepared: &Prepared, options: &CallOptions) -> bool {
    safety::is_safe(&prepared.call, options, has_request_id(prepared, options))
}

fn has_request_id(prepared: &Prepared, options: &CallOptions) -> bool {
    options.has_param(REQUEST_ID)
        || prepared
            .call
            .parameters()
            .any(|(name, value)| name == REQUEST_ID && !value.is_empty())
}

pub(crate) fn effective_options(prepared: &Prepared) -> CallOptions {
    let client = &prepared.client;
    let mut options = prepared.options.clone().or(&client.defaults);
    if client
        .inner
        .root
        .emulator(prepared.call.method.api)
        .is_some()
    {
        // Emulators listen in the clear, and ask for no key.
        options.remove_param("key");
    }
    options
}

fn build(prepared: &Prepared, options: &CallOptions) -> Result<HttpRequest, Error> {
    crate::http::build(&prepared.call, options, &surroundings(prepared))
}

pub(crate) fn surroundings(prepared: &Prepared) -> Surroundings<'_> {
    let client = &*prepared.client.inner;
    let emulator = client.root.emulator(prepared.call.method.api);
    Surroundings {
        root: &client.root,
        authorization: emulator.and_then(|emulator| emulator.authorization),
        user_agent: &client.user_agent,
        metrics: client.credentials.metrics(),
    }
}
