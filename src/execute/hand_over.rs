//! The way of a request to its connection, and whether its host gets on meanwhile.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
    time::Duration,
};

use gapi_transport::{Clock, SendEvents};
use http::{Uri, uri::Authority};

use super::timer::STANDSTILL;

/// The hosts that a client has asked.
#[derive(Debug, Default)]
pub(crate) struct Hosts(Mutex<Vec<Arc<Host>>>);

/// When more hosts than this are known, those are forgotten that nobody asks anything.
const REMEMBERED: usize = 32;

impl Hosts {
    /// The host of `uri`.
    pub(super) fn of(&self, uri: &Uri, clock: &Arc<dyn Clock>) -> Arc<Host> {
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

/// A host, and when something of it got on last: a connection took a request, or bytes went or came.
#[derive(Debug)]
pub(crate) struct Host {
    name: Option<Authority>,
    clock: Arc<dyn Clock>,
    since: Duration,
    /// Nanoseconds since `since`, as all times here.
    last: AtomicU64,
}

impl Host {
    /// Host and port, as errors show them.
    pub(super) fn name(&self) -> String {
        let Some(name) = &self.name else {
            return "the server".to_owned();
        };
        match name.port() {
            Some(port) => format!("{}:{port}", name.host()),
            None => name.host().to_owned(),
        }
    }

    fn now(&self) -> u64 {
        let passed = self.clock.monotonic().saturating_sub(self.since);
        u64::try_from(passed.as_nanos()).unwrap_or(u64::MAX)
    }

    /// Notes that something got on, and gives the time.
    pub(crate) fn gets_on(&self) -> u64 {
        let now = self.now();
        self.last.store(now, Ordering::Relaxed);
        now
    }
}

/// How long an attempt may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    /// So long, from when its request is handed to a connection.
    Whole(Duration),
    /// As long as it gets on: no longer than this from one piece of the body to the next, and from the last one to the response.
    Between(Duration),
}

/// Where an attempt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It may go on; to be looked at again after this time.
    Fine(Duration),
    /// It has taken longer than its limit.
    Late,
    /// No connection sends the request, and nothing of the host has got on for long. It is given up. Whether nothing of it was sent.
    Stuck { unsent: bool },
}

/// The way of one request.
#[derive(Debug)]
pub(crate) struct Trip {
    host: Arc<Host>,
    begun: u64,
    /// What requests took that led here, by redirects.
    before: Duration,
    place: AtomicU8,
    /// When it went out, and one more; 0 before.
    sent: AtomicU64,
    /// When a piece of it went out last.
    moved: AtomicU64,
    /// Why there is no connection yet.
    obstacle: Mutex<Option<String>>,
}

// The places of a request.
const WAITING: u8 = 0;
const TAKEN: u8 = 1;
const GOING: u8 = 2;
/// The connection waits for the body.
const HUNGRY: u8 = 3;
const GONE: u8 = 4;
/// It was given up before a connection took it.
const WITHDRAWN: u8 = 5;
/// It was given up when a connection had it already.
const STOPPED: u8 = 6;

/// While a request waits, an attempt is looked at no more often than this.
const SHORTEST: Duration = Duration::from_millis(10);

impl Trip {
    /// A request to `host`, after others that took `before`. Where the transport does not tell, it is on its way at once.
    pub(super) fn new(host: Arc<Host>, before: Duration, tells: bool) -> Self {
        let begun = host.now();
        let (place, sent) = if tells {
            (WAITING, 0)
        } else {
            (GONE, begun + 1)
        };
        Self {
            host,
            begun,
            before,
            place: AtomicU8::new(place),
            sent: AtomicU64::new(sent),
            moved: AtomicU64::new(begun),
            obstacle: Mutex::default(),
        }
    }

    pub(super) fn host(&self) -> &Arc<Host> {
        &self.host
    }

    /// Whether it is known that nothing of the request was sent.
    pub(super) fn is_unsent(&self) -> bool {
        matches!(self.place(), WAITING | WITHDRAWN)
    }

    /// What was spent on this request and on those before it, since they were sent.
    pub(super) fn spent(&self) -> Duration {
        let sent = self.sent.load(Ordering::Relaxed).checked_sub(1);
        let here = sent.map_or(0, |sent| self.host.now().saturating_sub(sent));
        self.before.saturating_add(Duration::from_nanos(here))
    }

    /// Notes why there is no connection yet.
    pub(super) fn meets(&self, obstacle: String) {
        let mut held = self.obstacle.lock().unwrap_or_else(PoisonError::into_inner);
        *held = Some(obstacle);
    }

    /// What it does, for an error.
    pub(super) fn doing(&self) -> String {
        let host = self.host.name();
        match self.place() {
            WAITING | TAKEN | WITHDRAWN | STOPPED => {
                let obstacle = self.obstacle.lock().unwrap_or_else(PoisonError::into_inner);
                match &*obstacle {
                    Some(why) => format!("waiting for a connection to {host} ({why})"),
                    None => format!("waiting for a connection to {host}"),
                }
            }
            GOING => format!("sending the request to {host}"),
            HUNGRY => format!("reading the media for {host}"),
            _ => format!("waiting for the response of {host}"),
        }
    }

    /// Where it stands.
    pub(super) fn standing(&self, limit: Limit) -> Standing {
        let now = self.host.now();
        let left = |from: u64, limit: Duration| {
            let passed = Duration::from_nanos(now.saturating_sub(from));
            limit.checked_sub(passed).filter(|left| !left.is_zero())
        };
        let Some(sent) = self.sent.load(Ordering::Relaxed).checked_sub(1) else {
            let last = self.begun.max(self.host.last.load(Ordering::Relaxed));
            let Some(left) = left(last, STANDSTILL) else {
                return self.withdraw();
            };
            let (Limit::Whole(limit) | Limit::Between(limit)) = limit;
            // It may go out at any time from now on.
            let earliest = limit.saturating_sub(self.before).max(SHORTEST);
            return Standing::Fine(left.min(earliest));
        };
        let left = match limit {
            Limit::Whole(limit) => left(sent, limit.saturating_sub(self.before)),
            // The reading of the media has a limit of its own.
            Limit::Between(limit) if self.place() == HUNGRY => Some(limit),
            Limit::Between(limit) => left(self.moved.load(Ordering::Relaxed), limit),
        };
        left.map_or(Standing::Late, Standing::Fine)
    }

    /// Gives up what has not gone out.
    fn withdraw(&self) -> Standing {
        let withdrawn =
            self.place
                .compare_exchange(WAITING, WITHDRAWN, Ordering::AcqRel, Ordering::Acquire);
        if withdrawn.is_err_and(|place| place != WITHDRAWN) {
            self.place.store(STOPPED, Ordering::Release);
        }
        Standing::Stuck {
            unsent: self.is_unsent(),
        }
    }

    fn place(&self) -> u8 {
        self.place.load(Ordering::Acquire)
    }

    /// Moves on, unless it was given up.
    fn go(&self, place: u8) {
        let next = |now| (!matches!(now, WITHDRAWN | STOPPED)).then_some(place);
        let _ = self
            .place
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, next);
    }
}

impl SendEvents for Trip {
    fn started(&self) -> bool {
        let taken =
            self.place
                .compare_exchange(WAITING, TAKEN, Ordering::AcqRel, Ordering::Acquire);
        !matches!(taken, Err(WITHDRAWN | STOPPED))
    }

    fn sent(&self) {
        let now = self.host.gets_on();
        self.moved.store(now, Ordering::Relaxed);
        let first = self.sent.load(Ordering::Relaxed) == 0;
        if first {
            self.sent.store(now + 1, Ordering::Relaxed);
        }
        self.go(GOING);
    }

    fn waiting(&self) {
        self.go(HUNGRY);
    }

    fn finished(&self) {
        if matches!(self.place(), WAITING | WITHDRAWN | STOPPED) {
            return;
        }
        if self.sent.load(Ordering::Relaxed) == 0 {
            self.sent();
        }
        self.go(GONE);
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use gapi_transport::ManualClock;

    use super::*;

    const MINUTE: Limit = Limit::Whole(Duration::from_secs(60));

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn host() -> (Arc<Host>, ManualClock) {
        let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        let uri = "https://a.example:8443/x".parse().expect("a URL");
        (Hosts::default().of(&uri, &shared), clock)
    }

    #[test]
    fn hosts_are_told_apart_by_name_and_port() {
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

    #[test]
    fn an_attempt_counts_from_the_hand_over() {
        let (host, clock) = host();
        let trip = Trip::new(host, Duration::ZERO, true);
        clock.advance(seconds(50));
        assert_eq!(trip.standing(MINUTE), Standing::Fine(seconds(10)));
        assert_eq!(trip.doing(), "waiting for a connection to a.example:8443");
        assert!(trip.started() && !trip.is_unsent());
        trip.sent();
        clock.advance(seconds(50));
        assert_eq!(trip.standing(MINUTE), Standing::Fine(seconds(10)));
        assert_eq!(trip.doing(), "sending the request to a.example:8443");
        trip.finished();
        assert_eq!(trip.doing(), "waiting for the response of a.example:8443");
        clock.advance(seconds(10));
        assert_eq!(trip.standing(MINUTE), Standing::Late);
        // The next one, after a redirect, has no time left from when it is sent.
        let next = Trip::new(Arc::clone(trip.host()), trip.spent(), true);
        assert_eq!(next.standing(MINUTE), Standing::Fine(SHORTEST));
        next.started();
        next.sent();
        assert_eq!(next.standing(MINUTE), Standing::Late);
    }

    #[test]
    fn what_waits_fails_only_when_nothing_of_its_host_gets_on() {
        let (host, clock) = host();
        let waits = Trip::new(Arc::clone(&host), Duration::ZERO, true);
        let other = Trip::new(Arc::clone(&host), Duration::ZERO, true);
        clock.advance(seconds(59));
        assert!(other.started());
        other.sent();
        clock.advance(seconds(59));
        assert_eq!(waits.standing(MINUTE), Standing::Fine(seconds(1)));
        host.gets_on();
        clock.advance(seconds(60));
        assert_eq!(waits.standing(MINUTE), Standing::Stuck { unsent: true });
        // Nobody sends it any more.
        assert!(!waits.started() && waits.is_unsent());
        // What a connection has taken, but not begun to send, may be sent yet.
        let taken = Trip::new(host, Duration::ZERO, true);
        assert!(taken.started());
        clock.advance(seconds(60));
        assert_eq!(taken.standing(MINUTE), Standing::Stuck { unsent: false });
        assert!(!taken.started());
    }

    #[test]
    fn a_body_of_unknown_length_may_take_its_time() {
        let (host, clock) = host();
        let limit = Limit::Between(seconds(60));
        let trip = Trip::new(host, Duration::ZERO, true);
        assert!(trip.started());
        for _ in 0..5 {
            trip.sent();
            clock.advance(seconds(59));
            assert_eq!(trip.standing(limit), Standing::Fine(seconds(1)));
        }
        trip.waiting();
        clock.advance(seconds(600));
        assert_eq!(trip.standing(limit), Standing::Fine(seconds(60)));
        trip.sent();
        trip.finished();
        clock.advance(seconds(60));
        assert_eq!(trip.standing(limit), Standing::Late);
    }

    #[test]
    fn where_the_transport_does_not_tell_the_attempt_counts_from_its_start() {
        let (host, clock) = host();
        let trip = Trip::new(host, Duration::ZERO, false);
        assert!(!trip.is_unsent());
        clock.advance(seconds(60));
        assert_eq!(trip.standing(MINUTE), Standing::Late);
        assert_eq!(trip.doing(), "waiting for the response of a.example:8443");
    }
}
