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
    connector::{Connector, Failure, Opening, limited},
    stream::Stream,
};

/// How long a request waits for the one that opens a connection, before it takes the turn: that one makes no progress while its caller
/// does not poll it.
const PATIENCE: Duration = Duration::from_secs(1);

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

    fn end_turn(&self, server: &Uri, turn: &watch::Receiver<Found>) {
        let mut servers = crate::lock(&self.servers);
        let is_last = |last: &watch::Receiver<Found>| last.same_channel(turn);
        if let Some(authority) = server.authority()
            && servers.get(authority).is_some_and(is_last)
        {
            servers.remove(authority);
        }
    }

    async fn open(self, server: Uri) -> Result<TokioIo<Stream>, Failure> {
        loop {
            let mut first = match self.turn(&server) {
                Turn::Opens => break,
                Turn::OpensFirst(first) => {
                    let opened = self.connector.connect(server).await;
                    first.send_replace(match &opened {
                        Ok(stream) if stream.inner().connected().is_negotiated_h2() => Found::Http2,
                        Ok(_) => Found::Http1,
                        Err(_) => Found::Failure,
                    });
                    return opened;
                }
                Turn::Waits(first) => first,
            };
            let found = first.wait_for(|found| *found != Found::Nothing);
            let found = tokio::time::timeout(PATIENCE, found).await;
            match found.map(|found| found.map(|found| *found)) {
                Ok(Ok(Found::Http2)) => {
                    tokio::time::sleep(GRACE).await;
                    let message = "the connection that another request opened is gone";
                    return Err(io::Error::new(io::ErrorKind::ConnectionAborted, message).into());
                }
                Ok(Ok(_)) => break,
                // That request was given up, or is not polled.
                Ok(Err(_)) | Err(_) => self.end_turn(&server, &first),
            }
        }
        self.connector.connect(server).await
    }
}

impl Service<Uri> for Turns {
    type Response = TokioIo<Stream>;
    type Error = Failure;
    type Future = Opening;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, server: Uri) -> Opening {
        limited(self.clone().open(server))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::{client::proxies::Proxies, tls::Tls};

    fn turns() -> Turns {
        let tls = Tls::default().config().expect("a configuration");
        Turns::new(Connector::new(tls, Proxies::new(true)))
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_does_not_wait_long_for_one_that_nothing_polls() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        drop(listener);
        let server: Uri = format!("https://{address}/").parse().expect("a URI");
        let mut turns = turns();
        let Turn::OpensFirst(_first) = turns.turn(&server) else {
            panic!("no request came before");
        };
        let error = turns.call(server).await.err().expect("no server");
        assert!(error.to_string().contains("connect"), "{error}");
    }

    #[tokio::test]
    async fn one_request_takes_the_turn_of_one_that_is_given_up() {
        // Its backlog accepts connections, and nothing begins TLS.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.set_nonblocking(true).expect("set");
        let address = listener.local_addr().expect("an address");
        let server: Uri = format!("https://{address}/").parse().expect("a URI");
        let mut turns = turns();
        let mut crowd: Vec<_> = (0..20).map(|_| turns.call(server.clone())).collect();
        for _ in 0..3 {
            for request in &mut crowd {
                assert!(request.now_or_never().is_none());
            }
            assert!(listener.accept().is_ok());
            assert!(listener.accept().is_err(), "no second connection");
            drop(crowd.remove(0));
        }
    }
}
