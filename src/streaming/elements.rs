//! The elements of an answer, decoded as they arrive.

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

use super::split::{Fault, Piece, Split};
use crate::{
    Error, ErrorKind,
    client::prepared::Prepared,
    execute::{self, JsonFailure, JsonFailureKind, StreamingResponse},
    http::data_wrapper,
    media::Chunks,
    media_type,
    method::Method,
    outlined_box::OutlinedBox,
    request::from_response::FromResponse,
};

/// The elements of an answer, each decoded when it has come. Also a [`Stream`] of `Result<R, Error>`.
///
/// ```no_run
/// # async fn example<R: gapi::FromResponse>(sending: gapi::PendingCall<R>) -> Result<(), gapi::Error> {
/// let mut elements = sending.stream();
/// while let Some(element) = elements.try_next().await? {
///     let _ = element;
/// }
/// # Ok(()) }
/// ```
///
/// Methods that stream answer a JSON list of what the document declares as one object, or server-sent events for `alt("sse")`. Both are understood, and so
/// are JSON values one after another; an answer that is one object is a stream of one element. No more than one element is held in memory, and what else
/// came with its last bytes; `response_limit` is for one element. Comments of an event stream are passed over and count for nothing, and the event `[DONE]` ends it,
/// whether or not the connection does.
///
/// It ends after an error: of the connection, of an element that is not what the document declares, or one that the server sends in place of an element.
/// Dropping it gives up the connection.
#[must_use = "nothing is sent until an element is asked for"]
pub struct ResponseStream<R> {
    state: State,
    method: &'static Method,
    split: Split,
    /// How many came.
    count: u64,
    element: PhantomData<fn() -> R>,
}

enum State {
    Opening(BoxFuture<'static, Result<StreamingResponse, Error>>),
    Reading {
        chunks: Box<Chunks>,
        limit: usize,
    },
    /// Everything has come.
    Ended(Box<Chunks>),
    Done,
}

impl<R: FromResponse> ResponseStream<R> {
    pub(crate) fn new(prepared: OutlinedBox<Prepared>) -> Self {
        Self {
            method: prepared.call.method,
            state: State::Opening(Box::pin(execute::open(prepared))),
            split: Split::default(),
            count: 0,
            element: PhantomData,
        }
    }

    /// The next element; `None` after the last one. The future may be dropped: the next call goes on where it was.
    pub async fn next(&mut self) -> Option<Result<R, Error>> {
        poll_fn(|cx| self.poll_element(cx)).await
    }

    /// The next element; `None` after the last one.
    ///
    /// # Errors
    /// Whatever keeps the call from a success; [`ErrorKind::Decode`] for an element that is not what the document declares;
    /// [`ErrorKind::Transport`] when the answer ends before its end; [`ErrorKind::Api`] for an error in place of an element.
    pub async fn try_next(&mut self) -> Result<Option<R>, Error> {
        self.next().await.transpose()
    }

    /// All remaining elements.
    ///
    /// # Errors
    /// As for [`try_next`](Self::try_next); elements that came before the error are lost.
    pub async fn try_collect(mut self) -> Result<Vec<R>, Error> {
        let mut all = Vec::new();
        while let Some(element) = self.try_next().await? {
            all.push(element);
        }
        Ok(all)
    }

    fn poll_element(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<R, Error>>> {
        let polled = ready!(self.poll_next_element(cx));
        if !matches!(polled, Ok(Some(_))) {
            self.state = State::Done;
        }
        Poll::Ready(polled.transpose())
    }

    fn poll_next_element(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<R>, Error>> {
        loop {
            match &mut self.state {
                State::Done => return Poll::Ready(Ok(None)),
                State::Opening(open) => {
                    let opened = ready!(open.as_mut().poll(cx))?;
                    let limit = opened.limit;
                    let chunks = Box::new(Chunks::plain(opened));
                    let form = chunks.content_type().unwrap_or_default();
                    self.split = Split::new(media_type::is(form, "text/event-stream"));
                    self.state = State::Reading { chunks, limit };
                }
                State::Reading { chunks, limit } => {
                    match self.split.next(false) {
                        Ok(Piece::Element(text)) => {
                            if text.len() > *limit {
                                return Poll::Ready(Err(
                                    chunks.locate_error(execute::too_long(*limit))
                                ));
                            }
                            self.count += 1;
                            let element = decode(self.method, &text, self.count, chunks);
                            return Poll::Ready(element.map(Some).map_err(Unread::into_error));
                        }
                        Ok(Piece::Nothing) => {}
                        // The connection may stay open.
                        Ok(Piece::End) => {
                            chunks.close();
                            return Poll::Ready(Ok(None));
                        }
                        Err(fault) => return Poll::Ready(Err(broken(fault, self.count, chunks))),
                    }
                    if self.split.held() > *limit {
                        return Poll::Ready(Err(chunks.locate_error(execute::too_long(*limit))));
                    }
                    match ready!(chunks.poll_chunk(cx)) {
                        Some(Ok(chunk)) => self.split.push(&chunk),
                        // Everything has come, so that nothing is lost.
                        Some(Err(_)) if self.split.is_closed() => return Poll::Ready(Ok(None)),
                        Some(Err(error)) => return Poll::Ready(Err(error)),
                        None => {
                            let State::Reading { chunks, .. } =
                                std::mem::replace(&mut self.state, State::Done)
                            else {
                                return Poll::Ready(Ok(None));
                            };
                            self.state = State::Ended(chunks);
                        }
                    }
                }
                State::Ended(chunks) => {
                    let next = self.split.next(true);
                    return Poll::Ready(match next {
                        Ok(Piece::Element(text)) => {
                            self.count += 1;
                            match decode(self.method, &text, self.count, chunks) {
                                Ok(element) => Ok(Some(element)),
                                // Nothing but its content tells whether the last event is whole.
                                Err(Unread { is_cut: true, .. }) if self.split.is_of_events() => {
                                    Err(broken(Fault::Cut, self.count - 1, chunks))
                                }
                                Err(unread) => Err(unread.error),
                            }
                        }
                        Ok(Piece::Nothing)
                            if self.split.is_empty() && expects::<R>(self.method, chunks) =>
                        {
                            Err(missing(chunks))
                        }
                        Ok(Piece::Nothing | Piece::End) => Ok(None),
                        Err(fault) => Err(broken(fault, self.count, chunks)),
                    });
                }
            }
        }
    }
}

/// Whether a response without content is none: there would be at least the brackets of an empty list.
fn expects<R: FromResponse>(method: &Method, chunks: &Chunks) -> bool {
    !R::MAY_BE_EMPTY && method.expects_content() && chunks.status() != StatusCode::NO_CONTENT
}

fn missing(chunks: &Chunks) -> Error {
    let message = "the response is empty, though the document declares one";
    let error = Error::new(ErrorKind::Decode, message);
    chunks.locate_error(error.with_answer(chunks.status(), chunks.headers().clone(), Bytes::new()))
}

/// An element that cannot be read.
struct Unread {
    error: Error,
    /// Whether its text ends too early.
    is_cut: bool,
}

impl Unread {
    fn into_error(self) -> Error {
        self.error
    }
}

/// An element, or the error that stands in its place.
fn decode<R: FromResponse>(
    method: &'static Method,
    text: &Bytes,
    count: u64,
    chunks: &Chunks,
) -> Result<R, Unread> {
    let text = if method.api.data_wrapper {
        &data_wrapper::unwrap(text)
    } else {
        text
    };
    let element = R::decode(text).map_err(|error| unread(text, &error, count, chunks))?;
    match element.error().and_then(Value::as_object) {
        Some(told) if told.contains_key("code") || told.contains_key("message") => {
            let status = told.get("code").and_then(Value::as_u64);
            let status = status
                .and_then(|code| StatusCode::from_u16(u16::try_from(code).ok()?).ok())
                .unwrap_or_else(|| chunks.status());
            let error = Error::api(status, chunks.headers().clone(), text.clone());
            Err(Unread {
                error: chunks.locate_error(error),
                is_cut: false,
            })
        }
        _ => Ok(element),
    }
}

fn unread(text: &Bytes, error: &serde_json::Error, count: u64, chunks: &Chunks) -> Unread {
    let form = chunks.content_type();
    let unreadable = JsonFailure::new(text, error, form.map(media_type::is_json));
    let element = format!("element {count}: {}", unreadable.message("it", text.len()));
    let message = match (unreadable.kind, form) {
        (JsonFailureKind::NotJson, Some(form)) => {
            format!("{element} of a response of {form}; read it with `.text()` or `.raw()`")
        }
        _ => element,
    };
    let error = Error::new(ErrorKind::Decode, message)
        .with_answer(chunks.status(), chunks.headers().clone(), text.clone())
        .with_json_path(unreadable.path);
    Unread {
        error: chunks.locate_error(error),
        is_cut: unreadable.kind == JsonFailureKind::Cut,
    }
}

fn broken(fault: Fault, count: u64, chunks: &Chunks) -> Error {
    chunks.locate_error(match fault {
        Fault::Cut => Error::new(
            ErrorKind::Transport,
            format!("the response ends in the middle, after {count} elements"),
        ),
        Fault::Odd => Error::new(
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
            .field("done", &matches!(self.state, State::Done))
            .finish_non_exhaustive()
    }
}
