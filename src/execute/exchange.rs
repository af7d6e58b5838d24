//! One attempt: a request goes out, redirects are followed, and the answer is read.

use std::borrow::Cow;

use bytes::Bytes;
use gapi_auth::AuthHeaders;
use gapi_transport::{Body, BoxFuture, TransportError, TransportErrorKind};
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode,
    header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH},
};

use super::{Answered, coding, redirect};
use crate::{
    Error, ErrorKind,
    call::{options::CallOptions, sending::Prepared},
    mock::Called,
    retry::Repeat,
    url::{HttpRequest, QUOTA_PROJECT},
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

/// An answer.
pub(super) struct Received {
    pub(super) answered: Answered,
    /// The body where only the head was read, else nothing.
    pub(super) unread: Body,
}

/// Sends `request` with the headers of `identity`, and reads the answer, whatever its status.
pub(super) async fn exchange(
    prepared: &Prepared,
    options: &CallOptions,
    request: &HttpRequest,
    identity: Option<&AuthHeaders>,
    (read, follow): (Read, Follow),
) -> Result<Received, Error> {
    let hop = send(prepared, options, request, identity, follow).await?;
    let (mut head, body) = hop.answer.into_parts();
    let body = coding::decoded(head.status, &mut head.headers, body);
    let mut answered = Answered {
        status: head.status,
        headers: head.headers,
        body: Bytes::new(),
        method: prepared.call.method,
        place: None,
        authorized: hop.authorized,
    };
    if read == Read::Head && answered.status.is_success() {
        return Ok(Received {
            answered,
            unread: body,
        });
    }
    let limit = options.chosen().answer_limit.unwrap_or(ANSWER_LIMIT);
    answered.body = body
        .collect(limit)
        .await
        .map_err(|error| broken(error, limit))?;
    let declared = declared_length(&hop.method, answered.status, &answered.headers);
    let received = answered.body.len() as u64;
    match declared {
        Some(declared) if declared != received => Err(wrong_length(received, declared)),
        _ => Ok(Received {
            answered,
            unread: Body::empty(),
        }),
    }
}

/// The last answer of a chain of redirects.
struct Hop {
    answer: Response<Body>,
    method: Method,
    /// Whether the credentials were sent to whoever answered.
    authorized: bool,
}

/// Sends `request` and follows redirects. The body of the answer is not read yet.
async fn send(
    prepared: &Prepared,
    options: &CallOptions,
    request: &HttpRequest,
    identity: Option<&AuthHeaders>,
    follow: Follow,
) -> Result<Hop, Error> {
    let identity = identity.map(AuthHeaders::headers);
    let mut authorized = identity.is_some_and(|identity| !identity.is_empty());
    let mut added = identity_headers(prepared, options, request, identity);
    // Copied for a redirect only.
    let mut request = Cow::Borrowed(request);
    let mut followed = 0;
    loop {
        let answer = transmit(prepared, &request, &added)?
            .await
            .map_err(Error::transport)?;
        let step = match follow {
            Follow::No => redirect::Step::Stay,
            Follow::Yes => redirect::step(
                &request.method,
                !request.is_bare(),
                &request.uri,
                answer.status(),
                answer.headers(),
            ),
        };
        let (to, as_get) = match step {
            redirect::Step::Stay => {
                return Ok(Hop {
                    answer,
                    method: request.method.clone(),
                    authorized,
                });
            }
            redirect::Step::Refuse(why) => {
                let error = Error::new(ErrorKind::Redirect, why);
                return Err(error.with_answer(
                    answer.status(),
                    answer.headers().clone(),
                    Bytes::new(),
                ));
            }
            redirect::Step::Follow { to, as_get } => (to, as_get),
        };
        followed += 1;
        if followed > redirect::MOST {
            let error = Error::new(
                ErrorKind::Redirect,
                format!("more than {} redirects", redirect::MOST),
            );
            return Err(error.with_answer(answer.status(), answer.headers().clone(), Bytes::new()));
        }
        let request = request.to_mut();
        request
            .headers
            .extend(added.drain(..).map(|(name, value)| (name, value.clone())));
        if !redirect::same_origin(&request.uri, &to) {
            redirect::strip_credentials(&mut request.headers, identity);
            authorized = false;
        }
        if as_get {
            redirect::strip_body(&mut request.headers);
            request.method = Method::GET;
            request.body = Bytes::new();
            request.stream = None;
        }
        tracing::debug!(
            status = answer.status().as_u16(),
            host = to.host(),
            "redirected"
        );
        request.uri = to;
    }
}

/// What the identity adds to the headers of `request`. What the caller wrote for this call wins.
fn identity_headers<'a>(
    prepared: &'a Prepared,
    options: &CallOptions,
    request: &HttpRequest,
    identity: Option<&'a HeaderMap>,
) -> Vec<(HeaderName, &'a HeaderValue)> {
    let Some(identity) = identity else {
        return Vec::new();
    };
    let is_own = |name: &HeaderName| {
        let pays = name == QUOTA_PROJECT && options.chosen().quota_project.is_some();
        pays || options.headers().any(|(own, _)| own == name)
    };
    let mut added: Vec<_> = identity
        .iter()
        .filter(|(name, _)| !is_own(name))
        .map(|(name, value)| (name.clone(), value))
        .collect();
    // Credentials that name no project leave it to the environment.
    if let Some(project) = &prepared.client.inner.quota_project
        && identity.contains_key(AUTHORIZATION)
        && !identity.contains_key(QUOTA_PROJECT)
        && !request.headers.contains_key(QUOTA_PROJECT)
    {
        added.push((QUOTA_PROJECT, project));
    }
    added
}

/// Hands `request` to the transport. No future of its own: it would have to hold the request, which the transport holds already.
fn transmit<'a>(
    prepared: &'a Prepared,
    request: &HttpRequest,
    added: &[(HeaderName, &HeaderValue)],
) -> Result<BoxFuture<'a, Result<Response<Body>, TransportError>>, Error> {
    let mut body = Body::from(request.body.clone());
    if let Some(stream) = &request.stream {
        body = stream.body().ok_or_else(passed_by)?;
    }
    let mut request = request.to_http(body);
    for (name, value) in added {
        request.headers_mut().insert(name, (*value).clone());
    }
    // For transports that answer by method, such as mocks.
    request.extensions_mut().insert(Called {
        method: prepared.call.method,
        parts: prepared.options.chosen().batch.parts(),
    });
    Ok(prepared.client.inner.transport.send(request))
}

/// The request would be sent again, but its body cannot.
fn passed_by() -> Error {
    Error::usage(
        "the media comes from a reader or a stream and travels with the request, so it cannot be sent again after a rejected token or a failure; \
         give the request new media",
    )
}

/// Why the body of an answer could not be read.
fn broken(error: TransportError, limit: usize) -> Error {
    if error.kind() == TransportErrorKind::TooLarge {
        return too_long(limit).with_source(error);
    }
    Error::transport(error)
}

/// An answer of more bytes than are held in memory.
pub(crate) fn too_long(limit: usize) -> Error {
    Error::new(
        ErrorKind::Transport,
        format!("the answer is longer than {limit} bytes; raise `answer_limit` if it may be"),
    )
}

/// A stream that ends cleanly can still be a broken one.
pub(crate) fn wrong_length(received: u64, declared: u64) -> Error {
    Error::new(
        ErrorKind::Transport,
        format!("the answer ended after {received} of {declared} bytes"),
    )
    .with_repeat(Repeat::IfSafe)
}

/// The number of bytes that the body of an answer has, where the server says so and the transport has not decoded it.
pub(super) fn declared_length(
    method: &Method,
    status: StatusCode,
    headers: &HeaderMap,
) -> Option<u64> {
    let has_no_body = method == Method::HEAD
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if has_no_body || headers.contains_key(CONTENT_ENCODING) {
        return None;
    }
    headers
        .get(CONTENT_LENGTH)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
}
