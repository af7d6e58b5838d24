//! A client for each runtime.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use hyper_util::client::legacy::{self, Builder};
use tokio::runtime::Id;

#[cfg(feature = "http2")]
use super::turns::Turns;
use super::{connector::Connector, proxies::Proxies};
use crate::{Body, TransportError, runtime};

/// How many clients are held. More runtimes than that rarely live at once; a client that is built again has no connections yet.
const CLIENTS: usize = 128;

#[cfg(not(feature = "http2"))]
type Client = Arc<legacy::Client<Connector, Body>>;
#[cfg(feature = "http2")]
type Client = Arc<legacy::Client<Turns, Body>>;

/// The clients of one transport: one for each runtime, with its own connections.
///
/// A connection is driven by tasks of the runtime that opened it. Requests of another runtime would fail when that one ends, and
/// wait while nothing drives it.
pub(crate) struct Clients {
    builder: Builder,
    connector: Connector,
    held: Mutex<HeldClients>,
}

#[derive(Default)]
struct HeldClients {
    entries: HashMap<Id, Entry>,
    uses: u64,
}

struct Entry {
    client: Client,
    used: u64,
}

impl Clients {
    pub(crate) fn new(builder: Builder, connector: Connector) -> Self {
        Self {
            builder,
            connector,
            held: Mutex::default(),
        }
    }

    /// Returns the client of the current runtime.
    ///
    /// # Errors
    /// [`TransportErrorKind::NoClient`](crate::TransportErrorKind::NoClient) if there is no runtime, or it cannot open connections.
    pub(crate) fn get(&self) -> Result<Client, TransportError> {
        let key = runtime::current("the HTTP client")?.id();
        if let Some(client) = self.held().find(key) {
            return Ok(client);
        }
        runtime::check_drivers()?;
        let connector = self.connector.clone();
        #[cfg(feature = "http2")]
        let connector = Turns::new(connector);
        let client = Arc::new(self.builder.build(connector));
        Ok(self.held().insert(key, client))
    }

    pub(super) fn proxies(&self) -> &Proxies {
        self.connector.proxies()
    }

    fn held(&self) -> MutexGuard<'_, HeldClients> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HeldClients {
    fn find(&mut self, key: Id) -> Option<Client> {
        let entry = self.entries.get_mut(&key)?;
        self.uses += 1;
        entry.used = self.uses;
        Some(entry.client.clone())
    }

    /// Adds a client in place of the least recently used one, and returns the one that is used for `key`.
    fn insert(&mut self, key: Id, client: Client) -> Client {
        // Another thread of the runtime may have built one in the meantime.
        if let Some(client) = self.find(key) {
            return client;
        }
        if self.entries.len() >= CLIENTS {
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.used);
            if let Some(key) = oldest.map(|(key, _)| *key) {
                self.entries.remove(&key);
            }
        }
        self.uses += 1;
        let used = self.uses;
        self.entries.insert(
            key,
            Entry {
                client: client.clone(),
                used,
            },
        );
        client
    }
}
