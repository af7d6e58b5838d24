//! Looks names up on threads of its own, for which no runtime waits.

use std::{
    collections::HashMap,
    io,
    net::{Ipv4Addr, SocketAddr, ToSocketAddrs, UdpSocket},
    sync::{Arc, Mutex},
    task::{Context, Poll},
    thread, vec,
};

use futures_util::{FutureExt, future::Shared};
use hyper_util::client::legacy::connect::dns::Name;
use tokio::sync::oneshot;
use tower_service::Service;

use crate::BoxFuture;

/// The addresses of a name.
type Addresses = Result<Vec<SocketAddr>, Arc<io::Error>>;
type Lookup = Shared<BoxFuture<'static, Addresses>>;
type Work = Box<dyn FnOnce() + Send>;

/// The system's resolver. It blocks until its servers respond, and a runtime waits for its own threads when it ends. So each
/// lookup has a thread of its own, and concurrent lookups of one name share it.
#[derive(Clone)]
pub(crate) struct Resolver {
    look_up: fn(&str) -> io::Result<Vec<SocketAddr>>,
    start: fn(Work) -> io::Result<()>,
    running: Arc<Mutex<HashMap<String, Lookup>>>,
}

impl Default for Resolver {
    fn default() -> Self {
        Self::new(|name| match (name, 0).to_socket_addrs() {
            Ok(addresses) => Ok(addresses.collect()),
            // A resolver that can open no socket reports that there is no such name.
            Err(error) => Err(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))
                .err()
                .unwrap_or(error)),
        })
    }
}

impl Resolver {
    fn new(look_up: fn(&str) -> io::Result<Vec<SocketAddr>>) -> Self {
        Self {
            look_up,
            start: |work| {
                let thread = thread::Builder::new().name(String::from("gapi-resolver"));
                thread.spawn(work).map(drop)
            },
            running: Arc::default(),
        }
    }

    fn lookup(&self, name: &str) -> Lookup {
        let mut running = crate::lock(&self.running);
        if let Some(lookup) = running.get(name) {
            return lookup.clone();
        }
        let (sender, receiver) = oneshot::channel();
        let (name, look_up, all) = (name.to_owned(), self.look_up, self.running.clone());
        let key = name.clone();
        let started = (self.start)(Box::new(move || {
            let addresses = look_up(&name).map_err(Arc::new);
            // Not cached: the next connection looks the name up again.
            crate::lock(&all).remove(&name);
            // The receiver may be dropped already.
            let _ = sender.send(addresses);
        }));
        let is_running = started.is_ok();
        let lookup = async move {
            match started {
                Ok(()) => receiver
                    .await
                    .unwrap_or_else(|_| Err(Arc::new(io::Error::other("the lookup was lost")))),
                Err(error) => Err(Arc::new(error)),
            }
        };
        let lookup = lookup.boxed().shared();
        if is_running {
            running.insert(key, lookup.clone());
        }
        lookup
    }
}

impl Service<Name> for Resolver {
    type Response = vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let lookup = self.lookup(name.as_str());
        Box::pin(async move {
            // A shared error hides the number of the system's error.
            let addresses = lookup.await.map_err(|error| match error.raw_os_error() {
                Some(number) => io::Error::from_raw_os_error(number),
                None => io::Error::other(error),
            })?;
            Ok(addresses.into_iter())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        time::Duration,
    };

    use super::*;

    static STARTED: AtomicUsize = AtomicUsize::new(0);

    fn runtime() -> tokio::runtime::Runtime {
        tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime")
    }

    #[test]
    fn a_resolver_that_never_answers_does_not_hold_the_end_of_a_runtime() {
        let mut resolver = Resolver::new(|_| {
            STARTED.fetch_add(1, Ordering::SeqCst);
            loop {
                thread::park();
            }
        });
        let runtime = runtime();
        runtime.block_on(async {
            let mut ask = || resolver.call("dead.example".parse().expect("a name"));
            let both = futures_util::future::join(ask(), ask());
            let waited = tokio::time::timeout(Duration::from_millis(10), both).await;
            assert!(waited.is_err());
        });
        // With the lookup on a thread of the runtime, this would never return.
        drop(runtime);
        while STARTED.load(Ordering::SeqCst) == 0 {
            thread::yield_now();
        }
        assert_eq!(STARTED.load(Ordering::SeqCst), 1, "one lookup for both");
    }

    #[test]
    fn a_lookup_that_could_not_start_is_started_for_the_next_connection() {
        let mut resolver = Resolver::new(|_| Ok(vec![([127, 0, 0, 1], 0).into()]));
        let start = resolver.start;
        let mut ask = |start| {
            resolver.start = start;
            runtime().block_on(resolver.call("a.example".parse().expect("a name")))
        };
        let error = ask(|_| Err(io::ErrorKind::WouldBlock.into())).expect_err("no thread");
        assert_eq!(
            error.to_string(),
            io::Error::from(io::ErrorKind::WouldBlock).to_string()
        );
        assert_eq!(ask(start).expect("addresses").count(), 1);
    }

    #[test]
    fn names_are_looked_up_anew_for_each_connection_and_failures_are_told() {
        let mut resolver = Resolver::new(|name| match name {
            "good.example" => Ok(vec![([127, 0, 0, 1], 0).into()]),
            _ => Err(io::Error::new(io::ErrorKind::NotFound, "no such name")),
        });
        runtime().block_on(async {
            for _ in 0..3 {
                let found = resolver.call("good.example".parse().expect("a name"));
                assert_eq!(found.await.expect("addresses").count(), 1);
                assert!(resolver.running.lock().expect("no panic").is_empty());
            }
            let bad = resolver.call("bad.example".parse().expect("a name"));
            let error = bad.await.expect_err("no addresses");
            assert_eq!(error.to_string(), "no such name");
            let localhost = Resolver::default().call("localhost".parse().expect("a name"));
            assert!(localhost.await.expect("addresses").count() > 0);
        });
    }
}
