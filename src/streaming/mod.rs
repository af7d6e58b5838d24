//! Responses that arrive element by element: JSON lists, server-sent events, and JSON values without a separator.

mod split;

use std::{
    fmt,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_util::{Stream, future::poll_fn};
use gapi_transport::BoxFuture;
use http::StatusCode;
use serde_json::Value;

use self::split::{ElementSplitter, StreamFault, StreamPiece};
use crate::{
    Error, ErrorKind,
    client::Prepared,
    execute::{self, StreamingResponse},
    media::Chunks,
    media_type,
    method::Method,
    outlined_box::OutlinedBox,
    request::from_response::FromResponse,
    wire::json_text::{JsonFailure, JsonFailureKind},
};

/// The elements of a response, each decoded when it has arrived. Also a [`Stream`] of `Result<R, Error>`.
///
/// ```no_run
/// # async fn example<R: gapi::FromResponse>(call: gapi::PendingCall<R>) -> Result<(), gapi::Error> {
/// let mut elements = call.stream();
/// while let Some(element) = elements.try_next().await? {
///     let _ = element;
/// }
/// # Ok(()) }
/// ```
///
/// Streaming methods return a JSON list of objects of the declared type, or server-sent events for `alt("sse")`. JSON values without a separator
/// are supported too; a response of one object is a stream of one element. Buffers at most one element plus the rest of the current chunk;
/// `response_limit` applies to one element. Comments of an event stream are ignored, and the event `[DONE]` ends it.
///
/// The stream ends after an error: of the connection, of an element that does not have the declared type, or an error that the server sends instead
/// of an element. Dropping it closes the connection.
#[must_use = "nothing is sent until an element is asked for"]
pub struct ResponseStream<R> {
    state: StreamState,
    method: &'static Method,
    splitter: ElementSplitter,
    /// The number of elements so far.
    count: u64,
    element: PhantomData<fn() -> R>,
}

enum StreamState {
    Opening(BoxFuture<'static, Result<StreamingResponse, Error>>),
    Reading {
        chunks: Box<Chunks>,
        limit: usize,
    },
    /// The response has ended.
    Ended(Box<Chunks>),
    Done,
}

impl<R: FromResponse> ResponseStream<R> {
    pub(crate) fn new(prepared: OutlinedBox<Prepared>) -> Self {
        Self {
            method: prepared.call.method,
            state: StreamState::Opening(Box::pin(execute::open(prepared))),
            splitter: ElementSplitter::default(),
            count: 0,
            element: PhantomData,
        }
    }

    /// Returns the next element; `None` after the last one.
    ///
    /// The future may be dropped: the next call continues at the same position.
    pub async fn next(&mut self) -> Option<Result<R, Error>> {
        poll_fn(|cx| self.poll_element(cx)).await
    }

    /// Returns the next element; `None` after the last one.
    ///
    /// # Errors
    /// Any error of a call; [`ErrorKind::Decode`] for an element that does not have the declared type; [`ErrorKind::Transport`] when the
    /// response is not complete; [`ErrorKind::Api`] for an error that the server sends instead of an element.
    pub async fn try_next(&mut self) -> Result<Option<R>, Error> {
        self.next().await.transpose()
    }

    /// Returns all remaining elements in a collection: `try_collect::<Vec<_>>()`.
    ///
    /// # Errors
    /// As for [`try_next`](Self::try_next); elements that came before the error are lost.
    pub async fn try_collect<C: FromIterator<R>>(mut self) -> Result<C, Error> {
        let mut all = Vec::new();
        while let Some(element) = self.try_next().await? {
            all.push(element);
        }
        Ok(all.into_iter().collect())
    }

    fn poll_element(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<R, Error>>> {
        let polled = ready!(self.poll_next_element(cx));
        if !matches!(polled, Ok(Some(_))) {
            self.state = StreamState::Done;
        }
        Poll::Ready(polled.transpose())
    }

    fn poll_next_element(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<R>, Error>> {
        loop {
            match &mut self.state {
                StreamState::Done => return Poll::Ready(Ok(None)),
                StreamState::Opening(open) => {
                    let opened = ready!(open.as_mut().poll(cx))?;
                    let limit = opened.limit;
                    let chunks = Box::new(Chunks::plain(opened));
                    let form = chunks.content_type().unwrap_or_default();
                    self.splitter = ElementSplitter::new(media_type::is(form, "text/event-stream"));
                    self.state = StreamState::Reading { chunks, limit };
                }
                StreamState::Reading { chunks, limit } => {
                    match self.splitter.next(false) {
                        Ok(StreamPiece::Element(text)) => {
                            if text.len() > *limit {
                                return Poll::Ready(Err(
                                    chunks.locate_error(execute::too_long(*limit))
                                ));
                            }
                            self.count += 1;
                            let element = decode(self.method, text, self.count, chunks);
                            return Poll::Ready(
                                element.map(Some).map_err(InvalidElement::into_error),
                            );
                        }
                        Ok(StreamPiece::Nothing) => {}
                        // The server may leave the connection open.
                        Ok(StreamPiece::End) => {
                            chunks.finish(None);
                            return Poll::Ready(Ok(None));
                        }
                        Err(fault) => return Poll::Ready(Err(broken(fault, self.count, chunks))),
                    }
                    if self.splitter.held() > *limit {
                        return Poll::Ready(Err(chunks.locate_error(execute::too_long(*limit))));
                    }
                    match ready!(chunks.poll_chunk(cx)) {
                        Some(Ok(chunk)) => self.splitter.push(&chunk),
                        // All elements were received.
                        Some(Err(_)) if self.splitter.is_closed() => return Poll::Ready(Ok(None)),
                        Some(Err(error)) => return Poll::Ready(Err(error)),
                        None => {
                            let StreamState::Reading { chunks, .. } =
                                std::mem::replace(&mut self.state, StreamState::Done)
                            else {
                                return Poll::Ready(Ok(None));
                            };
                            self.state = StreamState::Ended(chunks);
                        }
                    }
                }
                StreamState::Ended(chunks) => {
                    let next = self.splitter.next(true);
                    return Poll::Ready(match next {
                        Ok(StreamPiece::Element(text)) => {
                            self.count += 1;
                            match decode(self.method, text, self.count, chunks) {
                                Ok(element) => Ok(Some(element)),
                                // Only the content of the last event shows whether it is complete.
                                Err(InvalidElement { is_cut: true, .. })
                                    if self.splitter.is_of_events() =>
                                {
                                    Err(broken(StreamFault::Cut, self.count - 1, chunks))
                                }
                                Err(invalid) => Err(invalid.error),
                            }
                        }
                        Ok(StreamPiece::Nothing)
                            if self.splitter.is_empty() && expects::<R>(self.method, chunks) =>
                        {
                            Err(missing(chunks))
                        }
                        Ok(StreamPiece::Nothing | StreamPiece::End) => Ok(None),
                        Err(fault) => Err(broken(fault, self.count, chunks)),
                    });
                }
            }
        }
    }
}

/// Returns whether a response without content is an error: a list has at least its brackets.
fn expects<R: FromResponse>(method: &Method, chunks: &Chunks) -> bool {
    !R::MAY_BE_EMPTY && method.expects_content() && chunks.status() != StatusCode::NO_CONTENT
}

fn missing(chunks: &Chunks) -> Error {
    let message = "the response is empty, although the document declares one";
    let error = Error::new(ErrorKind::Decode, message);
    chunks.locate_error(error.with_response(
        chunks.status(),
        chunks.headers().clone(),
        Bytes::new(),
    ))
}

/// An element that cannot be decoded.
struct InvalidElement {
    error: Error,
    /// Whether its text is incomplete.
    is_cut: bool,
}

impl InvalidElement {
    fn into_error(self) -> Error {
        self.error
    }
}

/// Returns an element, or the error that the server sent instead.
fn decode<R: FromResponse>(
    method: &'static Method,
    text: Bytes,
    count: u64,
    chunks: &Chunks,
) -> Result<R, InvalidElement> {
    let text = &method.api.unwrap(text);
    let element = R::decode(text).map_err(|error| invalid_element(text, &error, count, chunks))?;
    match element.error().and_then(Value::as_object) {
        Some(fields) if fields.contains_key("code") || fields.contains_key("message") => {
            let status = fields.get("code").and_then(Value::as_u64);
            let status = status
                .and_then(|code| StatusCode::from_u16(u16::try_from(code).ok()?).ok())
                .unwrap_or_else(|| chunks.status());
            let error = Error::api(status, chunks.headers().clone(), text.clone());
            Err(InvalidElement {
                error: chunks.locate_error(error),
                is_cut: false,
            })
        }
        _ => Ok(element),
    }
}

fn invalid_element(
    text: &Bytes,
    error: &serde_json::Error,
    count: u64,
    chunks: &Chunks,
) -> InvalidElement {
    let form = chunks.content_type();
    let unreadable = JsonFailure::new(text, error, form.map(media_type::is_json));
    let element = format!("element {count}: {}", unreadable.message("it", text.len()));
    let message = match (unreadable.kind, form) {
        (JsonFailureKind::NotJson, Some(form)) => {
            format!("{element} of a response of {form}; `raw` returns it as it is")
        }
        _ => element,
    };
    let error = Error::new(ErrorKind::Decode, message)
        .with_response(chunks.status(), chunks.headers().clone(), text.clone())
        .with_json_path(unreadable.path);
    InvalidElement {
        error: chunks.locate_error(error),
        is_cut: unreadable.kind == JsonFailureKind::Cut,
    }
}

fn broken(fault: StreamFault, count: u64, chunks: &Chunks) -> Error {
    chunks.locate_error(match fault {
        StreamFault::Cut => Error::new(
            ErrorKind::Transport,
            format!("the response ends in the middle, after {count} elements"),
        ),
        StreamFault::Odd => Error::new(
            ErrorKind::Decode,
            format!("what follows element {count} of the response is not JSON"),
        ),
    })
}

impl<R: FromResponse> Stream for ResponseStream<R> {
    type Item = Result<R, Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_element(cx)
    }
}

impl<R> fmt::Debug for ResponseStream<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseStream")
            .field("method", &self.method.id)
            .field("count", &self.count)
            .field("done", &matches!(self.state, StreamState::Done))
            .finish_non_exhaustive()
    }
}
