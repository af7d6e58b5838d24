//! What comes back of a session, and what it means.

use http::{StatusCode, header::LOCATION};

use super::{Driver, range, track::Heard};
use crate::{
    Error, ErrorKind,
    error::Repeat,
    execute::{self, Answered, Step},
    media::upload,
};

/// What came back.
pub(super) enum Reply {
    Complete(Answered),
    Heard(Heard, Option<Error>),
}

impl Driver {
    /// Reads an answer to a chunk or to a question.
    pub(super) fn reply(&mut self, answered: Result<Answered, Error>) -> Result<Reply, Error> {
        let answered = match answered {
            Ok(answered) => answered,
            Err(error) if error.repeat() != Repeat::Never => {
                return Ok(Reply::Heard(Heard::Nothing, Some(self.place(error))));
            }
            Err(error) => return Err(self.place(error)),
        };
        match range::status(&answered) {
            StatusCode::PERMANENT_REDIRECT => {
                self.moved(&answered)?;
                Ok(match range::stored(&answered.headers) {
                    Some(stored) => Reply::Heard(Heard::Stored(stored), None),
                    None => Reply::Heard(Heard::Nothing, Some(stalled())),
                })
            }
            StatusCode::NOT_FOUND | StatusCode::GONE => {
                let error = Error::api(answered.status, answered.headers, answered.body);
                Ok(Reply::Heard(Heard::Gone, Some(self.place(error))))
            }
            // It ends in the middle, or before it began, though its connection ended well.
            _ if answered.is_cut() || answered.is_missing() => {
                Ok(Reply::Heard(Heard::Nothing, Some(unanswered())))
            }
            _ => Ok(Reply::Complete(answered)),
        }
    }

    /// A 308 may say that the session has another URL from now on.
    fn moved(&mut self, answered: &Answered) -> Result<(), Error> {
        let Some(location) = answered.headers.get(LOCATION) else {
            return Ok(());
        };
        let url = location
            .to_str()
            .ok()
            .and_then(|location| execute::resolve(&self.url, location));
        match url {
            Some(url)
                if self.url.scheme_str() != Some("https") || url.scheme_str() == Some("https") =>
            {
                self.url = url;
                Ok(())
            }
            _ => Err(self.fail("the server moved the session to a place that cannot be used")),
        }
    }

    /// Takes the response to the whole upload, if it is one of this media.
    pub(super) async fn complete(&mut self, answered: Answered) -> Result<(), Error> {
        if self.track.total().is_none() && self.outgoing.session.is_some() {
            // Another process sent everything, and how long it was only the media tells.
            self.state.enter(Step::Media);
            let measured = self.source.measure(&self.meter).await;
            self.track
                .learn(measured.map_err(|error| self.place(error))?);
        }
        let total = self.track.total();
        if let (Some(total), true) = (total, self.track.all_sent()) {
            if self.outgoing.session.is_some() {
                // Another process sent some of it, or all.
                self.state.enter(Step::Media);
                let seen = self.source.catch_up(total, &self.meter).await;
                seen.map_err(|error| self.place(error))?;
                self.check_content()?;
            }
            let checksum = self.meter.checksum();
            let sent = upload::Sent {
                len: total,
                checksum: Some(&checksum),
            };
            upload::check(&self.prepared.call, &answered, &sent)
                .map_err(|error| self.place(error))?;
            self.meter.tell(total, Some(total));
            self.answered = Some(answered);
            return Ok(());
        }
        let why = "the server says that it has everything, before everything was sent";
        Err(self.place(upload::mismatch(why, &answered)))
    }
}

/// What a session responds to a chunk or a question.
pub(super) fn is_progress(status: &StatusCode) -> bool {
    status.is_success() || matches!(status.as_u16(), 308 | 404 | 410)
}

/// What it responds when it is ended: 499 by Google's servers, and as they think of a session that is gone.
pub(super) fn is_ended(status: &StatusCode) -> bool {
    status.is_success() || matches!(status.as_u16(), 404 | 410 | 499)
}

pub(super) fn stalled() -> Error {
    Error::new(
        ErrorKind::Transport,
        "the server takes nothing more of the upload",
    )
    .with_repeat(Repeat::IfSafe)
}

fn unanswered() -> Error {
    Error::new(
        ErrorKind::Transport,
        "the server says that the upload is complete, but does not send the whole response",
    )
    .with_repeat(Repeat::IfSafe)
}
