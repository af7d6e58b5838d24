//! HTTP with bodies that stream, and connections that end badly.

use std::{convert::Infallible, future::Future, io, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, combinators::UnsyncBoxBody};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

use crate::server::{Ending, Trigger, Wire};

/// The body of an answer.
pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// A request whose body is still to come.
pub(super) struct Arriving {
    pub(super) method: Method,
    pub(super) path: String,
    /// What stood behind `?`, still percent-encoded.
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

    /// Ends the connection with a reset instead of the answer.
    pub(super) fn reset(&self) -> Response<Body> {
        self.end(Vec::new(), true)
    }

    /// Ends the connection with these bytes instead of the answer.
    pub(super) fn end(&self, bytes: Vec<u8>, reset: bool) -> Response<Body> {
        self.trigger.pull(Ending { bytes, reset });
        empty(200)
    }

    /// What ends the connection.
    pub(super) fn trigger(&self) -> Trigger {
        self.trigger.clone()
    }
}

/// An answer without a body.
pub(super) fn empty(status: u16) -> Response<Body> {
    with(status, Bytes::new())
}

/// An answer of plain text.
pub(super) fn text(status: u16, text: &str) -> Response<Body> {
    with(status, text.to_owned().into())
}

/// An answer with these bytes.
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
    answer: fn(Arc<S>, Arriving) -> F,
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
            connections.spawn(connection(stream, Arc::clone(&state), answer));
            while connections.try_join_next().is_some() {}
        }
    });
    Ok((address, task))
}

async fn connection<S, F>(stream: TcpStream, state: Arc<S>, answer: fn(Arc<S>, Arriving) -> F)
where
    S: Send + Sync + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let trigger = Trigger::default();
    let wire = TokioIo::new(Wire::new(stream, trigger.clone()));
    let service = service_fn(|request| {
        let arriving = Arriving::new(request, trigger.clone());
        let answer = answer(Arc::clone(&state), arriving);
        async move { Ok::<_, Infallible>(answer.await) }
    });
    // Errors are the peer's, or ours on purpose.
    let _ = http1::Builder::new().serve_connection(wire, service).await;
}
