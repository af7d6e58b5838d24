//! One attempt: a request goes out, redirects are followed, and the answer is read.

use bytes::Bytes;
use gapi_auth::AuthHeaders;
use gapi_transport::{Body, TransportError, TransportErrorKind};
use http::{
    HeaderMap, Method, Response, StatusCode,
    header::{CONTENT_ENCODING, CONTENT_LENGTH},
};

use super::{Answered, redirect};
use crate::{
    Error, ErrorKind,
    call::{options::CallOptions, sending::Prepared},
    url::{HttpRequest, QUOTA_PROJECT},
};

/// How much of an answer is held in memory unless the caller says otherwise.
const ANSWER_LIMIT: usize = 256 * 1024 * 1024;

/// Sends `request` with the headers of `identity`, and reads the answer, whatever its status.
pub(super) async fn exchange(
    prepared: &Prepared,
    options: &CallOptions,
    request: &HttpRequest,
    identity: Option<&AuthHeaders>,
) -> Result<Answered, Error> {
    let hop = send(prepared, options, request, identity).await?;
    let (head, body) = hop.answer.into_parts();
    let limit = options.answer_limit.unwrap_or(ANSWER_LIMIT);
    let body = body
        .collect(limit)
        .await
        .map_err(|error| broken(error, limit))?;
    check_length(&hop.method, head.status, &head.headers, &body)?;
    Ok(Answered {
        status: head.status,
        headers: head.headers,
        body,
        method: prepared.call.method,
        url: None,
        authorized: hop.authorized,
    })
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
) -> Result<Hop, Error> {
    let identity = identity.map(AuthHeaders::headers);
    let mut request = request.clone();
    let mut authorized = false;
    for (name, value) in identity.into_iter().flatten() {
        authorized = true;
        // What the caller wrote for this call wins.
        let pays = name == QUOTA_PROJECT && options.quota_project.is_some();
        if !pays && !options.headers().any(|(own, _)| own == name) {
            request.headers.insert(name, value.clone());
        }
    }

    let mut followed = 0;
    loop {
        let answer = transmit(prepared, &request).await?;
        let step = redirect::step(
            &request.method,
            !request.body.is_empty(),
            &request.uri,
            answer.status(),
            answer.headers(),
        );
        let (to, as_get) = match step {
            redirect::Step::Stay => {
                return Ok(Hop {
                    answer,
                    method: request.method,
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
        if !redirect::same_origin(&request.uri, &to) {
            redirect::strip_credentials(&mut request.headers, identity);
            authorized = false;
        }
        if as_get {
            redirect::strip_body(&mut request.headers);
            request.method = Method::GET;
            request.body = Bytes::new();
        }
        tracing::debug!(
            status = answer.status().as_u16(),
            host = to.host(),
            "redirected"
        );
        request.uri = to;
    }
}

async fn transmit(prepared: &Prepared, request: &HttpRequest) -> Result<Response<Body>, Error> {
    let request = request.clone().into_http().map(Body::from);
    prepared
        .client
        .inner
        .transport
        .send(request)
        .await
        .map_err(Error::transport)
}

/// Why the body of an answer could not be read.
fn broken(error: TransportError, limit: usize) -> Error {
    if error.kind() == TransportErrorKind::TooLarge {
        return Error::new(
            ErrorKind::Transport,
            format!("the answer is longer than {limit} bytes; raise `answer_limit` if it may be"),
        )
        .with_source(error);
    }
    Error::transport(error)
}

/// A stream that ends cleanly can still be a broken one.
fn check_length(
    method: &Method,
    status: StatusCode,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<(), Error> {
    let has_no_body = method == Method::HEAD
        || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if has_no_body || headers.contains_key(CONTENT_ENCODING) {
        return Ok(());
    }
    let declared = headers
        .get(CONTENT_LENGTH)
        .and_then(|v| v.to_str().ok()?.trim().parse::<usize>().ok());
    match declared {
        Some(declared) if declared != body.len() => Err(Error::new(
            ErrorKind::Transport,
            format!("the answer ended after {} of {declared} bytes", body.len()),
        )),
        _ => Ok(()),
    }
}
