//! A server that costs as little as one can, on a thread of its own.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::Failure;

/// Responds to every request with JSON, by its path and query, until the program ends.
pub(crate) fn start(
    reply: impl Fn(&str) -> Bytes + Clone + Send + Sync + 'static,
) -> Result<SocketAddr, Failure> {
    listen(move |stream, _| connection(stream, reply.clone()))
}

/// Gives every connection to `serve`, with the address of the server, until the program ends.
pub(crate) fn listen<F: Future<Output = ()> + Send + 'static>(
    serve: impl Fn(TcpStream, SocketAddr) -> F + Send + 'static,
) -> Result<SocketAddr, Failure> {
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    thread::spawn(move || {
        runtime.block_on(async move {
            let Ok(listener) = TcpListener::from_std(listener) else {
                return;
            };
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, address));
            }
        });
    });
    Ok(address)
}

async fn connection(stream: TcpStream, reply: impl Fn(&str) -> Bytes + Send + Sync) {
    // The client waits for the acknowledgement of a small response otherwise.
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request: http::Request<Incoming>| {
        let target = request
            .uri()
            .path_and_query()
            .map_or("/", http::uri::PathAndQuery::as_str);
        let body = reply(target);
        let response = http::Response::builder()
            .header("content-type", "application/json; charset=UTF-8")
            .body(Full::new(body));
        async move { Ok::<_, Infallible>(response.unwrap_or_default()) }
    });
    // The client ends the connection when it has measured.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
