//! One attempt: a request goes out, redirects are followed, and the answer is read.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use gapi_auth::AuthHeaders;
use gapi_transport::{Body, BoxFuture, TransportError, TransportErrorKind};
use http::{
    HeaderMap, HeaderName, Method, Response, StatusCode, Uri,
    header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE},
};

use super::{
    Answered,
    call_info::CallInfo,
    failure::{self, Failure},
    hand_over::Trip,
    redirect,
    retry_loop::Plan,
    state::Step,
    unread::{Unread, declared_length},
};
use crate::{
    Error, ErrorKind,
    error::Repeat,
    execute::PASSED_BY,
    http::{
        HttpRequest, QUOTA_PROJECT,
        content_encoding::{self, Coding},
        content_range,
    },
    request::Transfer,
};

/// How much of an answer is held in memory unless the caller says otherwise.
pub(super) const ANSWER_LIMIT: usize = 256 * 1024 * 1024;

/// How much of a success is read at once. Other answers are always read whole: they say what is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// All of it.
    Whole,
    /// Status and headers.
    Head,
}

/// What is done about redirects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Follow {
    /// They are followed.
    Yes,
    /// They are answers like others.
    No,
}

/// A response.
pub(super) struct Received {
    pub(super) answered: Answered,
    /// The body where only the head was read, else nothing.
    pub(super) unread: Unread,
}

/// Sends a request with the headers of `identity`, and reads the answer, whatever its status. The request is `first`, else the plan's.
pub(super) async fn exchange(
    plan: &Plan<'_>,
    first: &mut Option<HttpRequest>,
    identity: Option<&AuthHeaders>,
) -> Result<Received, Error> {
    let hop = send(plan, first, identity).await?;
    let received = undecoded(plan, hop);
    if plan.read == Read::Head && received.answered.status.is_success() {
        return Ok(received);
    }
    let limit = plan.options.chosen().answer_limit;
    let limit = limit.unwrap_or(ANSWER_LIMIT);
    let Received {
        mut answered,
        unread,
    } = received;
    answered.body = unread.read(limit).await?;
    if let Some(host) = plan.state.host() {
        host.gets_on();
    }
    let mut unread = Unread::default();
    if is_part_of_nothing(plan, &answered) {
        // That is no error: the media has no bytes, and neither has any part of it.
        answered.status = StatusCode::OK;
        answered.body = Bytes::new();
        for name in [CONTENT_RANGE, CONTENT_TYPE, CONTENT_LENGTH] {
            answered.headers.remove(name);
        }
        unread.declared = Some(0);
    }
    Ok(Received { answered, unread })
}

/// Whether the server cannot send a part of the media because that has no bytes at all: `content-range: bytes */0`.
fn is_part_of_nothing(plan: &Plan<'_>, answered: &Answered) -> bool {
    answered.status == StatusCode::RANGE_NOT_SATISFIABLE
        && plan.read == Read::Head
        && content_range::complete_length(&answered.headers) == Some(0)
}

/// The response with its body unread.
fn undecoded(plan: &Plan<'_>, hop: Hop) -> Received {
    let (mut head, body) = hop.answer.into_parts();
    let coding = Coding::of(&head.headers);
    let as_stored = matches!(
        plan.prepared.call.transfer,
        Transfer::Download { stored: true, .. }
    );
    let unread = Unread {
        body,
        declared: declared_length(&hop.method, head.status, &head.headers),
        // A part of what is encoded can be decoded by nobody who lacks the rest. Errors are read, whatever was asked for.
        decode: head.status != StatusCode::PARTIAL_CONTENT
            && !(as_stored && head.status.is_success()),
        coding,
    };
    if unread.decode && matches!(unread.coding, Coding::Gzip(_)) {
        content_encoding::forget(&mut head.headers);
    }
    let answered = Answered {
        status: head.status,
        headers: head.headers,
        body: Bytes::new(),
        method: plan.prepared.call.method,
        place: None,
        authorized: hop.authorized,
        attempts: plan.state.exchanges(),
        note: None,
    };
    Received { answered, unread }
}

/// The last answer of a chain of redirects.
struct Hop {
    answer: Response<Body>,
    method: Method,
    /// Whether the credentials were sent to whoever answered.
    authorized: bool,
}

/// What redirects have changed.
#[derive(Default)]
struct Moved {
    times: usize,
    /// Where the last one led.
    to: Option<Uri>,
    /// Another host, which must not see the credentials, was on the way.
    away: bool,
    as_get: bool,
    /// What the requests so far took.
    spent: Duration,
}

/// What kept a request from being sent, or from being looked at.
#[derive(Default)]
struct Setbacks {
    at_once: u32,
    wait: Duration,
    last: Option<Error>,
    /// The way that goes on.
    trip: Option<Arc<Trip>>,
}

/// How often a request is sent again at once, within one attempt, that no server has looked at: it met the end of a connection.
const AT_ONCE: u32 = 2;
/// The longest wait for room for a connection.
const ROOM: Duration = Duration::from_secs(1);

impl Setbacks {
    /// How long to wait before the request is sent again, or the error that it ends with.
    fn after(&mut self, error: TransportError, trip: Arc<Trip>) -> Result<Duration, Error> {
        use TransportErrorKind::{Connect, NoClient, NoRoom, Request, Tls, Unprocessed};
        let kind = error.kind();
        let wait = match kind {
            NoRoom => {
                trip.meets(error.to_string());
                self.trip = Some(trip);
                self.wait = (self.wait * 2).clamp(ROOM / 16, ROOM);
                self.wait
            }
            Connect | NoClient | Request | Tls => return Err(Error::transport(error)),
            _ if kind != Unprocessed && !trip.is_unsent() => return Err(Error::transport(error)),
            _ if self.at_once == AT_ONCE => {
                return Err(Error::transport(error).with_repeat(Repeat::Always));
            }
            _ => {
                self.at_once += 1;
                Duration::ZERO
            }
        };
        tracing::debug!(%error, ?wait, "the request was not sent, or not looked at; sending it again");
        self.last = Some(Error::transport(error));
        Ok(wait)
    }
}

/// Sends a request and follows redirects. The body of the answer is not read yet.
async fn send(
    plan: &Plan<'_>,
    first: &mut Option<HttpRequest>,
    identity: Option<&AuthHeaders>,
) -> Result<Hop, Error> {
    let identity = identity.map(AuthHeaders::headers);
    let client = &*plan.prepared.client.inner;
    let mut moved = Moved::default();
    let mut setbacks = Setbacks::default();
    loop {
        let sent = match start(plan, first, identity, &moved, setbacks.trip.take()) {
            Ok(sent) => sent,
            // What cannot be sent again fails with what it failed with.
            Err(error) => return Err(setbacks.last.unwrap_or(error)),
        };
        let answer = sent.answer.await;
        if let Some(why) = sent.failure.and_then(|failure| failure.take()) {
            // Whatever the transport made of it, or the server of half a request.
            return Err(Error::unreadable(why));
        }
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) => {
                let wait = setbacks.after(error, sent.trip)?;
                if !wait.is_zero() {
                    let half = wait / 2;
                    client.clock.sleep(half + client.jitter.part_of(half)).await;
                }
                continue;
            }
        };
        sent.trip.host().gets_on();
        plan.state.enter(Step::Response);
        let (status, headers) = (answer.status(), answer.headers());
        let at = moved.to.as_ref().unwrap_or(plan.shown.url());
        let step = match plan.follow {
            Follow::No => redirect::Step::Stay,
            Follow::Yes => redirect::step(&sent.method, sent.has_body, at, status, headers),
        };
        let refused = match step {
            redirect::Step::Stay => {
                let has_identity = identity.is_some_and(|identity| !identity.is_empty());
                return Ok(Hop {
                    answer,
                    method: sent.method,
                    authorized: has_identity && !moved.away,
                });
            }
            redirect::Step::Follow { as_get: false, .. } if !plan.can_send_again() => {
                format!("redirected, but {PASSED_BY}")
            }
            redirect::Step::Follow { to, as_get } if moved.times < redirect::MOST => {
                tracing::debug!(status = status.as_u16(), host = to.host(), "redirected");
                moved.times += 1;
                moved.away |= !redirect::same_origin(at, &to);
                moved.as_get |= as_get;
                moved.to = Some(to);
                moved.spent = sent.trip.spent();
                continue;
            }
            redirect::Step::Follow { .. } => format!("more than {} redirects", redirect::MOST),
            redirect::Step::Refuse(why) => why,
        };
        let error = Error::new(ErrorKind::Redirect, refused);
        return Err(error.with_answer(status, headers.clone(), Bytes::new()));
    }
}

/// A request that is under way.
struct Sent<'a> {
    answer: BoxFuture<'a, Result<Response<Body>, TransportError>>,
    trip: Arc<Trip>,
    method: Method,
    has_body: bool,
    /// Why the body could not be read, where it is not in memory.
    failure: Option<Failure>,
}

/// Hands a request to the transport. No future of its own, and no part of one: that would have to hold the request, which the transport holds already.
fn start<'a>(
    plan: &Plan<'a>,
    first: &mut Option<HttpRequest>,
    identity: Option<&HeaderMap>,
    moved: &Moved,
    trip: Option<Arc<Trip>>,
) -> Result<Sent<'a>, Error> {
    let mut request = first.take().map_or_else(|| plan.request(), Ok)?;
    add_identity(plan, &mut request.headers, identity);
    if let Some(to) = &moved.to {
        request.uri = to.clone();
        moved.change(&mut request, identity);
    }
    let method = request.method.clone();
    let has_body = !request.is_bare();
    let (body, failure) = match request.stream.take() {
        Some(stream) => {
            let (body, failure) = failure::watched(stream.body().ok_or_else(passed_by)?);
            (body, Some(failure))
        }
        None => (Body::from(std::mem::take(&mut request.body)), None),
    };
    let prepared = plan.prepared;
    let client = &*prepared.client.inner;
    let transport = &client.transport;
    let tells = transport.reports_send_events();
    let trip = trip.unwrap_or_else(|| {
        let host = client.hosts.of(&request.uri, &client.clock);
        Arc::new(Trip::new(host, moved.spent, tells))
    });
    plan.state.travel(Arc::clone(&trip));
    let body = if tells {
        body.with_send_events(Arc::<Trip>::clone(&trip))
    } else {
        body
    };
    let mut request = request.with_body(body);
    // For transports that answer by method, such as mocks.
    request.extensions_mut().insert(CallInfo {
        method: prepared.call.method,
        parts: prepared.options.chosen().batch.parts(),
    });
    Ok(Sent {
        answer: transport.send(request),
        trip,
        method,
        has_body,
        failure,
    })
}

impl Moved {
    /// Makes of the first request the one that goes to the new place.
    fn change(&self, request: &mut HttpRequest, identity: Option<&HeaderMap>) {
        if self.away {
            redirect::strip_credentials(&mut request.headers, identity);
        }
        if self.as_get {
            redirect::strip_body(&mut request.headers);
            request.method = Method::GET;
            request.body = Bytes::new();
            request.stream = None;
        }
    }
}

/// Adds to `headers` what the identity says. What the caller wrote for this call wins.
fn add_identity(plan: &Plan<'_>, headers: &mut HeaderMap, identity: Option<&HeaderMap>) {
    let Some(identity) = identity else { return };
    let options = plan.options;
    let is_own = |name: &HeaderName| {
        let pays = name == QUOTA_PROJECT && options.chosen().quota_project.is_some();
        pays || options.headers().any(|(own, _)| own == name)
    };
    for (name, value) in identity {
        if !is_own(name) {
            headers.insert(name.clone(), value.clone());
        }
    }
    // Credentials that name no project leave it to the environment.
    if let Some(project) = &plan.prepared.client.inner.quota_project
        && identity.contains_key(AUTHORIZATION)
        && !headers.contains_key(QUOTA_PROJECT)
    {
        headers.insert(QUOTA_PROJECT, project.clone());
    }
}

/// The body of a first attempt has been sent by another call.
fn passed_by() -> Error {
    Error::usage(
        "the media comes from a reader or a stream, and was sent before; give the request new media",
    )
}
