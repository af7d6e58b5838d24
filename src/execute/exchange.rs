//! One exchange: a request is sent, and redirects are followed. Decides which ones, and with which headers.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use futures_util::StreamExt as _;
use gapi_auth::AuthHeaders;
use gapi_transport::{Body, BoxFuture, TransportError, TransportErrorKind, lock};
use http::{
    HeaderMap, HeaderName, Method, Response, StatusCode, Uri,
    header::{
        AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, LOCATION,
        PROXY_AUTHORIZATION,
    },
};

use super::{
    RawResponse,
    in_flight::InFlight,
    plan::{Plan, Redirects},
    repeat::BODY_CONSUMED,
    state::CallStep,
};
use crate::{
    Error, ErrorKind,
    error::Repeat,
    http::{HttpRequest, METHOD_OVERRIDE, QUOTA_PROJECT},
    method::Method as ApiMethod,
};

/// The method of a request, for transports of tests. It is among the extensions of the HTTP request.
#[derive(Clone, Debug)]
pub(crate) struct CallInfo {
    pub(crate) method: &'static ApiMethod,
    /// The methods of a batch, in the order of its parts.
    pub(crate) parts: Option<Arc<[&'static ApiMethod]>>,
}

/// Sends a request with the headers of `identity`, and follows redirects. The body of the response is unread.
pub(super) async fn exchange(
    plan: &Plan<'_>,
    identity: Option<&AuthHeaders>,
) -> Result<RawResponse, Error> {
    let identity = identity.map(AuthHeaders::headers);
    let client = &*plan.prepared.client.inner;
    let mut redirected = Redirected::default();
    let mut setbacks = Setbacks::default();
    let mut pause = Duration::ZERO;
    loop {
        // Here, where the future holds neither a request nor a response.
        if !pause.is_zero() {
            let half = std::mem::take(&mut pause) / 2;
            client.clock.sleep(half + client.jitter.part_of(half)).await;
        }
        let started = match start(plan, identity, &redirected, setbacks.in_flight.take()) {
            Ok(started) => started,
            // A request that cannot be sent again fails with its last error.
            Err(error) => return Err(setbacks.last.unwrap_or(error)),
        };
        let response = started.response.await;
        if let Some(why) = started.failure.and_then(|failure| lock(&failure).take()) {
            // The failure of the body is the cause of any error of the transport, and of any response to half a request.
            return Err(Error::unreadable(why));
        }
        let response = match response {
            Ok(response) => response,
            Err(error) => {
                pause = setbacks.after(error, started.in_flight)?;
                continue;
            }
        };
        started.in_flight.host().record_activity();
        plan.state.enter(CallStep::Response);
        let (status, headers) = (response.status(), response.headers());
        let at = redirected.to.as_deref().unwrap_or(plan.url.url());
        let redirect = match plan.redirects {
            Redirects::Return => Redirect::None,
            Redirects::Follow => {
                of_response(&started.method, started.has_body, at, status, headers)
            }
        };
        let refused = match redirect {
            Redirect::None => {
                let has_identity = identity.is_some_and(|identity| !identity.is_empty());
                let authorized = has_identity && !redirected.away;
                return Ok(RawResponse::unread(
                    plan,
                    response,
                    &started.method,
                    authorized,
                ));
            }
            Redirect::Follow { as_get: false, .. } if !plan.can_send_again() => {
                format!("redirected, but {BODY_CONSUMED}")
            }
            Redirect::Follow { to, as_get } if redirected.times < MOST_REDIRECTS => {
                tracing::debug!(status = status.as_u16(), host = to.host(), "redirected");
                redirected.times += 1;
                redirected.away |= !same_origin(at, &to);
                redirected.as_get |= as_get;
                redirected.to = Some(Box::new(to));
                redirected.elapsed = started.in_flight.elapsed();
                continue;
            }
            Redirect::Follow { .. } => format!("more than {MOST_REDIRECTS} redirects"),
            Redirect::Refuse(why) => why,
        };
        let error = Error::new(ErrorKind::Redirect, refused);
        return Err(error.with_response(status, headers.clone(), Bytes::new()));
    }
}

/// A request that is being sent.
struct Started<'a> {
    response: BoxFuture<'a, Result<Response<Body>, TransportError>>,
    in_flight: Arc<InFlight>,
    method: Method,
    has_body: bool,
    /// Why the body could not be read, if it is not in memory.
    failure: Option<BodyFailure>,
}

/// Passes a request to the transport. It is no `async` function, because its future would hold the request besides the transport.
fn start<'a>(
    plan: &Plan<'a>,
    identity: Option<&HeaderMap>,
    redirected: &Redirected,
    in_flight: Option<Arc<InFlight>>,
) -> Result<Started<'a>, Error> {
    let mut request = plan.request()?;
    add_identity(plan, &mut request.headers, identity);
    if let Some(to) = &redirected.to {
        request.uri = Uri::clone(to);
        redirected.apply(&mut request, identity);
    }
    let method = request.method.clone();
    let has_body = !request.is_bare();
    let (body, failure) = match request.stream.take() {
        Some(stream) => {
            let (body, failure) = watched(stream.body().ok_or_else(body_consumed)?);
            (body, Some(failure))
        }
        None => (Body::from(std::mem::take(&mut request.body)), None),
    };
    let prepared = plan.prepared;
    let client = &*prepared.client.inner;
    let transport = &client.transport;
    let reports_events = transport.reports_send_events();
    let in_flight = in_flight.unwrap_or_else(|| {
        let host = client.hosts.of(&request.uri, &client.clock);
        Arc::new(InFlight::new(host, redirected.elapsed, reports_events))
    });
    plan.state.begin_request(Arc::clone(&in_flight));
    let body = if reports_events {
        body.with_send_events(Arc::<InFlight>::clone(&in_flight))
    } else {
        body
    };
    let mut request = request.with_body(body);
    request.extensions_mut().insert(CallInfo {
        method: prepared.call.method,
        parts: prepared.options.get().batch.parts(),
    });
    Ok(Started {
        response: transport.send(request),
        in_flight,
        method,
        has_body,
        failure,
    })
}

/// The effect of the redirects so far.
#[derive(Default)]
struct Redirected {
    times: usize,
    /// The target of the last one. Boxed, because most calls have none.
    to: Option<Box<Uri>>,
    /// Whether one led to another host, which must not get the credentials.
    away: bool,
    as_get: bool,
    /// The time of the requests so far.
    elapsed: Duration,
}

/// Failures before the server processed the request.
#[derive(Default)]
struct Setbacks {
    at_once: u32,
    wait: Duration,
    last: Option<Error>,
    /// The state of the request that waits for room.
    in_flight: Option<Arc<InFlight>>,
}

/// How often an unprocessed request is sent again at once within one attempt: its connection was closing.
const AT_ONCE: u32 = 2;
/// The longest wait until the process can open another connection.
const ROOM: Duration = Duration::from_secs(1);

impl Setbacks {
    /// Returns the wait before the request is sent again, or the final error.
    fn after(
        &mut self,
        error: TransportError,
        in_flight: Arc<InFlight>,
    ) -> Result<Duration, Error> {
        use TransportErrorKind::{Connect, NoClient, NoRoom, Request, Tls, Unprocessed};
        let kind = error.kind();
        let wait = match kind {
            NoRoom => {
                in_flight.set_obstacle(error.to_string());
                self.in_flight = Some(in_flight);
                self.wait = (self.wait * 2).clamp(ROOM / 16, ROOM);
                self.wait
            }
            Connect | NoClient | Request | Tls => return Err(Error::transport(error)),
            _ if kind != Unprocessed && !in_flight.is_unsent() => {
                return Err(Error::transport(error));
            }
            _ if self.at_once == AT_ONCE => {
                return Err(Error::transport(error).with_repeat(Repeat::Always));
            }
            _ => {
                self.at_once += 1;
                Duration::ZERO
            }
        };
        tracing::debug!(%error, ?wait, "the request was not sent or not processed; sending it again");
        self.last = Some(Error::transport(error));
        Ok(wait)
    }
}

impl Redirected {
    /// Changes the original request into the redirected one.
    fn apply(&self, request: &mut HttpRequest, identity: Option<&HeaderMap>) {
        if self.away {
            strip_credentials(&mut request.headers, identity);
        }
        if self.as_get {
            strip_body(&mut request.headers);
            request.method = Method::GET;
            request.body = Bytes::new();
            request.stream = None;
        }
    }
}

/// Adds the headers of `identity`, except those that the caller set.
fn add_identity(plan: &Plan<'_>, headers: &mut HeaderMap, identity: Option<&HeaderMap>) {
    let Some(identity) = identity else { return };
    let options = plan.options;
    let is_set = |name: &HeaderName| {
        let pays = name == QUOTA_PROJECT && options.get().quota_project.is_some();
        pays || options.headers().any(|(own, _)| own == name)
    };
    for (name, value) in identity {
        if !is_set(name) {
            headers.insert(name.clone(), value.clone());
        }
    }
    // Credentials without a project use that of the environment.
    if let Some(project) = &plan.prepared.client.inner.quota_project
        && identity.contains_key(AUTHORIZATION)
        && !headers.contains_key(QUOTA_PROJECT)
    {
        headers.insert(QUOTA_PROJECT, project.clone());
    }
}

/// The error of a body that another call has sent.
fn body_consumed() -> Error {
    Error::usage(
        "the media comes from a reader or a stream, and was sent before; give the request new media",
    )
}

/// Why the body of a request could not be read. Some transports lose the reason.
type BodyFailure = Arc<Mutex<Option<TransportError>>>;

/// Returns the same body with a record of its failure.
fn watched(body: Body) -> (Body, BodyFailure) {
    let failure = BodyFailure::default();
    let (len, recorder) = (body.len(), Arc::clone(&failure));
    let chunks = body.into_stream().map(move |chunk| {
        chunk.map_err(|why| {
            let error = TransportError::new(TransportErrorKind::Body, why.to_string());
            *lock(&recorder) = Some(why);
            error
        })
    });
    (Body::from_stream(chunks, len), failure)
}

/// The most redirects that are followed.
const MOST_REDIRECTS: usize = 5;

/// Whether a response is a redirect.
#[derive(Debug, PartialEq)]
enum Redirect {
    /// It is the final response.
    None,
    /// The same request, or (`as_get`) a GET without a body, is sent to another URL.
    Follow { to: Uri, as_get: bool },
    /// It must not be followed, for this reason.
    Refuse(String),
}

/// Decides by RFC 9110, section 15.4.
///
/// 301 and 302 are followed for GET and HEAD only, because clients treat them differently for other methods. 307 and 308 repeat any
/// method, but a body is not sent to another host.
fn of_response(
    method: &Method,
    has_body: bool,
    from: &Uri,
    status: StatusCode,
    headers: &HeaderMap,
) -> Redirect {
    let safe = matches!(*method, Method::GET | Method::HEAD);
    let as_get = match status.as_u16() {
        303 => !safe,
        301 | 302 | 307 | 308 => false,
        _ => return Redirect::None,
    };
    // Without `location` it is no redirect: uploads get such a 308 for each chunk.
    let Some(location) = headers.get(LOCATION) else {
        return Redirect::None;
    };
    let Some(to) = location
        .to_str()
        .ok()
        .and_then(|location| resolve(from, location))
    else {
        return Redirect::Refuse(format!(
            "status {status} with a `location` that is not a URL"
        ));
    };
    let host = to.host().unwrap_or_default().to_owned();
    if !matches!(to.scheme_str(), Some("https" | "http")) || host.is_empty() {
        return Redirect::Refuse(format!(
            "status {status} leads to something other than http"
        ));
    }
    if from.scheme_str() == Some("https") && to.scheme_str() == Some("http") {
        return Redirect::Refuse(format!(
            "status {status} leads from https to plain http on {host}"
        ));
    }
    if !safe && matches!(status.as_u16(), 301 | 302) {
        return Redirect::Refuse(format!(
            "status {status} for a {method} leads to {host}; the standard leaves open whether the {method} is repeated there"
        ));
    }
    if has_body && !as_get && !same_origin(from, &to) {
        return Redirect::Refuse(format!(
            "status {status} asks to send the body to another host, {host}"
        ));
    }
    Redirect::Follow { to, as_get }
}

/// Removes the headers that only the first host may get. `identity` has those of the credentials.
pub(super) fn strip_credentials(headers: &mut HeaderMap, identity: Option<&HeaderMap>) {
    const SECRET: [HeaderName; 5] = [
        AUTHORIZATION,
        COOKIE,
        PROXY_AUTHORIZATION,
        HeaderName::from_static("x-goog-api-key"),
        QUOTA_PROJECT,
    ];
    let names: Vec<HeaderName> = headers
        .iter()
        .filter(|(name, value)| {
            value.is_sensitive()
                || SECRET.contains(name)
                || identity.is_some_and(|i| i.contains_key(*name))
        })
        .map(|(name, _)| name.clone())
        .collect();
    for name in names {
        headers.remove(name);
    }
}

/// Removes the headers of a body.
fn strip_body(headers: &mut HeaderMap) {
    for name in [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING] {
        headers.remove(name);
    }
    headers.remove(METHOD_OVERRIDE);
}

/// Returns whether both have the same scheme, host and port.
pub(crate) fn same_origin(a: &Uri, b: &Uri) -> bool {
    fn port(uri: &Uri) -> Option<u16> {
        uri.port_u16().or(match uri.scheme_str() {
            Some("https") => Some(443),
            Some("http") => Some(80),
            _ => None,
        })
    }
    let host = |uri: &Uri| uri.host().map(str::to_ascii_lowercase);
    a.scheme() == b.scheme() && host(a) == host(b) && port(a) == port(b)
}

/// Resolves a reference (RFC 3986, section 5.2). The fragment is dropped.
pub(crate) fn resolve(base: &Uri, reference: &str) -> Option<Uri> {
    let mut to = ::url::Url::parse(&base.to_string())
        .ok()?
        .join(reference)
        .ok()?;
    to.set_fragment(None);
    to.as_str().parse().ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn sensitive(text: &'static str) -> HeaderValue {
        let mut value = HeaderValue::from_static(text);
        value.set_sensitive(true);
        value
    }

    fn uri(text: &str) -> Uri {
        text.parse().expect("a URL")
    }

    fn to(method: Method, status: u16, location: &str) -> Redirect {
        let headers = HeaderMap::from_iter([(LOCATION, location.parse().expect("a header"))]);
        let status = StatusCode::from_u16(status).expect("a status");
        of_response(
            &method,
            method == Method::POST,
            &uri("https://a.example/x/y?q=1"),
            status,
            &headers,
        )
    }

    #[test]
    fn references_are_resolved() {
        for (reference, expected) in [
            ("https://b.example/z#f", "https://b.example/z"),
            ("//b.example/z", "https://b.example/z"),
            ("/z?a=b", "https://a.example/z?a=b"),
            ("z", "https://a.example/x/z"),
            ("../z/./w", "https://a.example/z/w"),
            ("../../../z", "https://a.example/z"),
            ("?r=2", "https://a.example/x/y?r=2"),
            ("z:8?a=/b", ""),
        ] {
            let resolved = resolve(&uri("https://a.example/x/y?q=1"), reference);
            if expected.is_empty() {
                assert!(
                    !matches!(to(Method::GET, 302, reference), Redirect::Follow { .. }),
                    "{reference}"
                );
            } else {
                assert_eq!(resolved, Some(uri(expected)), "{reference}");
            }
        }
    }

    #[test]
    fn which_redirects_are_followed() {
        let there = || uri("https://b.example/");
        for status in [301, 302, 303, 307, 308] {
            assert_eq!(
                to(Method::GET, status, "https://b.example/"),
                Redirect::Follow {
                    to: there(),
                    as_get: false
                },
                "{status}"
            );
        }
        assert_eq!(
            to(Method::POST, 303, "https://b.example/"),
            Redirect::Follow {
                to: there(),
                as_get: true
            }
        );
        assert_eq!(
            to(Method::POST, 307, "/other"),
            Redirect::Follow {
                to: uri("https://a.example/other"),
                as_get: false
            }
        );
        for (method, status, location) in [
            (Method::POST, 301, "/other"),
            (Method::POST, 302, "/other"),
            (Method::POST, 307, "https://b.example/"),
            (Method::GET, 302, "http://a.example/x/y"),
            (Method::GET, 302, "ftp://a.example/x"),
            (Method::GET, 302, "file:///etc/passwd"),
            (Method::GET, 302, "https://"),
        ] {
            assert!(
                matches!(to(method.clone(), status, location), Redirect::Refuse(_)),
                "{method} {status} {location}"
            );
        }
        for status in [200, 300, 304, 305] {
            assert_eq!(
                to(Method::GET, status, "/other"),
                Redirect::None,
                "{status}"
            );
        }
        let bare = of_response(
            &Method::PUT,
            true,
            &uri("https://a.example/"),
            StatusCode::PERMANENT_REDIRECT,
            &HeaderMap::new(),
        );
        assert_eq!(bare, Redirect::None);
    }

    #[test]
    fn origins() {
        assert!(same_origin(
            &uri("https://a.example/x"),
            &uri("https://A.example:443/y")
        ));
        assert!(!same_origin(
            &uri("https://a.example/"),
            &uri("https://b.a.example/")
        ));
        assert!(!same_origin(
            &uri("https://a.example/"),
            &uri("https://a.example:8443/")
        ));
        assert!(!same_origin(
            &uri("https://a.example/"),
            &uri("http://a.example/")
        ));
    }

    #[test]
    fn every_credential_header_is_dropped() {
        let mut headers = HeaderMap::new();
        for name in [
            "authorization",
            "cookie",
            "x-goog-api-key",
            "proxy-authorization",
            "x-goog-user-project",
            "accept",
        ] {
            headers.insert(name, HeaderValue::from_static("v"));
        }
        headers.insert("x-own-secret", sensitive("v"));
        let identity = HeaderMap::from_iter([(
            HeaderName::from_static("x-goog-user-project"),
            sensitive("p"),
        )]);
        strip_credentials(&mut headers, Some(&identity));
        assert_eq!(
            headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(),
            ["accept"]
        );
    }
}
