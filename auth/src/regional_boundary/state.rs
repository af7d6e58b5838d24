//! What is known of a boundary, and when to ask again.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http::HeaderValue;

/// How long a boundary is good.
const GOOD: Duration = Duration::from_secs(6 * 3600);
/// How long before its end it is looked up again.
const EARLY: Duration = Duration::from_secs(3600);
/// How long a failed lookup rests the first time; twice as long each further time, up to [`GOOD`].
const REST: Duration = Duration::from_secs(15 * 60);

/// What is known of one boundary. Its lock is held for moments only.
#[derive(Default)]
pub(super) struct State(Mutex<Known>);

#[derive(Default)]
struct Known {
    /// None in it: there is no boundary.
    boundary: Option<(Option<HeaderValue>, Duration)>,
    looking: bool,
    failures: u32,
    rests_until: Option<Duration>,
}

/// Whether somebody has to look.
pub(super) enum Step {
    Rest,
    Look(Ticket),
}

/// The duty to look. Dropping it lets somebody else.
pub(super) struct Ticket(Arc<State>);

impl State {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The boundary, if it is known and good, and what to do.
    pub(super) fn step(self: &Arc<Self>, now: Duration) -> (Option<HeaderValue>, Step) {
        let mut known = self.known();
        let left = known
            .boundary
            .as_ref()
            .map(|(_, end)| end.saturating_sub(now))
            .filter(|left| !left.is_zero());
        let locations = left.and_then(|_| known.boundary.as_ref()?.0.clone());
        let is_due = left.is_none_or(|left| left <= EARLY);
        let rests = known.rests_until.is_some_and(|until| now < until);
        if known.looking || !is_due || rests {
            return (locations, Step::Rest);
        }
        known.looking = true;
        (locations, Step::Look(Ticket(self.clone())))
    }
}

impl Ticket {
    /// Ends the lookup. A failure costs nothing that is known.
    pub(super) fn land(self, found: Result<Option<HeaderValue>, crate::AuthError>, now: Duration) {
        let mut known = self.0.known();
        match found {
            Ok(locations) => {
                known.boundary = Some((locations, now + GOOD));
                (known.failures, known.rests_until) = (0, None);
            }
            Err(error) => {
                // Not a warning: where there is no permission to look, there is nothing that anybody has to do.
                tracing::debug!(%error, "no regional access boundary could be looked up");
                let rest = REST
                    .saturating_mul(2u32.saturating_pow(known.failures))
                    .min(GOOD);
                known.failures = known.failures.saturating_add(1);
                known.rests_until = Some(now + rest);
            }
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.known().looking = false;
    }
}
