//! Bodies of responses that are not read yet.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::StreamExt as _;
use gapi_transport::{Body, TransportError, TransportErrorKind};
use http::{HeaderMap, Method, StatusCode, header::CONTENT_LENGTH};
use tracing::Span;

use crate::{
    Error, ErrorKind,
    client::{Host, Prepared},
    error::Repeat,
    execute::{
        RawResponse,
        plan::{ATTEMPT_TIMEOUT, ReadMode, Retries},
        retry_loop::RESPONSE_LIMIT,
        state::{CallState, Timer},
        telemetry::Telemetry,
    },
    http::content_encoding::{Coding, Decoder, Pull},
    outlined_box::OutlinedBox,
    request::options::CallOptions,
};

/// A body that is not read yet.
#[derive(Default)]
pub(crate) struct ResponseBody {
    /// The bytes as they are sent.
    pub(crate) body: Body,
    /// Their length by `content-length`, if set.
    pub(crate) declared: Option<u64>,
    /// The content encoding.
    pub(crate) coding: Coding,
    /// Whether the body is decoded when it is read.
    pub(crate) decode: bool,
}

impl ResponseBody {
    /// Returns the length of the bytes that are read, if known.
    pub(crate) fn len(&self) -> Option<u64> {
        self.declared
            .filter(|_| !self.decode || self.coding == Coding::Identity)
    }

    /// Reads the whole body, of at most `limit` bytes.
    pub(super) async fn read(self, limit: usize) -> Result<Bytes, Error> {
        if let Some(decoder) = self.coding.decoder().filter(|_| self.decode) {
            // A boxed future, so that the futures of all calls do not hold the state of a decoder.
            return Box::pin(decoded(self.body, decoder, self.declared, limit)).await;
        }
        let body = self.body.collect(limit).await;
        let body = body.map_err(|error| broken(error, limit))?;
        check_length(body.len() as u64, self.declared)?;
        Ok(body)
    }
}

/// Reads and decodes a whole body of `declared` encoded bytes. It is never inflated beyond `limit` bytes.
async fn decoded(
    body: Body,
    mut decoder: Box<Decoder>,
    declared: Option<u64>,
    limit: usize,
) -> Result<Bytes, Error> {
    let mut body = body.into_stream();
    let mut arrived = 0;
    let mut all = Vec::new();
    loop {
        match decoder.pull().map_err(|why| Error::transport(why.into()))? {
            Pull::Piece(piece) if piece.len() > limit - all.len() => return Err(too_long(limit)),
            Pull::Piece(piece) if all.is_empty() => all = piece.into(),
            Pull::Piece(piece) => {
                // Doubled, but not beyond the limit.
                if all.capacity() - all.len() < piece.len() {
                    let room = (all.len() * 2).clamp(all.len() + piece.len(), limit);
                    all.reserve_exact(room - all.len());
                }
                all.extend_from_slice(&piece);
            }
            Pull::Hungry => match body.next().await {
                Some(chunk) => {
                    let chunk = chunk.map_err(Error::transport)?;
                    arrived += chunk.len() as u64;
                    decoder.push(chunk);
                }
                None => {
                    check_length(arrived, declared)?;
                    decoder.end();
                }
            },
            Pull::Working => {}
            Pull::End => return Ok(all.into()),
        }
        // A chunk may inflate to many pieces; other tasks run in between.
        tokio::task::consume_budget().await;
    }
}

/// Returns an error for a body of another length than declared.
fn check_length(arrived: u64, declared: Option<u64>) -> Result<(), Error> {
    match declared {
        Some(declared) if declared != arrived => Err(wrong_length(arrived, declared)),
        _ => Ok(()),
    }
}

/// Converts the error of reading a body.
fn broken(error: TransportError, limit: usize) -> Error {
    if error.kind() == TransportErrorKind::TooLarge {
        return too_long(limit).with_source(error);
    }
    Error::transport(error)
}

/// The error of a response that is longer than the limit in memory.
pub(crate) fn too_long(limit: usize) -> Error {
    Error::new(
        ErrorKind::Transport,
        format!("the response is longer than {limit} bytes; raise `response_limit` if it may be"),
    )
}

/// The error of a body that ended early although its stream ended without an error.
pub(crate) fn wrong_length(received: u64, declared: u64) -> Error {
    Error::new(
        ErrorKind::Transport,
        format!("the response ended after {received} of {declared} bytes"),
    )
    .with_repeat(Repeat::IfSafe)
}

/// Returns the length of a response body by `content-length`, if it has a body.
pub(super) fn declared_length(
    method: &Method,
    status: StatusCode,
    headers: &HeaderMap,
) -> Option<u64> {
    let has_no_body = method == Method::HEAD
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if has_no_body {
        return None;
    }
    let length = headers.get(CONTENT_LENGTH)?.as_bytes().trim_ascii();
    str::from_utf8(length).ok()?.parse().ok()
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
