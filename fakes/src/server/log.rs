//! What happened at the server.

use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

use super::Request;
use crate::lock::lock;

/// One request, and what came of it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The request, secrets included; `Debug` hides them.
    pub request: Request,
    /// The status of the response; `None` while it is under way, and where the client got none.
    pub status: Option<u16>,
}

/// The log of one server.
#[derive(Debug, Default)]
pub(super) struct Log {
    entries: Mutex<Vec<Entry>>,
    connections: AtomicUsize,
}

impl Log {
    pub(super) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    /// Notes a request and returns its place.
    pub(super) fn add(&self, request: Request) -> usize {
        let mut entries = lock(&self.entries);
        entries.push(Entry {
            request,
            status: None,
        });
        entries.len() - 1
    }

    pub(super) fn responded(&self, index: usize, status: u16) {
        // A log that was cleared meanwhile has lost the place.
        if let Some(entry) = lock(&self.entries).get_mut(index) {
            entry.status = Some(status);
        }
    }

    pub(super) fn entries(&self) -> Vec<Entry> {
        lock(&self.entries).clone()
    }

    pub(super) fn clear(&self) {
        lock(&self.entries).clear();
    }

    pub(super) fn count(&self, prefix: &str) -> usize {
        lock(&self.entries)
            .iter()
            .filter(|entry| entry.request.path.starts_with(prefix))
            .count()
    }
}
