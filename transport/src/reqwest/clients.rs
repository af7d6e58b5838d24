//! A reqwest client for each runtime.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use ::reqwest::Client;
use tokio::runtime::Id;

use crate::{TransportError, runtime};

/// How many clients are held. More runtimes than that rarely live at once; a client that is built again has no connections yet.
const CLIENTS: usize = 128;

/// Builds a client, which uses no proxy if the argument is true.
type Build = Box<dyn Fn(bool) -> Result<Client, TransportError> + Send + Sync>;

/// The clients of one transport: one for each runtime, with its own connections.
///
/// A connection is driven by tasks of the runtime that opened it. Requests of another runtime would fail when that one ends, and
/// wait while nothing drives it.
pub(super) struct Clients {
    build: Build,
    held: Mutex<HeldClients>,
}

#[derive(Default)]
struct HeldClients {
    /// Built before any runtime needed it.
    spare: Option<(bool, Client)>,
    entries: HashMap<RuntimeKey, Entry>,
    uses: u64,
}

/// A runtime, and whether its client uses no proxy.
type RuntimeKey = (Id, bool);

struct Entry {
    client: Client,
    used: u64,
}

impl Clients {
    /// Returns clients made by `build`, and builds the first one: what is wrong with its settings shows at once.
    pub(super) fn new(
        direct: bool,
        build: impl Fn(bool) -> Result<Client, TransportError> + Send + Sync + 'static,
    ) -> Result<Self, TransportError> {
        let held = HeldClients {
            spare: Some((direct, build(direct)?)),
            ..HeldClients::default()
        };
        Ok(Self {
            build: Box::new(build),
            held: Mutex::new(held),
        })
    }

    /// Returns the client of the current runtime.
    ///
    /// # Errors
    /// [`TransportErrorKind::NoClient`](crate::TransportErrorKind::NoClient) if there is no runtime, or it cannot open connections.
    pub(super) fn get(&self, direct: bool) -> Result<Client, TransportError> {
        let key = (runtime::current("the HTTP client")?.id(), direct);
        if let Some(client) = self.held().find(key) {
            return Ok(client);
        }
        runtime::check_drivers()?;
        let spare = self
            .held()
            .spare
            .take_if(|(is_direct, _)| *is_direct == direct);
        let client = match spare {
            Some((_, client)) => client,
            None => (self.build)(direct)?,
        };
        Ok(self.held().insert(key, client))
    }

    fn held(&self) -> MutexGuard<'_, HeldClients> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HeldClients {
    fn find(&mut self, key: RuntimeKey) -> Option<Client> {
        let entry = self.entries.get_mut(&key)?;
        self.uses += 1;
        entry.used = self.uses;
        Some(entry.client.clone())
    }

    /// Adds a client in place of the least recently used one, and returns the one that is used for `key`.
    fn insert(&mut self, key: RuntimeKey, client: Client) -> Client {
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
