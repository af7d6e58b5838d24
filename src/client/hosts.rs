//! The hosts that a client has sent requests to.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use gapi_transport::Clock;
use http::{Uri, uri::Authority};

/// The hosts that a client has sent requests to.
#[derive(Debug, Default)]
pub(crate) struct Hosts(Mutex<Vec<Arc<Host>>>);

/// Beyond this number, hosts without a request in progress are removed.
const REMEMBERED: usize = 32;

impl Hosts {
    /// Returns the host of `uri`.
    pub(crate) fn of(&self, uri: &Uri, clock: &Arc<dyn Clock>) -> Arc<Host> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let authority = uri.authority();
        if let Some(host) = known.iter().find(|host| host.name.as_ref() == authority) {
            return Arc::clone(host);
        }
        if known.len() >= REMEMBERED {
            known.retain(|host| Arc::strong_count(host) > 1);
        }
        let host = Arc::new(Host {
            name: authority.cloned(),
            since: clock.monotonic(),
            clock: Arc::clone(clock),
            last: AtomicU64::new(0),
        });
        known.push(Arc::clone(&host));
        host
    }
}

/// A host and the time of its last activity: a connection took a request, or bytes were sent or received.
#[derive(Debug)]
pub(crate) struct Host {
    name: Option<Authority>,
    clock: Arc<dyn Clock>,
    since: Duration,
    /// The time of the last activity, in nanoseconds since `since`.
    last: AtomicU64,
}

impl Host {
    /// Returns host and port for errors.
    pub(crate) fn name(&self) -> String {
        let Some(name) = &self.name else {
            return "the server".to_owned();
        };
        match name.port() {
            Some(port) => format!("{}:{port}", name.host()),
            None => name.host().to_owned(),
        }
    }

    /// Returns the nanoseconds since `since`.
    pub(crate) fn now(&self) -> u64 {
        let passed = self.clock.monotonic().saturating_sub(self.since);
        u64::try_from(passed.as_nanos()).unwrap_or(u64::MAX)
    }

    /// Returns the time of the last activity.
    pub(crate) fn last_activity(&self) -> u64 {
        self.last.load(Ordering::Relaxed)
    }

    /// Records activity, and returns its time.
    pub(crate) fn record_activity(&self) -> u64 {
        let now = self.now();
        self.last.store(now, Ordering::Relaxed);
        now
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use gapi_transport::ManualClock;

    use super::*;

    #[test]
    fn hosts_differ_by_name_and_port() {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(SystemTime::UNIX_EPOCH));
        let hosts = Hosts::default();
        let of = |uri: &str| hosts.of(&uri.parse().expect("a URL"), &clock);
        let first = of("https://a.example/x");
        assert!(Arc::ptr_eq(&first, &of("https://A.example/y")));
        assert!(!Arc::ptr_eq(&first, &of("https://a.example:444/x")));
        assert_eq!(of("https://user@b.example:9/").name(), "b.example:9");
        for n in 0..2 * REMEMBERED {
            of(&format!("https://{n}.example/"));
        }
        assert!(hosts.0.lock().expect("lock").len() <= REMEMBERED + 1);
        assert!(Arc::ptr_eq(&first, &of("https://a.example/x")));
    }
}
