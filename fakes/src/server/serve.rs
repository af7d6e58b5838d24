//! The accept loop, and one connection's requests.

use std::{convert::Infallible, future::pending, sync::Arc};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use super::{
    Reply, Request, State,
    fault::{Act, Fault},
    gzip,
    wire::{Ending, Trigger, Wire},
};

/// Accepts until dropped; the connections' tasks are its own and end with it.
pub(super) async fn accept(listener: TcpListener, state: Arc<State>) {
    let mut connections = JoinSet::new();
    loop {
        // An error here is one connection's (it was gone before it was accepted) or a lack of file descriptors that
        // closing connections cures: let others run, then continue.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::task::yield_now().await;
            continue;
        };
        state.log.connected();
        connections.spawn(connection(stream, Arc::clone(&state)));
        while connections.try_join_next().is_some() {}
    }
}

async fn connection(stream: TcpStream, state: Arc<State>) {
    let trigger = Trigger::default();
    let wire = TokioIo::new(Wire::new(stream, trigger.clone()));
    let service = service_fn(|request| {
        let state = Arc::clone(&state);
        let trigger = trigger.clone();
        async move { Ok::<_, Infallible>(respond(request, &state, &trigger).await) }
    });
    // Errors are the peer's, or ours on purpose.
    let _ = http1::Builder::new().serve_connection(wire, service).await;
}

async fn respond(
    request: http::Request<Incoming>,
    state: &State,
    trigger: &Trigger,
) -> http::Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let body = match body.collect().await {
        Ok(body) => body.to_bytes(),
        // The client closed the connection.
        Err(_) => return http::Response::new(Full::default()),
    };
    let request = Request {
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers: head.headers,
        body,
    };
    let index = state.log.add(request.clone());
    match state.faults.take(&request) {
        None => send(&request, state, index, state.service.respond(&request)),
        Some(fault) => broken(&request, state, index, &fault, trigger).await,
    }
}

/// A whole response.
fn send(
    request: &Request,
    state: &State,
    index: usize,
    reply: Reply,
) -> http::Response<Full<Bytes>> {
    let reply = gzip::encode(request, reply);
    state.log.responded(index, reply.status.as_u16());
    let mut response = http::Response::new(Full::new(reply.body));
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    response
}

/// What is left of the response under `fault`.
async fn broken(
    request: &Request,
    state: &State,
    index: usize,
    fault: &Fault,
    trigger: &Trigger,
) -> http::Response<Full<Bytes>> {
    fault.wait().await;
    let response = || gzip::encode(request, state.service.respond(request));
    let (bytes, reset) = match fault.act() {
        Act::Nothing => return send(request, state, index, state.service.respond(request)),
        Act::Reply(reply) => return send(request, state, index, reply.clone()),
        Act::Hang => return pending().await,
        Act::Close => (Vec::new(), false),
        Act::Reset => (Vec::new(), true),
        Act::Lose => {
            response();
            (Vec::new(), true)
        }
        Act::HalfBody => {
            let reply = response();
            let mut bytes = reply.head(reply.body.len());
            bytes.extend_from_slice(&reply.body[..reply.body.len() / 2]);
            (bytes, false)
        }
        Act::ContentLength(difference) => {
            let reply = response();
            let mut bytes = reply.head(reply.body.len().saturating_add_signed(*difference));
            bytes.extend_from_slice(&reply.body);
            (bytes, false)
        }
        Act::Raw(bytes) => (bytes.clone(), false),
    };
    trigger.pull(Ending { bytes, reset });
    http::Response::new(Full::default())
}
