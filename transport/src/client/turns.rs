//! One connection at a time to a server that may speak HTTP/2.

use std::{
    collections::HashMap,
    io,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use http::{Uri, uri::Authority};
use hyper_util::{client::legacy::connect::Connection, rt::TokioIo};
use tokio::sync::watch;
use tower_service::Service;

use super::{
    connector::{CONNECT_TIMEOUT, Connector, Failure, Opening, timed_out},
    stream::Stream,
};

/// How long a request waits for the one that opens a connection. It makes no progress while its caller does not poll it.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long the pool may take to pass on a connection of HTTP/2. It does so at once, unless the connection breaks.
const GRACE: Duration = Duration::from_secs(2);

/// How many servers are remembered.
const SERVERS: usize = 1024;

/// Opens connections. To a server with TLS, the first request of a crowd opens one, and the others wait: if it speaks HTTP/2, the pool
/// gives it to all of them. hyper's pool opens one for each of them, because it learns the protocol from the first.
#[derive(Clone)]
pub(crate) struct Turns {
    connector: Connector,
    servers: Arc<Mutex<HashMap<Authority, watch::Receiver<Found>>>>,
}

/// What the last connection that was opened alone found out.
#[derive(Clone, Copy, PartialEq)]
enum Found {
    /// It is being opened, or its request was given up if the channel is closed.
    Nothing,
    Http1,
    Http2,
    Failure,
}

/// What a request for a connection does.
enum Turn {
    Opens,
    OpensFirst(watch::Sender<Found>),
    Waits(watch::Receiver<Found>),
}

impl Turns {
    pub(crate) fn new(connector: Connector) -> Self {
        Self {
            connector,
            servers: Arc::default(),
        }
    }

    fn turn(&self, server: &Uri) -> Turn {
        let (Some(authority), Some("https")) = (server.authority(), server.scheme_str()) else {
            return Turn::Opens;
        };
        let mut servers = crate::lock(&self.servers);
        if let Some(last) = servers.get(authority) {
            let found = *last.borrow();
            let is_open = last.has_changed().is_ok();
            match found {
                Found::Http1 => return Turn::Opens,
                Found::Nothing if is_open => return Turn::Waits(last.clone()),
                _ => {}
            }
        }
        let (sender, receiver) = watch::channel(Found::Nothing);
        if servers.len() >= SERVERS {
            servers.clear();
        }
        servers.insert(authority.clone(), receiver);
        Turn::OpensFirst(sender)
    }
}

/// Returns the connection of a request that waits for the first one.
async fn wait(
    mut first: watch::Receiver<Found>,
    mut connector: Connector,
    server: Uri,
) -> Result<TokioIo<Stream>, Failure> {
    let found = tokio::time::timeout(PATIENCE, first.wait_for(|found| *found != Found::Nothing));
    let is_http2 = matches!(found.await, Ok(Ok(found)) if *found == Found::Http2);
    if is_http2 {
        tokio::time::sleep(GRACE).await;
        let message = "the connection that another request opened is gone";
        return Err(io::Error::new(io::ErrorKind::ConnectionAborted, message).into());
    }
    connector.call(server).await
}

impl Service<Uri> for Turns {
    type Response = TokioIo<Stream>;
    type Error = Failure;
    type Future = Opening;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, server: Uri) -> Opening {
        match self.turn(&server) {
            Turn::Opens => self.connector.call(server),
            Turn::OpensFirst(first) => {
                let opening = self.connector.call(server);
                Box::pin(async move {
                    let opened = opening.await;
                    first.send_replace(match &opened {
                        Ok(stream) if stream.inner().connected().is_negotiated_h2() => Found::Http2,
                        Ok(_) => Found::Http1,
                        Err(_) => Found::Failure,
                    });
                    opened
                })
            }
            Turn::Waits(first) => {
                let waiting = wait(first, self.connector.clone(), server);
                Box::pin(async {
                    let opened = tokio::time::timeout(CONNECT_TIMEOUT, waiting).await;
                    opened.unwrap_or_else(|_| Err(timed_out()))
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{client::proxies::Proxies, tls::Tls};

    #[tokio::test(start_paused = true)]
    async fn a_request_does_not_wait_for_one_that_nothing_polls() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        drop(listener);
        let tls = Tls::default().config().expect("a configuration");
        let connector = Connector::new(tls, Proxies::new(true));
        let (_opens, first) = watch::channel(Found::Nothing);
        let server = format!("http://{address}/").parse().expect("a URI");
        let opened = tokio::time::timeout(CONNECT_TIMEOUT, wait(first, connector, server)).await;
        let error = opened.expect("a connection of its own").err();
        let text = error.expect("no server").to_string();
        assert!(text.contains("connect"), "{text}");
    }
}
