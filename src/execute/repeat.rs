//! Decides whether a request is sent again, and after which delay.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use gapi_transport::Clock;
use http::{
    HeaderMap, HeaderName,
    header::{DATE, IF_MATCH, RETRY_AFTER},
};

use uuid::Uuid;

use crate::{
    Error, ErrorDetail, RetryPolicy,
    client::ClientInner,
    error::{Note, Repeat},
    method::{Method, Slot, Verb},
    request::{
        Call,
        options::{CallOptions, RequestId},
    },
    retry::{Budget, Jitter},
    wire::member,
};

/// The retries of one request or step.
pub(crate) struct Backoff {
    policy: RetryPolicy,
    clock: Arc<dyn Clock>,
    jitter: Jitter,
    budget: Option<Arc<Budget>>,
    started: Duration,
    /// The time after the start within which all delays end.
    limit: Option<Duration>,
    failures: u32,
    /// The number of retries that were taken from the budget.
    paid: u32,
}

/// The decision after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Retry after this delay.
    Wait(Duration),
    /// Return the error to the caller.
    GiveUp(Why),
}

/// The reason to give up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// The error is permanent.
    Permanent,
    /// The failed attempt may have had its effect, and the call is not safe to repeat.
    NotSafe,
    /// The body of the request can be read only once.
    BodyConsumed,
    /// The policy allows no more attempts.
    Attempts,
    /// The policy's deadline, or the call's timeout, would pass.
    Deadline,
    /// Too many calls of the client have failed lately.
    Budget,
}

impl Backoff {
    /// Creates the state of a call that begins now.
    pub(crate) fn new(client: &ClientInner, options: &CallOptions) -> Self {
        Self::since(client.clock.monotonic(), client, options)
    }

    /// Creates the state of a call that began at `started`.
    pub(crate) fn since(started: Duration, client: &ClientInner, options: &CallOptions) -> Self {
        let policy = options.get().retry.clone().unwrap_or_default();
        let limits = [policy.deadline, options.get().timeout];
        Self {
            limit: limits.into_iter().flatten().min(),
            policy,
            clock: Arc::clone(&client.clock),
            jitter: client.jitter.clone(),
            budget: Some(Arc::clone(&client.retry_budget)),
            started,
            failures: 0,
            paid: 0,
        }
    }

    /// Ignores the client's budget, for transfers that make progress in spite of failures.
    pub(crate) fn without_budget(mut self) -> Self {
        self.budget = None;
        self
    }

    /// Decides after an attempt that ended with `error`. `obstacle` returns why the request must not be repeated, if so; it is called
    /// only if a retry could help.
    pub(crate) fn after(
        &mut self,
        error: &Error,
        obstacle: impl FnOnce(Repeat) -> Option<Why>,
    ) -> Next {
        self.failures = self.failures.saturating_add(1);
        if error.repeat() == Repeat::Never {
            if error.status().is_some() {
                // The service works, although it refused the call.
                self.earn();
            }
            return Next::GiveUp(Why::Permanent);
        }
        if self.failures >= self.policy.max_attempts {
            return Next::GiveUp(Why::Attempts);
        }
        if let Some(why) = obstacle(error.repeat()) {
            return Next::GiveUp(why);
        }
        let asked = self.asked(error);
        let own = self.jitter.part_of(self.policy.longest_wait(self.failures));
        let wait = asked.saturating_add(own);
        let now = self.clock.monotonic();
        let elapsed = now.saturating_sub(self.started);
        if self
            .limit
            .is_some_and(|limit| elapsed.saturating_add(wait) > limit)
        {
            return Next::GiveUp(Why::Deadline);
        }
        if let Some(budget) = &self.budget {
            if !budget.take(now) {
                return Next::GiveUp(Why::Budget);
            }
            self.paid = self.paid.saturating_add(1);
        }
        Next::Wait(wait)
    }

    /// Returns whether the policy allows more than one attempt.
    pub(crate) fn tries_again(&self) -> bool {
        self.policy.max_attempts > 1
    }

    /// Returns the delay that the server requested with `error`.
    pub(crate) fn asked(&self, error: &Error) -> Duration {
        retry_after(error, self.clock.now()).unwrap_or_default()
    }

    /// Resets the number of failures after a success or some progress. The deadline stays.
    pub(crate) fn succeeded(&mut self) {
        self.earn();
        self.failures = 0;
    }

    fn earn(&mut self) {
        if let Some(budget) = &self.budget {
            budget.earn(self.paid);
        }
        self.paid = 0;
    }

    /// Waits after [`Next::Wait`].
    pub(crate) async fn sleep(&self, wait: Duration) {
        self.clock.sleep(wait).await;
    }
}

/// Returns the delay that `error` requests at `now`: the longest of header, detail and credentials.
fn retry_after(error: &Error, now: SystemTime) -> Option<Duration> {
    let header = error.headers().and_then(|headers| header(headers, now));
    let detail = error.details().iter().find_map(|detail| match detail {
        ErrorDetail::RetryInfo(wait) => Some(*wait),
        _ => None,
    });
    let credentials = error
        .auth_error()
        .and_then(gapi_auth::AuthError::retry_after);
    header.max(detail).max(credentials)
}

/// `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date. A date is compared with the server's own `Date`, where there is one, because clocks differ.
fn header(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = parse(text)?;
    let now = date(headers, DATE).unwrap_or(now);
    Some(until.duration_since(now).unwrap_or_default())
}

fn date(headers: &HeaderMap, name: HeaderName) -> Option<SystemTime> {
    parse(headers.get(name)?.to_str().ok()?.trim())
}

/// A date of HTTP (RFC 9110, section 5.6.7), in any of its three forms.
fn parse(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text).ok()
}

/// The parameter by which a server recognizes a repeated request.
const REQUEST_ID: &str = "requestId";

/// Sets the parameter `requestId`: that of the caller, or a new one, the same for all attempts, if the method has this parameter.
pub(crate) fn set_request_id(call: &Call, options: &mut CallOptions) -> Result<(), Error> {
    give_request_id(call, options)?;
    let wanted = call.method.request_id && options.get().request_id.is_none();
    if wanted && !has_request_id(call, options) {
        options.set_param(REQUEST_ID, Uuid::new_v4().to_string());
    }
    Ok(())
}

/// Sets the parameter `requestId` that the caller gave.
pub(super) fn give_request_id(call: &Call, options: &mut CallOptions) -> Result<(), Error> {
    match &options.get().request_id {
        Some(RequestId::Given(_)) if !call.method.request_id => {
            let message =
                "the method has no parameter `requestId`; leave out the option `request_id`";
            Err(Error::usage(message).at(call.method.id, None))
        }
        Some(RequestId::Given(id)) => {
            let id = id.clone();
            options.set_param(REQUEST_ID, id);
            Ok(())
        }
        Some(RequestId::Off) | None => Ok(()),
    }
}

fn has_request_id(call: &Call, options: &CallOptions) -> bool {
    let mut given = call.parameters();
    options.has_param(REQUEST_ID)
        || given.any(|(name, value)| name == REQUEST_ID && !value.is_empty())
}

/// Returns whether `call` may be repeated although an attempt may have had its effect.
pub(crate) fn is_safe(call: &Call, options: &CallOptions) -> bool {
    let method = call.method;
    if let Some(idempotent) = options.get().idempotent.or(method.idempotent) {
        return idempotent;
    }
    // Lists only read, even those with POST.
    if matches!(method.verb, Verb::Get | Verb::Head) || method.paging.is_some() {
        return true;
    }
    if has_request_id(call, options) || options.headers().any(|(name, _)| name == IF_MATCH) {
        return true;
    }
    if method.preconditions.is_empty() {
        return matches!(method.verb, Verb::Put | Verb::Delete);
    }
    method
        .preconditions
        .iter()
        .any(|slot| is_given(call, options, *slot))
}

fn is_given(call: &Call, options: &CallOptions, slot: Slot) -> bool {
    match slot {
        Slot::Query(name) => {
            options.has_param(name) || call.parameters().any(|(given, _)| given == name)
        }
        Slot::Body(path) => call.body().is_some_and(|body| holds_text(body, path)),
    }
}

/// Returns whether the JSON `body` has a non-empty text at `path`, whose parts are separated by dots.
fn holds_text(body: &[u8], path: &str) -> bool {
    let found = path.split('.').try_fold(body, member);
    let text = found.map(serde_json::from_slice::<String>);
    text.is_some_and(|text| text.is_ok_and(|text| !text.is_empty()))
}

/// Why a request with media cannot be sent again.
pub(crate) const BODY_CONSUMED: &str = "not retried: the media comes from a reader or a stream, which can be read once; give the request new media";

const EARLIER: &str = "an attempt before may have been carried out";

/// Returns what the final `error` reports about retries. `is_uncertain` is true if an earlier attempt may have had its effect.
pub(crate) fn retry_note(
    why: Why,
    error: &Error,
    (call, options): (&Call, &CallOptions),
    is_uncertain: bool,
) -> Option<Note> {
    match why {
        Why::Budget => Some("too many calls failed lately to try again".into()),
        Why::Deadline => Some("no time was left to try again".into()),
        Why::BodyConsumed => Some(BODY_CONSUMED.into()),
        Why::NotSafe => Some(not_safe(call.method, options).into()),
        Why::Permanent if is_uncertain && is_trace(error, call.method.verb) => Some(EARLIER.into()),
        Why::Permanent | Why::Attempts => None,
    }
}

/// Returns whether the error may be the effect of an earlier attempt: a failed precondition, a resource that exists, or a deleted one.
fn is_trace(error: &Error, verb: Verb) -> bool {
    let changes = !matches!(verb, Verb::Get | Verb::Head);
    changes
        && (error.is_precondition_failed()
            || error.is_conflict()
            || (verb == Verb::Delete && error.is_not_found()))
}

/// Describes what makes a call of `method` safe to repeat.
fn not_safe(method: &Method, options: &CallOptions) -> String {
    let mut text = String::from("not retried, because it may have been carried out");
    if options.get().idempotent == Some(false) {
        text.push_str(", and `.idempotent(false)` is set");
        return text;
    }
    let mut remedies: Vec<String> = Vec::new();
    if method.idempotent.is_none() {
        if method.request_id {
            remedies.push("a `requestId`".to_owned());
        }
        remedies.extend(method.preconditions.iter().map(|slot| match slot {
            Slot::Query(name) => format!("`{name}`"),
            Slot::Body(path) => format!("`{path}` in the body"),
        }));
    }
    remedies.push("the option `idempotent`".to_owned());
    text.push_str("; it would be with ");
    text.push_str(&remedies.join(" or "));
    text
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use bytes::Bytes;
    use gapi_transport::ManualClock;
    use http::{HeaderMap, StatusCode};
    use proptest::prelude::*;

    use super::*;

    fn backoff(policy: RetryPolicy, clock: &ManualClock, part: f64) -> Backoff {
        Backoff {
            limit: policy.deadline,
            policy,
            clock: Arc::new(clock.clone()),
            jitter: Jitter::new(move || part),
            budget: Some(Arc::new(Budget::new(3))),
            started: clock.monotonic(),
            failures: 0,
            paid: 0,
        }
    }

    fn unavailable() -> Error {
        Error::api(
            StatusCode::SERVICE_UNAVAILABLE,
            HeaderMap::new(),
            Bytes::new(),
        )
    }

    fn seconds(next: Next) -> f64 {
        match next {
            Next::Wait(wait) => wait.as_secs_f64(),
            Next::GiveUp(why) => panic!("gave up: {why:?}"),
        }
    }

    const PATIENT: RetryPolicy = RetryPolicy::new()
        .max_attempts(u32::MAX)
        .deadline(Duration::MAX);

    #[test]
    fn waits_grow_up_to_a_bound() {
        let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
        let mut backoff =
            backoff(PATIENT.max_delay(Duration::from_secs(3)), &clock, 1.0).without_budget();
        let waits: Vec<f64> = (0..5)
            .map(|_| seconds(backoff.after(&unavailable(), |_| None)))
            .collect();
        assert_eq!(waits, [0.5, 1.0, 2.0, 3.0, 3.0]);
        backoff.succeeded();
        assert_eq!(seconds(backoff.after(&unavailable(), |_| None)), 0.5);
    }

    #[test]
    fn the_server_may_ask_for_more() {
        let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
        let mut backoff = backoff(RetryPolicy::new(), &clock, 0.5);
        let asks = |text: &str| {
            let headers = HeaderMap::from_iter([(
                "retry-after".parse().expect("a name"),
                text.parse().expect("a value"),
            )]);
            Error::api(StatusCode::TOO_MANY_REQUESTS, headers, Bytes::new())
        };
        assert_eq!(seconds(backoff.after(&asks("7"), |_| None)), 7.25);
        assert_eq!(
            seconds(backoff.after(&asks("Thu, 01 Jan 1970 00:01:00 GMT"), |_| None)),
            60.5
        );
        assert_eq!(
            backoff.after(&asks("130"), |_| None),
            Next::GiveUp(Why::Deadline)
        );
    }

    #[test]
    fn every_way_to_an_end() {
        let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
        let mut two = backoff(RetryPolicy::new().max_attempts(2), &clock, 1.0);
        assert_eq!(
            two.after(&unavailable(), |_| Some(Why::NotSafe)),
            Next::GiveUp(Why::NotSafe)
        );
        two.succeeded();
        seconds(two.after(&unavailable(), |_| None));
        assert_eq!(
            two.after(&unavailable(), |_| None),
            Next::GiveUp(Why::Attempts)
        );

        let missing = Error::api(StatusCode::NOT_FOUND, HeaderMap::new(), Bytes::new());
        assert_eq!(two.after(&missing, |_| None), Next::GiveUp(Why::Permanent));

        // One that the policy would not repeat anyhow has no other reason.
        let mut none = backoff(RetryPolicy::none(), &clock, 1.0);
        assert_eq!(
            none.after(&unavailable(), |_| Some(Why::NotSafe)),
            Next::GiveUp(Why::Attempts)
        );

        let mut poor = backoff(PATIENT, &clock, 0.0);
        for _ in 0..3 {
            seconds(poor.after(&unavailable(), |_| None));
        }
        assert_eq!(
            poor.after(&unavailable(), |_| None),
            Next::GiveUp(Why::Budget)
        );

        let mut late = backoff(
            RetryPolicy::new().deadline(Duration::from_secs(10)),
            &clock,
            1.0,
        );
        clock.advance(Duration::from_millis(9_500));
        assert_eq!(seconds(late.after(&unavailable(), |_| None)), 0.5);
        assert_eq!(
            late.after(&unavailable(), |_| None),
            Next::GiveUp(Why::Deadline)
        );
    }

    proptest! {
        #[test]
        fn no_wait_breaks_the_policy(
            attempts in 0_u32..50,
            initial in 0_u64..100_000,
            longest in 0_u64..100_000,
            multiplier in -1.0_f64..100.0,
            deadline in 0_u64..1_000_000,
            parts in prop::collection::vec(0.0_f64..=1.0, 1..60),
        ) {
            let clock = ManualClock::new(SystemTime::UNIX_EPOCH);
            let started = clock.monotonic();
            let policy = RetryPolicy::new()
                .max_attempts(attempts)
                .initial_delay(Duration::from_millis(initial))
                .max_delay(Duration::from_millis(longest))
                .multiplier(multiplier)
                .deadline(Duration::from_millis(deadline));
            let mut backoff = backoff(policy, &clock, 0.0).without_budget();
            let mut waits = 0;
            for part in parts {
                backoff.jitter = Jitter::new(move || part);
                let Next::Wait(wait) = backoff.after(&unavailable(), |_| None) else { break };
                waits += 1;
                prop_assert!(wait <= Duration::from_millis(longest));
                clock.advance(wait);
            }
            prop_assert!(waits < attempts.max(1));
            prop_assert!(clock.monotonic() - started <= Duration::from_millis(deadline));
        }
    }

    fn wait(headers: &[(HeaderName, &str)], now: u64) -> Option<u64> {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().expect("a value")))
            .collect();
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(now);
        header(&headers, now).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_and_dates() {
        // Sun, 06 Nov 1994 08:49:37 GMT
        const THEN: u64 = 784_111_777;
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        let at = |text| wait(&[(RETRY_AFTER, text)], THEN - 30);
        for (text, seconds) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            (date, Some(30)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(30)),
            ("Sun Nov  6 08:49:37 1994", Some(30)),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
            ("99999999999999999999999", None),
        ] {
            assert_eq!(at(text), seconds, "{text:?}");
        }
        // The past is now.
        assert_eq!(wait(&[(RETRY_AFTER, date)], THEN + 30), Some(0));
        // The server's clock counts, not ours.
        let both = [(RETRY_AFTER, date), (DATE, "Sun, 06 Nov 1994 08:49:33 GMT")];
        assert_eq!(wait(&both, THEN - 86_400), Some(4));
    }
}

#[cfg(test)]
mod safety_tests {
    use super::*;

    #[test]
    fn texts_are_found_by_their_path() {
        for (body, path, found) in [
            (r#"{"etag": "x"}"#, "etag", true),
            (r#"{"a": {"etag": "y"}, "etag": "\"x\""}"#, "etag", true),
            (r#"{"etag": ""}"#, "etag", false),
            (r#"{"etag": null}"#, "etag", false),
            (r#"{"etag": 3}"#, "etag", false),
            (r#"{"a": {"etag": "x"}}"#, "etag", false),
            (
                r#"{"policy": {"bindings": [], "etag": "x"}}"#,
                "policy.etag",
                true,
            ),
            (r#"{"policy": {}}"#, "policy.etag", false),
            (r#"{"policy": "x"}"#, "policy.etag", false),
            ("[]", "etag", false),
            ("", "etag", false),
        ] {
            assert_eq!(holds_text(body.as_bytes(), path), found, "{body} {path}");
        }
    }
}
