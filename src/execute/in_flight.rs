//! The state of one request that is being sent.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
    time::Duration,
};

use gapi_transport::{SendEvents, lock};

use crate::client::Host;

/// The longest time without any activity of the host before a request is sent, for all settings.
pub(crate) const STANDSTILL: Duration = Duration::from_secs(60);

/// The time limit of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    /// For the whole attempt, from when a connection takes its request.
    Whole(Duration),
    /// For the time between two pieces of the body, and from the last piece to the response.
    Between(Duration),
}

/// Whether an attempt is within its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LimitCheck {
    /// It is. The next check is due after this time.
    Within(Duration),
    /// It has taken longer than its limit.
    Exceeded,
    /// No connection sends the request, and its host had no activity for [`STANDSTILL`]. The request is given up.
    Stuck { unsent: bool },
}

/// One request that is being sent. The transport reports its events.
#[derive(Debug)]
pub(crate) struct InFlight {
    host: Arc<Host>,
    begun: u64,
    /// The time of the requests before it, which were redirected.
    before: Duration,
    phase: AtomicU8,
    /// The time when it was sent plus one; 0 before that.
    sent: AtomicU64,
    /// The time when the last piece was sent.
    last_piece: AtomicU64,
    /// Why there is no connection yet.
    obstacle: Mutex<Option<String>>,
}

// The phases of a request.
const WAITING: u8 = 0;
const TAKEN: u8 = 1;
const SENDING: u8 = 2;
/// The connection waits for the body.
const READING_BODY: u8 = 3;
const SENT: u8 = 4;
/// Given up before a connection took it.
const WITHDRAWN: u8 = 5;
/// Given up after a connection took it.
const STOPPED: u8 = 6;

/// The shortest time between two checks of a request that waits for a connection.
const SHORTEST: Duration = Duration::from_millis(10);

impl InFlight {
    /// Creates the state of a request to `host`, after others that took `before`. If the transport does not report events, the
    /// request counts as sent.
    pub(super) fn new(host: Arc<Host>, before: Duration, reports_events: bool) -> Self {
        let begun = host.now();
        let (phase, sent) = if reports_events {
            (WAITING, 0)
        } else {
            (SENT, begun + 1)
        };
        Self {
            host,
            begun,
            before,
            phase: AtomicU8::new(phase),
            sent: AtomicU64::new(sent),
            last_piece: AtomicU64::new(begun),
            obstacle: Mutex::default(),
        }
    }

    pub(super) fn host(&self) -> &Arc<Host> {
        &self.host
    }

    /// Returns whether certainly nothing of the request was sent.
    pub(super) fn is_unsent(&self) -> bool {
        matches!(self.phase(), WAITING | WITHDRAWN)
    }

    /// Returns the time since this request was sent, plus that of the requests before it.
    pub(super) fn elapsed(&self) -> Duration {
        let sent = self.sent.load(Ordering::Relaxed).checked_sub(1);
        let here = sent.map_or(0, |sent| self.host.now().saturating_sub(sent));
        self.before.saturating_add(Duration::from_nanos(here))
    }

    /// Records why there is no connection yet.
    pub(super) fn set_obstacle(&self, obstacle: String) {
        *lock(&self.obstacle) = Some(obstacle);
    }

    /// Describes the phase for an error.
    pub(super) fn description(&self) -> String {
        let host = self.host.name();
        match self.phase() {
            WAITING | TAKEN | WITHDRAWN | STOPPED => match &*lock(&self.obstacle) {
                Some(why) => format!("waiting for a connection to {host} ({why})"),
                None => format!("waiting for a connection to {host}"),
            },
            SENDING => format!("sending the request to {host}"),
            READING_BODY => format!("reading the media for {host}"),
            _ => format!("waiting for the response of {host}"),
        }
    }

    /// Checks the limit of the attempt.
    pub(super) fn check(&self, limit: Limit) -> LimitCheck {
        let now = self.host.now();
        let left = |from: u64, limit: Duration| {
            let passed = Duration::from_nanos(now.saturating_sub(from));
            limit.checked_sub(passed).filter(|left| !left.is_zero())
        };
        let Some(sent) = self.sent.load(Ordering::Relaxed).checked_sub(1) else {
            let last = self.begun.max(self.host.last_activity());
            let Some(left) = left(last, STANDSTILL) else {
                return self.withdraw();
            };
            let (Limit::Whole(limit) | Limit::Between(limit)) = limit;
            // It may be sent at any time from now on.
            let earliest = limit.saturating_sub(self.before).max(SHORTEST);
            return LimitCheck::Within(left.min(earliest));
        };
        let left = match limit {
            Limit::Whole(limit) => left(sent, limit.saturating_sub(self.before)),
            // Reading the media has a limit of its own.
            Limit::Between(limit) if self.phase() == READING_BODY => Some(limit),
            Limit::Between(limit) => left(self.last_piece.load(Ordering::Relaxed), limit),
        };
        left.map_or(LimitCheck::Exceeded, LimitCheck::Within)
    }

    /// Gives up a request that was not sent.
    fn withdraw(&self) -> LimitCheck {
        let withdrawn =
            self.phase
                .compare_exchange(WAITING, WITHDRAWN, Ordering::AcqRel, Ordering::Acquire);
        if withdrawn.is_err_and(|phase| phase != WITHDRAWN) {
            self.phase.store(STOPPED, Ordering::Release);
        }
        LimitCheck::Stuck {
            unsent: self.is_unsent(),
        }
    }

    fn phase(&self) -> u8 {
        self.phase.load(Ordering::Acquire)
    }

    /// Enters a phase, unless the request was given up.
    fn enter(&self, phase: u8) {
        let next = |now| (!matches!(now, WITHDRAWN | STOPPED)).then_some(phase);
        let _ = self
            .phase
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, next);
    }
}

impl SendEvents for InFlight {
    fn started(&self) -> bool {
        let taken =
            self.phase
                .compare_exchange(WAITING, TAKEN, Ordering::AcqRel, Ordering::Acquire);
        !matches!(taken, Err(WITHDRAWN | STOPPED))
    }

    fn sent(&self) {
        let now = self.host.record_activity();
        self.last_piece.store(now, Ordering::Relaxed);
        let first = self.sent.load(Ordering::Relaxed) == 0;
        if first {
            self.sent.store(now + 1, Ordering::Relaxed);
        }
        self.enter(SENDING);
    }

    fn waiting(&self) {
        self.enter(READING_BODY);
    }

    fn finished(&self) {
        if matches!(self.phase(), WAITING | WITHDRAWN | STOPPED) {
            return;
        }
        if self.sent.load(Ordering::Relaxed) == 0 {
            self.sent();
        }
        self.enter(SENT);
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use gapi_transport::{Clock, ManualClock};

    use crate::client::Hosts;

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
    fn the_limit_begins_when_a_connection_takes_the_request() {
        let (host, clock) = host();
        let request = InFlight::new(host, Duration::ZERO, true);
        clock.advance(seconds(50));
        assert_eq!(request.check(MINUTE), LimitCheck::Within(seconds(10)));
        assert_eq!(
            request.description(),
            "waiting for a connection to a.example:8443"
        );
        assert!(request.started() && !request.is_unsent());
        request.sent();
        clock.advance(seconds(50));
        assert_eq!(request.check(MINUTE), LimitCheck::Within(seconds(10)));
        assert_eq!(
            request.description(),
            "sending the request to a.example:8443"
        );
        request.finished();
        assert_eq!(
            request.description(),
            "waiting for the response of a.example:8443"
        );
        clock.advance(seconds(10));
        assert_eq!(request.check(MINUTE), LimitCheck::Exceeded);
        // The next one, after a redirect, has no time left from when it is sent.
        let next = InFlight::new(Arc::clone(request.host()), request.elapsed(), true);
        assert_eq!(next.check(MINUTE), LimitCheck::Within(SHORTEST));
        next.started();
        next.sent();
        assert_eq!(next.check(MINUTE), LimitCheck::Exceeded);
    }

    #[test]
    fn what_waits_fails_only_when_nothing_of_its_host_record_activity() {
        let (host, clock) = host();
        let waits = InFlight::new(Arc::clone(&host), Duration::ZERO, true);
        let other = InFlight::new(Arc::clone(&host), Duration::ZERO, true);
        clock.advance(seconds(59));
        assert!(other.started());
        other.sent();
        clock.advance(seconds(59));
        assert_eq!(waits.check(MINUTE), LimitCheck::Within(seconds(1)));
        host.record_activity();
        clock.advance(seconds(60));
        assert_eq!(waits.check(MINUTE), LimitCheck::Stuck { unsent: true });
        // It is not sent any more.
        assert!(!waits.started() && waits.is_unsent());
        // What a connection has taken, but not begun to send, may be sent yet.
        let taken = InFlight::new(host, Duration::ZERO, true);
        assert!(taken.started());
        clock.advance(seconds(60));
        assert_eq!(taken.check(MINUTE), LimitCheck::Stuck { unsent: false });
        assert!(!taken.started());
    }

    #[test]
    fn a_body_of_unknown_length_has_a_limit_between_pieces() {
        let (host, clock) = host();
        let limit = Limit::Between(seconds(60));
        let request = InFlight::new(host, Duration::ZERO, true);
        assert!(request.started());
        for _ in 0..5 {
            request.sent();
            clock.advance(seconds(59));
            assert_eq!(request.check(limit), LimitCheck::Within(seconds(1)));
        }
        request.waiting();
        clock.advance(seconds(600));
        assert_eq!(request.check(limit), LimitCheck::Within(seconds(60)));
        request.sent();
        request.finished();
        clock.advance(seconds(60));
        assert_eq!(request.check(limit), LimitCheck::Exceeded);
    }

    #[test]
    fn without_events_the_limit_begins_at_the_start() {
        let (host, clock) = host();
        let request = InFlight::new(host, Duration::ZERO, false);
        assert!(!request.is_unsent());
        clock.advance(seconds(60));
        assert_eq!(request.check(MINUTE), LimitCheck::Exceeded);
        assert_eq!(
            request.description(),
            "waiting for the response of a.example:8443"
        );
    }
}
