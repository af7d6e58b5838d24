//! Faults that a test injects into responses.

use std::{sync::Mutex, time::Duration};

use http::Method;
use tokio::sync::watch;

use super::{Reply, Request};
use crate::lock::lock;

/// A failure of responses: which one, for which requests, and how often.
///
/// ```
/// use gapi_fakes::Fault;
/// // The first two token requests get a 503 that asks to wait three seconds.
/// let fault = Fault::status(503).retry_after(3).on("/token").times(2);
/// # let _ = fault;
/// ```
#[derive(Clone, Debug)]
#[must_use = "a fault does nothing until it is injected"]
pub struct Fault {
    act: Act,
    method: Option<Method>,
    path: Option<String>,
    skip: usize,
    times: Option<usize>,
    delay: Option<Duration>,
    gate: Option<Gate>,
}

/// What happens to the response.
#[derive(Clone, Debug)]
pub(super) enum Act {
    Nothing,
    Reply(Reply),
    Hang,
    Close,
    Reset,
    Lose,
    HalfBody,
    ContentLength(isize),
    Raw(Vec<u8>),
}

impl Fault {
    fn new(act: Act) -> Self {
        Self {
            act,
            method: None,
            path: None,
            skip: 0,
            times: None,
            delay: None,
            gate: None,
        }
    }

    /// The service responds as without the fault, but later: combine with [`delay`](Self::delay) or [`held_by`](Self::held_by).
    pub fn late() -> Self {
        Self::new(Act::Nothing)
    }

    /// This response instead of the service's, which does not see the request.
    pub fn reply(reply: Reply) -> Self {
        Self::new(Act::Reply(reply))
    }

    /// A bare status instead of the service's response, as an overloaded front end gives it: a line of plain text.
    pub fn status(status: u16) -> Self {
        Self::reply(Reply::text(status, format!("HTTP {status}")))
    }

    /// No response, ever, on an open connection.
    pub fn hang() -> Self {
        Self::new(Act::Hang)
    }

    /// The connection is closed (FIN) instead of a response; the service does not see the request.
    pub fn close() -> Self {
        Self::new(Act::Close)
    }

    /// The connection is reset (RST) instead of a response; the service does not see the request.
    pub fn reset() -> Self {
        Self::new(Act::Reset)
    }

    /// The service does its work, and the connection is reset before the response arrives.
    pub fn lose() -> Self {
        Self::new(Act::Lose)
    }

    /// The response's head, half of its body, then a close.
    pub fn half_body() -> Self {
        Self::new(Act::HalfBody)
    }

    /// `content-length` is wrong by `difference`; the whole body follows, then a close.
    pub fn content_length(difference: isize) -> Self {
        Self::new(Act::ContentLength(difference))
    }

    /// These bytes instead of an HTTP response, then a close.
    pub fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self::new(Act::Raw(bytes.into()))
    }

    /// Only for paths that start with `prefix`.
    pub fn on(mut self, prefix: &str) -> Self {
        self.path = Some(prefix.to_owned());
        self
    }

    /// Only for this method.
    pub fn method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// Lets the first `count` requests that fit pass.
    pub fn after(mut self, count: usize) -> Self {
        self.skip = count;
        self
    }

    /// Acts on `count` requests; without this, on all.
    pub fn times(mut self, count: usize) -> Self {
        self.times = Some(count);
        self
    }

    /// Waits before anything else.
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay = Some(delay);
        self
    }

    /// Waits until the gate is open before anything else.
    pub fn held_by(mut self, gate: &Gate) -> Self {
        self.gate = Some(gate.clone());
        self
    }

    /// Adds `retry-after`, in seconds, to a response given by [`reply`](Self::reply) or [`status`](Self::status).
    pub fn retry_after(mut self, seconds: u64) -> Self {
        if let Act::Reply(reply) = self.act {
            self.act = Act::Reply(reply.header("retry-after", &seconds.to_string()));
        }
        self
    }

    pub(super) fn act(&self) -> &Act {
        &self.act
    }

    pub(super) async fn wait(&self) {
        if let Some(delay) = self.delay {
            tokio::time::sleep(delay).await;
        }
        if let Some(gate) = &self.gate {
            gate.passed().await;
        }
    }

    fn fits(&self, request: &Request) -> bool {
        self.times != Some(0)
            && self
                .method
                .as_ref()
                .is_none_or(|method| *method == request.method)
            && self
                .path
                .as_ref()
                .is_none_or(|prefix| request.path.starts_with(prefix.as_str()))
    }
}

/// Holds responses back until the test opens it. Clones are the same gate.
#[derive(Clone, Debug)]
pub struct Gate {
    open: watch::Sender<bool>,
}

impl Gate {
    /// A closed gate.
    #[must_use]
    pub fn new() -> Self {
        Self {
            open: watch::Sender::new(false),
        }
    }

    /// Lets all responses pass, waiting and later ones.
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    async fn passed(&self) {
        // The sender is in `self`, so it cannot be gone.
        let _ = self.open.subscribe().wait_for(|open| *open).await;
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

/// The faults of one server.
#[derive(Debug, Default)]
pub(super) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    pub(super) fn add(&self, fault: Fault) {
        lock(&self.0).push(fault);
    }

    pub(super) fn clear(&self) {
        lock(&self.0).clear();
    }

    /// The fault that this request meets, counted.
    pub(super) fn take(&self, request: &Request) -> Option<Fault> {
        let mut faults = lock(&self.0);
        let fault = faults.iter_mut().find_map(|fault| {
            if !fault.fits(request) {
                return None;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                return None;
            }
            if let Some(times) = &mut fault.times {
                *times -= 1;
            }
            Some(fault.clone())
        });
        faults.retain(|fault| fault.times != Some(0));
        fault
    }
}
