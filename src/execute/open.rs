//! An answer whose body is left to the caller.

use super::{ATTEMPT_TIMEOUT, Answered, Read, Received, Retries, Timer, Unread, Watch, exchange};
use crate::{Error, ErrorKind, call::sending::Prepared, coding::Coding, kept::Kept};

/// A success whose body is still to be read, and the limits of reading it.
pub(crate) struct Opened {
    /// Without the body.
    pub(crate) answered: Answered,
    pub(crate) unread: Unread,
    /// The most bytes to be held in memory.
    pub(crate) limit: usize,
    /// The limit of the whole call.
    pub(crate) deadline: Option<Timer>,
    pub(crate) span: Watch,
    /// What was sent.
    pub(crate) prepared: Kept<Prepared>,
}

impl Opened {
    /// The limit of the wait for the next bytes, from now on.
    pub(crate) fn patience(&self) -> Option<Timer> {
        let options = super::effective_options(&self.prepared);
        Timer::start(
            &*self.prepared.client.inner.clock,
            Some(options.chosen().attempt_timeout.unwrap_or(ATTEMPT_TIMEOUT)),
            "the download stood still for longer than the attempt's timeout",
        )
    }
}

/// Sends the call and gives its answer, which is a success, with its body unread. `retries` says whether it is a call of its own, or a step of one.
pub(crate) async fn open(prepared: Kept<Prepared>, retries: Retries) -> Result<Opened, Error> {
    let span = super::span(&prepared);
    let options = super::effective_options(&prepared);
    let limit = options
        .chosen()
        .answer_limit
        .unwrap_or(exchange::ANSWER_LIMIT);
    let mut deadline = super::whole_call(&prepared, &options);
    let how = (Read::Head, retries);
    let result = super::run(&prepared, options, &span, how, deadline.as_mut()).await;
    let (answered, unread) = match result {
        Ok(Received { answered, unread }) => (readable(answered, &unread), unread),
        Err(error) => (Err(error), Unread::default()),
    };
    let answered = answered.map_err(|error| error.at(prepared.call.method.id, None));
    span.answered(&answered, false);
    Ok(Opened {
        limit,
        answered: answered?,
        unread,
        deadline,
        span,
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
