//! A response whose body is read in pieces.

use std::{sync::Arc, time::Duration};

use tracing::Span;

use super::{
    RawResponse,
    plan::{ATTEMPT_TIMEOUT, ReadMode, Retries},
    retry_loop::RESPONSE_LIMIT,
    state::{CallState, Timer},
    telemetry::Telemetry,
};
use crate::{
    Error, ErrorKind,
    client::{Host, Prepared},
    http::content_encoding::Coding,
    outlined_box::OutlinedBox,
    request::options::CallOptions,
};

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
    let mut deadline = super::call_limit(&prepared, &options);
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
    let response = super::run(&prepared, options, span, state, how, deadline).await;
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
        Some(_) => "; `read_compressed` gives the bytes as they are",
        None => "",
    };
    let message = format!("the content is encoded as {name:?}, which is not decoded here{remedy}");
    Err(Error::new(ErrorKind::Decode, message)
        .at(response.method.id, response.url())
        .with_response(response.status, response.headers, response.body))
}
