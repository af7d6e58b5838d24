//! A response whose body is left to the caller.

use std::{sync::Arc, time::Duration};

use tracing::Span;

use super::{
    ATTEMPT_TIMEOUT, Answered, Host, Read, Received, Retries, State, Timer, Unread, Watch, exchange,
};
use crate::{
    Error, ErrorKind, client::prepared::Prepared, http::content_encoding::Coding,
    outlined_box::OutlinedBox,
};

/// A success whose body is still to be read, and the limits of reading it.
pub(crate) struct Opened {
    /// Without the body.
    pub(crate) answered: Answered,
    pub(crate) unread: Unread,
    /// The most bytes to be held in memory.
    pub(crate) limit: usize,
    /// The limit of the wait for the next bytes.
    wait_limit: Duration,
    /// Where it comes from.
    pub(crate) host: Option<Arc<Host>>,
    /// What the call does.
    pub(crate) state: Arc<State>,
    /// The limit of the whole call; for its first response.
    pub(crate) deadline: Option<Timer>,
    pub(crate) span: Option<Watch>,
    /// What was sent.
    pub(crate) prepared: OutlinedBox<Prepared>,
}

impl Opened {
    /// The limit of the wait for the next bytes, from now on.
    pub(crate) fn patience(&self) -> Option<Timer> {
        Timer::start(
            &*self.prepared.client.inner.clock,
            Some(self.wait_limit),
            "nothing more came for the attempt's timeout",
        )
    }
}

/// Sends the call and gives its response, which is a success, with its body unread.
pub(crate) async fn open(prepared: OutlinedBox<Prepared>) -> Result<Opened, Error> {
    let span = super::span(&prepared);
    let state = Arc::new(State::default());
    let mut deadline = super::whole_call(&prepared, &super::effective_options(&prepared));
    let opened = {
        let _counted = span.counting(&state);
        head(prepared, &span, &state, Retries::Call, deadline.as_mut()).await
    };
    span.answered(opened.as_ref().map(|opened| &opened.answered), false);
    opened.map(|opened| Opened {
        deadline,
        span: Some(span),
        ..opened
    })
}

/// The same once more, for a call whose first response broke. The limit of the whole call is the caller's to keep.
pub(crate) async fn open_again(
    prepared: OutlinedBox<Prepared>,
    state: Arc<State>,
) -> Result<Opened, Error> {
    head(prepared, &Span::current(), &state, Retries::Step, None).await
}

async fn head(
    prepared: OutlinedBox<Prepared>,
    span: &Span,
    state: &Arc<State>,
    retries: Retries,
    deadline: Option<&mut Timer>,
) -> Result<Opened, Error> {
    let options = super::effective_options(&prepared);
    let limit = options.chosen().answer_limit;
    let wait_limit = options.chosen().attempt_timeout.unwrap_or(ATTEMPT_TIMEOUT);
    let how = (Read::Head, retries);
    let received = super::run(&prepared, options, span, state, how, deadline).await;
    let read = received.and_then(|Received { answered, unread }| {
        readable(answered, &unread).map(|answered| (answered, unread))
    });
    let (answered, unread) = read.map_err(|error| {
        let error = error.counting(state.exchanges());
        error.at(prepared.call.method.id, None)
    })?;
    Ok(Opened {
        limit: limit.unwrap_or(exchange::ANSWER_LIMIT),
        wait_limit,
        answered,
        unread,
        host: state.host(),
        state: Arc::clone(state),
        deadline: None,
        span: None,
        prepared,
    })
}

/// The response, if its body can be decoded where that is wanted.
fn readable(answered: Answered, unread: &Unread) -> Result<Answered, Error> {
    let Coding::Unknown(name) = &unread.coding else {
        return Ok(answered);
    };
    if !unread.decode {
        return Ok(answered);
    }
    let way = match answered.method.download {
        Some(_) => "; `read_compressed` gives the bytes as they are",
        None => "",
    };
    let message = format!("the content is encoded as {name:?}, which is not decoded here{way}");
    Err(Error::new(ErrorKind::Decode, message)
        .at(answered.method.id, answered.url())
        .with_answer(answered.status, answered.headers, answered.body))
}
