//! A server of HTTP/1.1 and HTTP/2 that costs as little as one can.

use std::{convert::Infallible, net::Ipv4Addr};

use bytes::Bytes;
use http_body_util::Full;
use hyper::{
    body::Incoming,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::{TcpListener, TcpStream};

use crate::Failure;

/// A page of one instance, of 600 bytes.
const PAGE: &str = r#"{"kind":"sql#instancesList","items":[{"kind":"sql#instance","name":"orders","project":"example-123","region":"europe-west1","state":"RUNNABLE","databaseVersion":"POSTGRES_17","connectionName":"example-123:europe-west1:orders","createTime":"2026-03-14T15:09:26.535Z","etag":"3f8a0c1d","selfLink":"https://sqladmin.googleapis.com/v1/projects/example-123/instances/orders","ipAddresses":[{"type":"PRIMARY","ipAddress":"203.0.113.7"}],"settings":{"kind":"sql#settings","tier":"db-custom-2-7680","settingsVersion":"42","storageAutoResize":true,"dataDiskSizeGb":"250","userLabels":{"team":"checkout"}}}]}"#;

pub(crate) fn run(streams: u32) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!("{}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            tokio::spawn(serve(stream, streams));
        }
    })
}

async fn serve(stream: TcpStream, streams: u32) {
    let _ = stream.set_nodelay(true);
    let mut first = [0; 3];
    let is_http2 = matches!(stream.peek(&mut first).await, Ok(3) if &first == b"PRI");
    let stream = TokioIo::new(stream);
    // The clients end the connections.
    if is_http2 {
        let _ = http2::Builder::new(TokioExecutor::new())
            .max_concurrent_streams(streams)
            .serve_connection(stream, service_fn(respond))
            .await;
    } else {
        let _ = http1::Builder::new()
            .serve_connection(stream, service_fn(respond))
            .await;
    }
}

async fn respond(_: http::Request<Incoming>) -> Result<http::Response<Full<Bytes>>, Infallible> {
    let mut response = http::Response::new(Full::new(Bytes::from_static(PAGE.as_bytes())));
    let json = http::HeaderValue::from_static("application/json; charset=UTF-8");
    response.headers_mut().insert("content-type", json);
    Ok(response)
}
