//! Going on after a connection that broke.

use std::sync::Arc;

use bytes::Bytes;
use http::StatusCode;

use super::{Chunks, Current};
use crate::{
    Error, ErrorKind,
    client::prepared::Prepared,
    error::Repeat,
    execute::{self, Backoff, Next, Opened, Step},
    http::content_encoding::Coding,
    media::{
        part::{self, Part},
        version::{GENERATION, Version},
    },
    outlined_box::OutlinedBox,
};

impl Chunks {
    /// The connection broke: another one goes on where it was, if that is possible and the policy allows it.
    pub(super) fn broken(&mut self, error: Error) -> Result<Option<Option<Bytes>>, Error> {
        self.patience = None;
        if self.len == Some(self.given) {
            return self.end();
        }
        let Some(again) = self.rest() else {
            return Err(error);
        };
        if error.repeat() == Repeat::Never {
            return Err(error);
        }
        let backoff = self.backoff.take().filter(|_| self.given == self.broke_at);
        let mut backoff = backoff.unwrap_or_else(|| {
            let options = execute::effective_options(&again);
            Backoff::new(&again.client.inner, &options).without_budget()
        });
        self.broke_at = self.given;
        match backoff.after(&error, |_| None) {
            Next::GiveUp(_) => Err(error),
            Next::Wait(wait) => {
                tracing::debug!(kind = %error.kind(), "the download broke; going on where it was");
                let state = Arc::clone(&self.opened.state);
                self.reopening = Some(Box::pin(async move {
                    state.enter(Step::Pause);
                    backoff.sleep(wait).await;
                    let opened = execute::open_again(again, state).await;
                    (backoff, opened)
                }));
                Ok(None)
            }
        }
    }

    /// The request for the bytes that are missing; `None` where nothing tells which version they would be of. What is decoded is asked for from its beginning: positions in
    /// the content say nothing of the encoded form that travels.
    fn rest(&self) -> Option<OutlinedBox<Prepared>> {
        if !self.version.is_known() {
            return None;
        }
        let mut again = self.opened.prepared.clone();
        if !self.is_decoded() {
            if !self.version.is_of(&self.coding) {
                return None;
            }
            let range = self.missing()?.header().ok()?;
            again.options.set_header("range", Some(range));
            if let Some(etag) = self.version.etag() {
                again.options.set_header("if-range", Some(etag.clone()));
            }
        }
        let knows = |name| again.call.method.parameters.iter().any(|p| p.name == name);
        let is_set = again.call.parameters().any(|(name, _)| name == GENERATION);
        if let (Some(generation), true, false) =
            (self.version.generation(), knows(GENERATION), is_set)
        {
            again.options.set_param(GENERATION, generation.to_owned());
        }
        Some(again)
    }

    fn missing(&self) -> Option<Part> {
        let start = self.start?;
        Some(Part::From {
            start: start + self.given,
            end: self.len.map(|len| start + len),
        })
    }

    /// Whether `error`, a response to [`rest`](Self::rest), says that nothing is missing: the media ends where the connection broke.
    pub(super) fn is_all_there(&self, error: &Error) -> bool {
        let Some((start, headers)) = self.start.zip(error.headers()) else {
            return false;
        };
        let later = Version::of(headers);
        let is_guarded = self.version.is_asked_for() || self.checked.is_some();
        error.status() == Some(StatusCode::RANGE_NOT_SATISFIABLE)
            && !self.is_decoded()
            && part::complete_length(headers) == Some(start + self.given)
            && (self.version.is_same(&later) || (is_guarded && !later.is_known()))
    }

    /// Goes on with a response to [`rest`](Self::rest).
    pub(super) fn take_over(&mut self, mut opened: Opened) -> Result<(), Error> {
        let (answered, unread) = (&opened.answered, &opened.unread);
        let wrong = |why: &str| {
            let given = self.given;
            let message = format!("the download broke after {given} bytes and cannot go on: {why}");
            Error::new(ErrorKind::Media, message)
        };
        let later = Version::of(&answered.headers);
        if !self.version.is_same(&later) {
            return Err(wrong(if later.is_known() {
                "the media is another version now"
            } else {
                "the server does not say which version of the media the rest is of"
            }));
        }
        let is_encoded = !unread.decode && unread.coding != Coding::Identity;
        if is_encoded && (self.is_decoded() || unread.coding != self.coding) {
            return Err(wrong("the server sent the rest in a compressed form"));
        }
        if !is_encoded && !self.is_decoded() && self.coding != Coding::Identity {
            return Err(wrong("the server sent the rest in another form"));
        }
        let (asked, done) = if self.is_decoded() {
            (self.asked, self.given)
        } else {
            (self.missing(), 0)
        };
        let place = part::find(asked, answered.status, &answered.headers, unread.len())
            .map_err(|why| wrong(&format!("the server sent {why}")))?;
        let start = self.start.map(|start| start + self.given - done);
        let left = self.len.map(|len| len - self.given + done);
        let differ = |ours: Option<u64>, theirs: Option<u64>| matches!((ours, theirs), (Some(ours), Some(theirs)) if ours != theirs);
        if differ(start, place.start) || differ(left, place.len) || differ(self.total, place.total)
        {
            return Err(wrong("the media has another length now"));
        }
        if let Some(checked) = &self.checked
            && checked.is_of_encoded()
            && (unread.coding != self.coding || answered.status != StatusCode::OK)
        {
            // What it would be compared with does not come.
            self.checked = None;
        }
        let unread = std::mem::take(&mut opened.unread);
        self.current = Some(Current::of(unread, place.skip + done));
        self.opened.host = opened.host;
        Ok(())
    }
}
