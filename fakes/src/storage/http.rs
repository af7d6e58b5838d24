//! HTTP with bodies that stream, and connections that end badly.

use std::{convert::Infallible, future::Future, io, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, combinators::UnsyncBoxBody};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

use crate::server::{Ending, Trigger, Wire};

/// The body of a response.
pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// A request whose body is still to come.
pub(super) struct Arriving {
    pub(super) method: Method,
    pub(super) path: String,
    /// The query, still percent-encoded.
    pub(super) query_text: Option<String>,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    body: Incoming,
    trigger: Trigger,
}

impl Arriving {
    fn new(request: Request<Incoming>, trigger: Trigger) -> Self {
        let (head, body) = request.into_parts();
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let query = head.uri.query().unwrap_or_default();
        let pairs = query.split('&').filter(|pair| !pair.is_empty());
        Self {
            method: head.method,
            path: head.uri.path().to_owned(),
            query_text: head.uri.query().map(str::to_owned),
            query: pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(name, value)| (decode(name), decode(value)))
                .collect(),
            headers: head.headers,
            body,
            trigger,
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The next bytes of the body; `None` at its end, or when the client has gone.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        loop {
            let frame = self.body.frame().await?.ok()?;
            if let Ok(bytes) = frame.into_data() {
                return Some(bytes);
            }
        }
    }

    /// The whole body, which is small.
    pub(super) async fn whole(&mut self) -> Vec<u8> {
        let mut all = Vec::new();
        while let Some(bytes) = self.next().await {
            all.extend_from_slice(&bytes);
        }
        all
    }

    /// Ends the connection with a reset instead of the response.
    pub(super) fn reset(&self) -> Response<Body> {
        self.end(Vec::new(), true)
    }

    /// Ends the connection with these bytes instead of the response.
    pub(super) fn end(&self, bytes: Vec<u8>, reset: bool) -> Response<Body> {
        self.trigger.pull(Ending { bytes, reset });
        empty(200)
    }

    /// What ends the connection.
    pub(super) fn trigger(&self) -> Trigger {
        self.trigger.clone()
    }
}

/// A response without a body.
pub(super) fn empty(status: u16) -> Response<Body> {
    with(status, Bytes::new())
}

/// A response of plain text.
pub(super) fn text(status: u16, text: &str) -> Response<Body> {
    with(status, text.to_owned().into())
}

/// A response with these bytes.
pub(super) fn with(status: u16, bytes: Bytes) -> Response<Body> {
    let body = http_body_util::Full::new(bytes).map_err(|never: Infallible| match never {});
    let mut response = Response::new(body.boxed_unsync());
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

/// Serves on a free port of loopback until the task ends.
pub(super) async fn serve<S, F>(
    state: Arc<S>,
    response: fn(Arc<S>, Arriving) -> F,
) -> io::Result<(SocketAddr, JoinHandle<()>)>
where
    S: Send + Sync + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let task = tokio::spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                tokio::task::yield_now().await;
                continue;
            };
            connections.spawn(connection(stream, Arc::clone(&state), response));
            while connections.try_join_next().is_some() {}
        }
    });
    Ok((address, task))
}

async fn connection<S, F>(stream: TcpStream, state: Arc<S>, response: fn(Arc<S>, Arriving) -> F)
where
    S: Send + Sync + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let trigger = Trigger::default();
    let wire = TokioIo::new(Wire::new(stream, trigger.clone()));
    let service = service_fn(|request| {
        let arriving = Arriving::new(request, trigger.clone());
        let response = response(Arc::clone(&state), arriving);
        async move { Ok::<_, Infallible>(response.await) }
    });
    // Errors are the peer's, or ours on purpose.
    let _ = http1::Builder::new().serve_connection(wire, service).await;
}

pub(super) fn json_response(status: u16, value: &Value) -> Response<Body> {
    let mut response = with(status, value.to_string().into());
    let json = http::HeaderValue::from_static("application/json; charset=UTF-8");
    response.headers_mut().insert("content-type", json);
    response
}

pub(super) fn refuse(status: u16, message: &str) -> Response<Body> {
    json_response(
        status,
        &json!({"error": {"code": status, "message": message, "errors": [{"message": message, "domain": "global", "reason": "invalid"}]}}),
    )
}

pub(super) fn not_found() -> Response<Body> {
    refuse(404, "Not Found")
}

/// A bare status, as front ends give it.
pub(super) fn bare(status: u16) -> Response<Body> {
    let mut response = text(status, &format!("HTTP {status}"));
    if matches!(status, 429 | 503) {
        response
            .headers_mut()
            .insert("retry-after", http::HeaderValue::from_static("0"));
    }
    response
}

/// The bytes that `response`, whose body is in memory, would be on the wire.
pub(super) fn head_of(response: &Response<Body>, length: u64) -> Vec<u8> {
    let mut head = format!(
        "HTTP/1.1 {}\r\ncontent-length: {length}\r\n",
        response.status()
    )
    .into_bytes();
    for (name, value) in response.headers() {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head
}
