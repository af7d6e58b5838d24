//! Repeats a request until there is a final response.

use std::sync::{Mutex, PoisonError};

use tracing::Span;

use super::{
    RawResponse,
    attempt::attempt,
    backoff::{Backoff, Next, Why},
    plan::{Plan, Retries},
    state::{CallState, CallStep},
    telemetry::AttemptTelemetry,
};
use crate::{Error, ErrorKind, error::Repeat};

/// The last failure of a request, which errors report even if a timeout interrupts the next attempt.
#[derive(Default)]
pub(super) struct AttemptLog {
    last: Mutex<Option<Error>>,
}

impl AttemptLog {
    fn set_last(&self, error: Option<Error>) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = error;
    }

    /// Adds the last failure to an error that interrupted the attempts.
    pub(super) fn close<T>(self, result: Result<T, Error>, state: &CallState) -> Result<T, Error> {
        let last = self
            .last
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let attempts = state.exchanges();
        result.map_err(|error| match last {
            Some(last) => error.following(last).after(attempts, None),
            None => error.counting(attempts),
        })
    }
}

/// Sends a request until it succeeds, or no retry is left.
pub(super) async fn send_with_retries(
    plan: &Plan<'_>,
    log: &AttemptLog,
    span: &Span,
) -> Result<RawResponse, Error> {
    let client = &*plan.prepared.client.inner;
    let started = client.clock.monotonic();
    // Created on demand: most calls never fail.
    let mut backoff: Option<Box<Backoff>> = None;
    let mut token_replaced = false;
    let mut is_uncertain = false;
    let mut number = 0;
    loop {
        number += 1;
        plan.state.begin_exchange();
        span.record("attempts", plan.state.exchanges());
        let telemetry = AttemptTelemetry::start(plan, number);
        let (error, incomplete) = match attempt(plan, &mut token_replaced).await {
            Ok(Some(response)) => {
                match response.incomplete(plan.expects_json, plan.expects_content) {
                    None => {
                        match &mut backoff {
                            Some(backoff) => backoff.succeeded(),
                            None => client.retry_budget.earn(0),
                        }
                        telemetry.succeeded(&response);
                        return Ok(response);
                    }
                    Some(what) => {
                        let error = Error::new(ErrorKind::Decode, what);
                        (error.with_repeat(Repeat::IfSafe), Some(response))
                    }
                }
            }
            Ok(None) => {
                telemetry.rejected();
                continue;
            }
            Err(error) => (error, None),
        };
        let next = if plan.retries == Retries::None {
            Next::GiveUp(Why::Attempts)
        } else {
            let backoff = backoff.get_or_insert_with(|| plan.backoff(started).into());
            backoff.after(&error, |repeat| plan.obstacle(repeat))
        };
        let wait = match next {
            Next::Wait(wait) => Some(wait),
            Next::GiveUp(_) => None,
        };
        telemetry.failed(&error, wait);
        match (next, incomplete) {
            (Next::Wait(wait), _) => {
                tracing::debug!(attempt = number, kind = %error.kind(), status = error.status().map(|s| s.as_u16()), ?wait, "trying again");
                is_uncertain |= error.repeat() == Repeat::IfSafe;
                log.set_last(Some(error));
                plan.state.enter(CallStep::Pause);
                client.clock.sleep(wait).await;
            }
            // Decoding it reports what is missing; callers of `raw` get the bytes.
            (Next::GiveUp(why), Some(mut response)) => {
                log.set_last(None);
                response.note = plan.note(why, &error, is_uncertain).map(Box::new);
                return Ok(response);
            }
            (Next::GiveUp(why), None) => {
                log.set_last(None);
                let note = plan.note(why, &error, is_uncertain);
                return Err(error.after(plan.state.exchanges(), note));
            }
        }
    }
}
