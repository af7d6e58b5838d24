//! Resumable uploads: a session of the server takes the media in chunks, and says after each how much it has.
//!
//! `track` decides, `range` reads and writes what headers say, `reply` makes something of what comes back, and [`Driver`] sends. Only the server's offset is trusted.

mod range;
mod reply;
mod session;
mod track;
mod uploading;

use std::sync::Arc;

use bytes::Bytes;
use http::{
    Method, Uri,
    header::{CONTENT_RANGE, LOCATION},
};

use self::{
    reply::{Reply, is_ended, is_progress, stalled},
    track::{Heard, Next, Then, Track},
};
pub use self::{
    session::UploadSession,
    uploading::{ResumableUpload, StartUpload},
};
use super::{
    checksum::Checksum,
    plan::{self, Outgoing, Way},
    source::{Meter, Source, Window},
    upload::{self, with},
};
use crate::{
    Error, ErrorKind,
    client::prepared::Prepared,
    error::Repeat,
    execute::{self, Answered, Backoff, Raw, State, Step, Why, retry_note},
    http::{HttpRequest, streamed::Streamed},
    outlined_box::OutlinedBox,
    redact,
    request::options::CallOptions,
};

/// A session, and the media that goes into it.
pub(crate) struct Driver {
    prepared: OutlinedBox<Prepared>,
    /// What is in force, defaults of the client included.
    options: CallOptions,
    outgoing: Outgoing,
    source: Source,
    meter: Meter,
    chunk: u64,
    /// The request that begins a session: its URL is the origin that credentials are for, and its headers go into every request.
    begin: HttpRequest,
    url: Uri,
    track: Track,
    backoff: Backoff,
    /// What the call does, or the step of one whose steps the caller takes.
    state: Arc<State>,
    answered: Option<Answered>,
}

impl Driver {
    /// Begins a session for `source`, or goes on with the one that `outgoing` has.
    pub(crate) async fn begin(
        prepared: OutlinedBox<Prepared>,
        outgoing: Outgoing,
        mut source: Source,
        state: Arc<State>,
    ) -> Result<Self, Error> {
        let usage = |why: String| Error::usage(why).at(prepared.call.method.id, None);
        let options = execute::effective_options(&prepared);
        let chunk = outgoing.chunk().map_err(usage)?;
        if chunk == u64::MAX && !source.is_lasting() {
            return Err(usage(
                "media from a reader or a stream is kept in memory until the server has it, so it cannot be one chunk; set a `chunk_size`"
                    .to_owned(),
            ));
        }
        let begin = execute::preview(&beginning(&prepared, &outgoing, &source))?;
        let mut checksum = Checksum::new(upload::wants_md5(&options));
        if let Some(session) = &outgoing.session {
            checksum = session.expect_of(checksum);
        }
        let meter = Meter::new(checksum, outgoing.watcher.clone());
        let (track, url) = match &outgoing.session {
            Some(session) => {
                check_session(session, &prepared, &source).map_err(usage)?;
                let url = session
                    .url
                    .parse()
                    .map_err(|_| usage("the session's URL is not one".to_owned()))?;
                source.expect(session.total);
                (Track::resumed(source.len(), session.stored), url)
            }
            None => (Track::new(source.len()), Uri::default()),
        };
        let mut driver = Self {
            backoff: Backoff::new(&prepared.client.inner, &options).without_budget(),
            prepared,
            options,
            outgoing,
            source,
            meter,
            chunk,
            begin,
            url,
            track,
            state,
            answered: None,
        };
        if driver.outgoing.session.is_none() {
            driver.begin_session().await?;
        }
        Ok(driver)
    }

    /// What another process needs.
    pub(crate) fn session(&self) -> UploadSession {
        let total = self.track.total();
        let mut session = UploadSession::new(self.prepared.call.method.id, &self.url, total)
            .with_checksum(&self.meter.checksum());
        session.stored = self.stored();
        session.modified = self.source.modified();
        session
    }

    /// How many bytes the server has.
    pub(crate) fn stored(&self) -> u64 {
        match (&self.answered, self.track.total()) {
            (Some(_), Some(total)) => total,
            _ => self.track.stored(),
        }
    }

    /// The length of the media, once it is known.
    pub(crate) fn total(&self) -> Option<u64> {
        self.track.total()
    }

    /// Whether the server has everything.
    pub(crate) fn is_complete(&self) -> bool {
        self.answered.is_some()
    }

    /// Sends until the server has more than before; `false` when it had everything already. The future may be dropped: the server is asked what it has then.
    pub(crate) async fn advance(&mut self) -> Result<bool, Error> {
        if self.is_complete() {
            return Ok(false);
        }
        loop {
            let next = self.track.next();
            let reply = match next {
                Next::Ask => self.ask().await?,
                Next::Send(from) => self.send(from).await?,
            };
            let (heard, why) = match reply {
                Reply::Complete(answered) => {
                    self.complete(answered).await?;
                    return Ok(true);
                }
                Reply::Heard(heard, why) => (heard, why),
            };
            // The response to the last chunk was lost, and with it whether the server has made what was uploaded.
            let may_be_done = heard == Heard::Gone && next == Next::Ask && self.track.all_sent();
            match self.track.heard(heard, next) {
                Then::Advanced => {
                    self.backoff =
                        Backoff::new(&self.prepared.client.inner, &self.options).without_budget();
                    self.meter.tell(self.track.stored(), self.track.total());
                    return Ok(true);
                }
                Then::GoOn => {}
                Then::Fruitless => self.pause(why.unwrap_or_else(stalled)).await?,
                Then::Restart
                    if may_be_done && !execute::is_safe(&self.prepared, &self.options) =>
                {
                    return Err(self.unknown(why));
                }
                Then::Restart => {
                    self.check_reach(0, why)?;
                    // What a service loses it may lose again at once.
                    self.pause(gone()).await?;
                    tracing::debug!("the session is gone; beginning another");
                    self.begin_session().await?;
                }
                Then::TooManySetbacks(setbacks) => {
                    return Err(self.fail(format!(
                        "the server lost what it had of the media {setbacks} times"
                    )));
                }
                Then::Impossible(stored) => {
                    return Err(self.fail(format!(
                        "the server claims to have {stored} bytes, more than were sent"
                    )));
                }
            }
        }
    }

    /// [`advance`](Self::advance), or an error when the call's timeout passes first.
    pub(crate) async fn advance_in_time(&mut self) -> Result<bool, Error> {
        let mut limit = execute::whole_call(&self.prepared, &self.options);
        let (method, state) = (self.prepared.call.method.id, Arc::clone(&self.state));
        execute::within(limit.as_mut(), &state, self.advance())
            .await
            .map_err(|error| error.at(method, None).counting(state.exchanges()))
    }

    /// Sends what is left, and gives the answer.
    pub(crate) async fn finish(mut self) -> Result<Answered, Error> {
        while self.advance().await? {}
        match self.answered {
            Some(answered) => Ok(answered),
            None => Err(self.fail("the upload has no answer")),
        }
    }

    /// Ends the session; the server forgets what it has.
    pub(crate) async fn cancel(mut self) -> Result<(), Error> {
        let mut limit = execute::whole_call(&self.prepared, &self.options);
        let (method, state) = (self.prepared.call.method.id, Arc::clone(&self.state));
        let work = async {
            loop {
                let request = self.request(Method::DELETE, Bytes::new()).accept(is_ended);
                match self.exchange(request).await {
                    Ok(_) => return Ok(()),
                    Err(error) => self.pause(error).await?,
                }
            }
        };
        execute::within(limit.as_mut(), &state, work)
            .await
            .map_err(|error| error.at(method, None).counting(state.exchanges()))
    }

    /// A POST that makes nothing yet, so that it is safe to repeat.
    async fn begin_session(&mut self) -> Result<(), Error> {
        let request = Raw::from(self.begin.clone()).retrying();
        let answered = self.exchange(request).await?;
        let location = answered
            .headers
            .get(LOCATION)
            .and_then(|location| location.to_str().ok())
            .and_then(|location| execute::resolve(&self.begin.uri, location));
        match location {
            Some(url) => {
                self.url = url;
                Ok(())
            }
            None => Err(self.fail("the server began no session: its answer has no `location`")),
        }
    }

    async fn ask(&mut self) -> Result<Reply, Error> {
        let range = range::status_range(self.track.total());
        let request = self
            .request(Method::PUT, Bytes::new())
            .header(CONTENT_RANGE, range);
        let answered = self.exchange(request).await;
        self.reply(answered)
    }

    async fn send(&mut self, from: u64) -> Result<Reply, Error> {
        self.check_reach(from, None)?;
        let window = self.window(from).await?;
        let (len, total) = (window.len, self.source.len());
        self.track.sending(from + len, total);
        let mut request = match window.in_memory(&self.meter) {
            Some(bytes) => self.request(Method::PUT, bytes),
            None => {
                let (window, meter) = (Arc::new(window), self.meter.clone());
                let body = Streamed::new(Some(len), move || Some(window.body(total, &meter)));
                self.request(Method::PUT, Bytes::new()).stream(body)
            }
        };
        if let Some(range) = range::content_range(from, len, total) {
            request = request.header(CONTENT_RANGE, range);
        }
        let answered = self.exchange(request).await;
        self.reply(answered)
    }

    async fn window(&mut self, from: u64) -> Result<Window, Error> {
        self.state.enter(Step::Media);
        let window = self.source.window(from, self.chunk, &self.meter).await;
        let window = window.map_err(|error| self.place(error))?;
        self.check_content()?;
        if let Some(accepted) = &self.prepared.call.method.upload {
            plan::check_len(accepted, from + window.len)
                .map_err(|why| self.place(Error::usage(why)))?;
        }
        Ok(window)
    }

    /// Whether the media is what the session of another process began with, as far as that is known by now.
    fn check_content(&self) -> Result<(), Error> {
        let told = self.meter.expected();
        let is_short = self.source.len().is_some_and(|len| len < told);
        if self.meter.is_other() || is_short {
            return Err(self.fail(format!(
                "the media is not the one that the session began with: its first {told} bytes are others; upload it anew"
            )));
        }
        Ok(())
    }

    /// A request to the session. Its URL is enough of a secret; the credentials go along where they would have gone without a session.
    fn request(&self, method: Method, body: Bytes) -> Raw {
        let request = Raw::new(method, self.url.clone(), body)
            .accept(is_progress)
            .without_redirects();
        if execute::same_origin(&self.url, &self.begin.uri) {
            request
        } else {
            request.without_credentials()
        }
    }

    async fn exchange(&mut self, request: Raw) -> Result<Answered, Error> {
        execute::raw(&self.prepared, &self.state, request.shown_as(self.shown())).await
    }

    /// Waits as the policy says, or gives up with `error`.
    async fn pause(&mut self, error: Error) -> Result<(), Error> {
        match self.backoff.after(&error, |_| None) {
            execute::Next::Wait(wait) => {
                tracing::debug!(kind = %error.kind(), "an exchange of the upload led to nothing");
                self.state.enter(Step::Pause);
                self.backoff.sleep(wait).await;
                Ok(())
            }
            execute::Next::GiveUp(why) => {
                let call = (&self.prepared.call, &self.options);
                let note = retry_note(why, &error, call, false);
                Err(self.place(error).after(self.state.exchanges(), note))
            }
        }
    }

    fn check_reach(&self, offset: u64, why: Option<Error>) -> Result<(), Error> {
        if self.source.reaches(offset) {
            return Ok(());
        }
        let message = match &why {
            Some(_) => "the session is gone, and the media, which comes from a reader or a stream, cannot be read again; send the request with new media".to_owned(),
            None => format!(
                "the server went back to byte {offset}, and the media, which comes from a reader or a stream, cannot be read again; send the request with new media"
            ),
        };
        let error = Error::new(ErrorKind::Media, message);
        Err(self.place(match why {
            Some(why) => error.with_source(why),
            None => error,
        }))
    }

    /// The session is gone, and nobody knows whether it came to its end.
    fn unknown(&self, why: Option<Error>) -> Error {
        let error = Error::new(
            ErrorKind::Media,
            "the session is gone, and the response to the last of the media was lost",
        );
        let call = (&self.prepared.call, &self.options);
        let note = retry_note(Why::NotSafe, &error, call, false);
        let error = match why {
            Some(why) => error.with_source(why),
            None => error,
        };
        self.place(error).after(self.state.exchanges(), note)
    }

    fn fail(&self, why: impl Into<String>) -> Error {
        self.place(Error::new(ErrorKind::Media, why))
    }

    fn place(&self, error: Error) -> Error {
        error
            .at(self.prepared.call.method.id, Some(self.shown()))
            .counting(self.state.exchanges())
    }

    /// The URL that errors show: never the session's, which is a secret.
    fn shown(&self) -> String {
        redact::url(&self.begin.uri.to_string())
    }
}

fn gone() -> Error {
    Error::new(ErrorKind::Media, "the server gives up every session").with_repeat(Repeat::IfSafe)
}

/// The request that begins the session of an upload.
fn beginning(prepared: &Prepared, outgoing: &Outgoing, source: &Source) -> Prepared {
    let outgoing = Outgoing {
        way: Some(Way::Resumable),
        len: source.len(),
        ..outgoing.clone()
    };
    with(prepared, outgoing)
}

/// Whether a session of another process is one for this request and this media.
fn check_session(
    session: &UploadSession,
    prepared: &Prepared,
    source: &Source,
) -> Result<(), String> {
    let method = prepared.call.method.id;
    if session.method != method {
        return Err(format!(
            "the session is one of {}, not of {method}",
            session.method
        ));
    }
    if let (Some(theirs), Some(ours)) = (session.total, source.len())
        && theirs != ours
    {
        return Err(format!(
            "the session is for {theirs} bytes, but the media has {ours}"
        ));
    }
    if let (Some(then), Some(now)) = (session.modified, source.modified())
        && then != now
    {
        return Err("the file was written since the session began; upload it anew".to_owned());
    }
    Ok(())
}
