//! The row of attempts of one HTTP request: from the first one to the answer that stands.

use std::{
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use gapi_auth::AuthHeaders;
use http::StatusCode;
use tracing::Span;

use super::{
    ATTEMPT_TIMEOUT, SLOWEST_UPLOAD, authorize,
    exchange::{self, Follow, Read, Received},
    hand_over::Limit,
    state::{State, Step},
    telemetry::Attempt,
    timer::{self, AttemptTimer},
};
use crate::{
    Error, ErrorKind,
    client::prepared::Prepared,
    error::{Note, Repeat},
    execute::{Backoff, Next, PASSED_BY, Why, retry_note},
    http::{HttpRequest, streamed::Streamed},
    redact::RedactedUrl,
    request::options::CallOptions,
};

/// What is sent, and what is made of the answers.
pub(super) struct Plan<'a> {
    pub(super) prepared: &'a Prepared,
    pub(super) options: &'a CallOptions,
    /// What the call does.
    pub(super) state: &'a State,
    pub(super) origin: Origin,
    /// The length of the body, where it is known.
    pub(super) len: Option<u64>,
    /// The statuses that are no errors.
    pub(super) accept: fn(&StatusCode) -> bool,
    /// Whether the answer is to be JSON, of which the end can be told.
    pub(super) expects_json: bool,
    /// Whether a success without content is not believed.
    pub(super) expects_content: bool,
    pub(super) read: Read,
    pub(super) follow: Follow,
    /// Whether the credentials go along.
    pub(super) authorize: bool,
    pub(super) retries: Retries,
    /// The bytes that are media, and may take their time.
    pub(super) media: u64,
    /// The body, where it is not in memory.
    pub(super) stream: Option<Streamed>,
    /// The URL as errors show it.
    pub(super) shown: Arc<RedactedUrl>,
}

/// Which failures are tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retries {
    /// None: the feature has a row of attempts of its own.
    None,
    /// Those of a call, as far as it is safe to repeat and the client's budget allows it.
    Call,
    /// All: a step of a transfer, which has no effect of its own. As the transfer gets on, the budget is no concern of it.
    Step,
}

/// Where the request of an attempt after the first comes from, and that after a redirect.
pub(super) enum Origin {
    /// It is built again: most calls need no second one, and a copy for each would cost them more.
    Call,
    /// It is a copy of one that was built before.
    Built(Box<HttpRequest>),
}

impl<'a> Plan<'a> {
    /// Returns the request of a call, and the plan for it.
    pub(super) fn of_call(
        prepared: &'a Prepared,
        options: &'a CallOptions,
        state: &'a State,
        read: Read,
        retries: Retries,
    ) -> Result<(Self, HttpRequest), Error> {
        let request = super::build(prepared, options)?;
        let expects_json = read == Read::Whole && request.expects_json();
        let plan = Self {
            prepared,
            options,
            state,
            origin: Origin::Call,
            len: request.len(),
            shown: Arc::new(RedactedUrl::new(&request.uri, None)),
            expects_json,
            expects_content: expects_json && prepared.call.method.expects_content(),
            accept: accepted(options),
            read,
            follow: Follow::Yes,
            authorize: true,
            retries,
            media: 0,
            stream: None,
        };
        Ok((plan, request))
    }

    /// Returns the plan for a request of a call that was built before, whose body is media.
    pub(super) fn of_request(
        prepared: &'a Prepared,
        options: &'a CallOptions,
        state: &'a State,
        request: HttpRequest,
    ) -> Self {
        let expects_json = request.expects_json();
        Self {
            prepared,
            options,
            state,
            len: request.len(),
            shown: Arc::new(RedactedUrl::new(&request.uri, None)),
            expects_json,
            expects_content: expects_json && prepared.call.method.expects_content(),
            accept: accepted(options),
            read: Read::Whole,
            follow: Follow::Yes,
            authorize: true,
            retries: Retries::Call,
            media: request.len().unwrap_or(u64::MAX),
            stream: request.stream.clone(),
            origin: Origin::Built(Box::new(request)),
        }
    }

    /// The request once more.
    pub(super) fn request(&self) -> Result<HttpRequest, Error> {
        match &self.origin {
            Origin::Call => super::build(self.prepared, self.options),
            Origin::Built(request) => Ok(HttpRequest::clone(request)),
        }
    }

    /// Whether the body has not passed by.
    pub(super) fn can_send_again(&self) -> bool {
        self.stream.as_ref().is_none_or(Streamed::is_there)
    }

    /// What keeps the request from being sent again.
    fn obstacle(&self, repeat: Repeat) -> Option<Why> {
        if !self.can_send_again() {
            return Some(Why::PassedBy);
        }
        let matters = repeat == Repeat::IfSafe && self.retries == Retries::Call;
        (matters && !super::is_safe(self.prepared, self.options)).then_some(Why::NotSafe)
    }

    /// What an error says of there being no further attempt.
    fn note(&self, why: Why, error: &Error, is_uncertain: bool) -> Option<Note> {
        let call = (&self.prepared.call, self.options);
        retry_note(why, error, call, is_uncertain)
    }

    fn backoff(&self, started: Duration) -> Backoff {
        let backoff = Backoff::since(started, &self.prepared.client.inner, self.options);
        match self.retries {
            Retries::Step => backoff.without_budget(),
            Retries::None | Retries::Call => backoff,
        }
    }

    /// The limit of one attempt. A large upload has longer: it is not stuck, it is large.
    fn limit(&self) -> Limit {
        match (self.options.chosen().attempt_timeout, self.media) {
            (Some(chosen), _) => Limit::Whole(chosen),
            (None, u64::MAX) => Limit::Between(ATTEMPT_TIMEOUT),
            (None, media) => {
                Limit::Whole(ATTEMPT_TIMEOUT + Duration::from_secs(media / SLOWEST_UPLOAD))
            }
        }
    }
}

/// Returns which statuses are responses.
fn accepted(options: &CallOptions) -> fn(&StatusCode) -> bool {
    if options.chosen().not_modified {
        |status| status.is_success() || *status == StatusCode::NOT_MODIFIED
    } else {
        StatusCode::is_success
    }
}

/// What is known of a row of attempts, even when time runs out in the middle of it.
#[derive(Default)]
pub(super) struct Row {
    /// What the attempt before failed with, while there is another one.
    last: Mutex<Option<Error>>,
}

impl Row {
    fn set_last(&self, error: Option<Error>) {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = error;
    }

    /// Adds to an error that came from outside what it interrupted.
    pub(super) fn close<T>(self, result: Result<T, Error>, state: &State) -> Result<T, Error> {
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

/// Attempts until there is an answer that stands, or nothing is left to try. `first` is the request of the first one, where there is one already; it stays
/// where it is until it is sent, because it is large.
pub(super) async fn attempts(
    plan: &Plan<'_>,
    first: &mut Option<HttpRequest>,
    row: &Row,
    span: &Span,
) -> Result<Received, Error> {
    let client = &*plan.prepared.client.inner;
    let started = client.clock.monotonic();
    // Made when it is needed: most calls never fail.
    let mut backoff: Option<Box<Backoff>> = None;
    let mut replayed = false;
    let mut is_uncertain = false;
    let mut attempt = 0;
    loop {
        attempt += 1;
        plan.state.begin_exchange();
        span.record("attempts", plan.state.exchanges());
        let watch = Attempt::start(plan, attempt);
        let (error, cut) = match one(plan, first, &mut replayed).await {
            Ok(Some(received)) => match received
                .answered
                .incomplete(plan.expects_json, plan.expects_content)
            {
                None => {
                    match &mut backoff {
                        Some(backoff) => backoff.succeeded(),
                        None => client.retry_budget.earn(0),
                    }
                    watch.answered(&received.answered);
                    return Ok(received);
                }
                Some(what) => {
                    let error = Error::new(ErrorKind::Decode, what);
                    (error.with_repeat(Repeat::IfSafe), Some(received))
                }
            },
            Ok(None) => {
                watch.rejected();
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
        watch.failed(&error, wait);
        match (next, cut) {
            (Next::Wait(wait), _) => {
                tracing::debug!(attempt, kind = %error.kind(), status = error.status().map(|s| s.as_u16()), ?wait, "trying again");
                is_uncertain |= error.repeat() == Repeat::IfSafe;
                row.set_last(Some(error));
                plan.state.enter(Step::Pause);
                client.clock.sleep(wait).await;
            }
            // Decoding it says what is missing, and whoever asked for the bytes gets them.
            (Next::GiveUp(why), Some(mut received)) => {
                row.set_last(None);
                received.answered.note = plan.note(why, &error, is_uncertain).map(Box::new);
                return Ok(received);
            }
            (Next::GiveUp(why), None) => {
                row.set_last(None);
                let note = plan.note(why, &error, is_uncertain);
                return Err(error.after(plan.state.exchanges(), note));
            }
        }
    }
}

/// One attempt; `None` where another token is worth one more.
async fn one(
    plan: &Plan<'_>,
    first: &mut Option<HttpRequest>,
    replayed: &mut bool,
) -> Result<Option<Received>, Error> {
    let Plan {
        prepared,
        options,
        shown,
        state,
        ..
    } = plan;
    let client = &*prepared.client.inner;
    let clock = &*client.clock;
    let identity = if plan.authorize {
        state.enter(Step::Credentials);
        let limit = || authorize::limit(client);
        let asked = authorize::authorize(prepared, options, shown.url());
        timer::patiently(clock, limit, state, asked).await?
    } else {
        None
    };
    let received = {
        let tells = client.transport.reports_send_events();
        let limit = AttemptTimer::start(clock, state, plan.limit(), tells);
        let attempt = exchange::exchange(plan, first, identity.as_ref());
        timer::within_attempt(limit, pin!(attempt)).await
    };
    let received =
        received.map_err(|error| error.at(prepared.call.method.id, Some(shown.text())))?;
    let answered = &received.answered;
    // A server may reject a token that looks valid from here: it was revoked, or a clock is wrong. One newer token is worth one more attempt.
    let rejected = answered.status == StatusCode::UNAUTHORIZED && answered.authorized && !*replayed;
    let mut note = None;
    if let Some(identity) = identity.as_ref().filter(|_| rejected)
        && client.credentials.reject(identity)
    {
        if plan.can_send_again() {
            tracing::debug!("the server rejected the token; trying once more with another");
            *replayed = true;
            return Ok(None);
        }
        note = Some(PASSED_BY.into());
    }
    let Received { answered, unread } = received;
    let answered = answered
        .check(prepared, options, shown, plan.accept)
        .map_err(|error| {
            let sent = identity.iter().flat_map(AuthHeaders::headers);
            error.hiding_credentials(sent).after(0, note)
        })?;
    Ok(Some(Received { answered, unread }))
}
