//! The HTTP server: an accept loop over hyper, a log, and faults.

mod fault;
mod gzip;
mod log;
mod reply;
mod request;
mod routes;
mod serve;
mod wire;

use std::{fmt, io, net::SocketAddr, sync::Arc};

use futures_util::future::BoxFuture;
use tokio::{net::TcpListener, task::JoinHandle};

pub use fault::{Fault, Gate};
pub use log::Entry;
pub use reply::Reply;
pub use request::Request;
pub use routes::Routes;

use self::{fault::Faults, log::Log};
pub(crate) use self::{
    gzip::is_accepted,
    wire::{Ending, Trigger, Wire},
};

/// A service behind a server. Closures are services too.
pub trait Service: Send + Sync + 'static {
    /// Responds to one request.
    fn respond(&self, request: &Request) -> Reply;
}

impl<F: Fn(&Request) -> Reply + Send + Sync + 'static> Service for F {
    fn respond(&self, request: &Request) -> Reply {
        self(request)
    }
}

/// An HTTP/1.1 server on 127.0.0.1 and a port of its own. It stops, with all its connections, when dropped.
pub struct Server {
    address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

/// What connections share.
struct State {
    service: Box<dyn Service>,
    faults: Faults,
    log: Log,
}

impl Server {
    /// Starts to serve `service` on a free port. Must be called within a tokio runtime.
    ///
    /// # Errors
    /// When no port can be bound.
    pub async fn start(service: impl Service) -> io::Result<Self> {
        Self::serve(Box::new(service)).await
    }

    // Boxed, as are the futures that start other servers: an `async fn` is compiled in every crate that calls it, with all of hyper's server.
    fn serve(service: Box<dyn Service>) -> BoxFuture<'static, io::Result<Self>> {
        Box::pin(async {
            let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0)).await?;
            let address = listener.local_addr()?;
            let state = Arc::new(State {
                service,
                faults: Faults::default(),
                log: Log::default(),
            });
            let accepting = tokio::spawn(serve::accept(listener, Arc::clone(&state)));
            Ok(Self {
                address,
                state,
                accepting,
            })
        })
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The server's root URL, such as `http://127.0.0.1:40123`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Breaks responses from now on. Of several faults that fit a request, the one injected first acts.
    pub fn inject(&self, fault: Fault) {
        self.state.faults.add(fault);
    }

    /// Forgets all faults.
    pub fn heal(&self) {
        self.state.faults.clear();
    }

    /// Every request so far, in the order of arrival.
    pub fn log(&self) -> Vec<Entry> {
        self.state.log.entries()
    }

    /// Forgets the requests so far.
    pub fn clear_log(&self) {
        self.state.log.clear();
    }

    /// How many requests so far had a path that starts with `prefix`.
    pub fn count(&self, prefix: &str) -> usize {
        self.state.log.count(prefix)
    }

    /// How many connections were accepted so far.
    pub fn connections(&self) -> usize {
        self.state.log.connections()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The accept loop owns the tasks of its connections, so they end with it.
        self.accepting.abort();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}
