//! Runs a resumable upload: sends chunks until the server has all bytes.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Uri};

use super::{
    exchange::{SessionResponse, is_ended, stalled, start_content},
    state::{ServerReport, Transition, UploadAction, UploadState},
};
use crate::{
    Error, ErrorKind,
    client::Prepared,
    error::Repeat,
    execute::{self, Backoff, CallState, CallStep, Next, RawResponse, Why, retry_note},
    http::HttpRequest,
    media::{
        plan::{UploadPlan, UploadSession},
        source::{MediaSource, Meter},
    },
    outlined_box::OutlinedBox,
    redact,
    request::options::CallOptions,
};

/// A resumable upload in progress.
pub(crate) struct SessionDriver {
    pub(super) prepared: OutlinedBox<Prepared>,
    /// The options of the call and the defaults of the client.
    pub(super) options: CallOptions,
    pub(super) source: MediaSource,
    pub(super) meter: Meter,
    /// The length of a chunk.
    pub(super) chunk: u64,
    /// Whether another process began the session.
    pub(super) is_resumed: bool,
    /// The request that begins a session. Credentials are sent to its origin, and its URL is shown in errors.
    pub(super) start: HttpRequest,
    /// The URL of the session, which is a secret.
    pub(super) url: Uri,
    pub(super) state: UploadState,
    backoff: Backoff,
    /// The state of the call, or of the current step if the caller sends the chunks.
    pub(super) progress: Arc<CallState>,
    /// The response to the whole upload.
    pub(super) response: Option<RawResponse>,
}

impl SessionDriver {
    /// Begins a session, or resumes the session of `plan`.
    pub(crate) async fn begin(
        prepared: OutlinedBox<Prepared>,
        options: CallOptions,
        plan: UploadPlan,
        mut source: MediaSource,
        progress: Arc<CallState>,
    ) -> Result<Self, Error> {
        let method = prepared.call.method;
        let usage = |why: String| Error::usage(why).at(method.id, None);
        let chunk = plan.chunk().map_err(usage)?;
        if chunk == u64::MAX && !source.is_repeatable() {
            return Err(usage(
                "media from a reader or a stream is held in memory until the server has it, so it cannot be one chunk; set a `chunk_size`"
                    .to_owned(),
            ));
        }
        let start = {
            let len = source.len();
            let content = Box::new(|json| Ok(start_content(json, plan.content_type(method)?, len)));
            execute::upload_request(&prepared, options.clone(), content)?
        };
        let (state, url) = match &plan.session {
            Some(session) => {
                check_session(session, method.id, &source).map_err(usage)?;
                let url = session
                    .url
                    .parse()
                    .map_err(|_| usage("the session's URL is not valid".to_owned()))?;
                source.expect(session.total);
                (UploadState::resumed(source.len(), session.stored), url)
            }
            None => (UploadState::new(source.len()), Uri::default()),
        };
        let mut driver = Self {
            backoff: Backoff::new(&prepared.client.inner, &options).without_budget(),
            meter: plan.meter(&options),
            prepared,
            options,
            source,
            chunk,
            is_resumed: plan.session.is_some(),
            start,
            url,
            state,
            progress,
            response: None,
        };
        if !driver.is_resumed {
            driver.begin_session().await?;
        }
        Ok(driver)
    }

    /// Returns the session as a value with which another process can resume the upload.
    pub(crate) fn session(&self) -> UploadSession {
        let total = self.state.total();
        let mut session = UploadSession::new(self.prepared.call.method.id, &self.url, total)
            .with_checksum(&self.meter.checksum());
        session.stored = self.stored();
        session.modified = self.source.modified();
        session
    }

    /// Returns how many bytes the server has.
    pub(crate) fn stored(&self) -> u64 {
        match (&self.response, self.state.total()) {
            (Some(_), Some(total)) => total,
            _ => self.state.stored(),
        }
    }

    /// Returns the length of the media, once it is known.
    pub(crate) fn total(&self) -> Option<u64> {
        self.state.total()
    }

    /// Sends until the server has more bytes than before; returns `false` if it had all.
    ///
    /// The future may be dropped: the next call queries the server.
    async fn advance(&mut self) -> Result<bool, Error> {
        if self.response.is_some() {
            return Ok(false);
        }
        loop {
            let action = self.state.next();
            let response = match action {
                UploadAction::Query => self.query().await?,
                UploadAction::Send(from) => self.send(from).await?,
            };
            let (report, why) = match response {
                SessionResponse::Complete(response) => {
                    self.complete(response).await?;
                    return Ok(true);
                }
                SessionResponse::Report(report, why) => (report, why),
            };
            // The response to the last chunk was lost, so that the upload may be complete.
            let may_be_complete = report == ServerReport::Gone
                && action == UploadAction::Query
                && self.state.all_sent();
            match self.state.report(report, action) {
                Transition::Advanced => {
                    self.backoff =
                        Backoff::new(&self.prepared.client.inner, &self.options).without_budget();
                    self.meter.report(self.state.stored(), self.state.total());
                    return Ok(true);
                }
                Transition::Continue => {}
                Transition::NoProgress => self.pause(why.unwrap_or_else(stalled)).await?,
                Transition::Restart
                    if may_be_complete && !execute::is_safe(&self.prepared.call, &self.options) =>
                {
                    return Err(self.uncertain(why));
                }
                Transition::Restart => {
                    self.check_reach(0, why)?;
                    // A new session may be lost at once, too.
                    let error = Error::new(ErrorKind::Media, "the server gives up every session");
                    self.pause(error.with_repeat(Repeat::IfSafe)).await?;
                    tracing::debug!("the session is gone; beginning another");
                    self.begin_session().await?;
                }
                Transition::TooManySetbacks(setbacks) => {
                    return Err(self.fail(format!(
                        "the server lost what it had of the media {setbacks} times"
                    )));
                }
                Transition::Impossible(stored) => {
                    return Err(self.fail(format!(
                        "the server claims to have {stored} bytes, more than were sent"
                    )));
                }
            }
        }
    }

    /// Does the same as [`advance`](Self::advance) within the timeout of the call.
    pub(crate) async fn advance_in_time(&mut self) -> Result<bool, Error> {
        let mut limit = execute::call_limit(&self.prepared, &self.options);
        let (method, state) = (self.prepared.call.method.id, Arc::clone(&self.progress));
        execute::within(limit.as_mut(), &state, self.advance())
            .await
            .map_err(|error| error.at(method, None).counting(state.exchanges()))
    }

    /// Sends the remaining bytes, and returns the response.
    pub(crate) async fn finish(mut self) -> Result<RawResponse, Error> {
        while self.advance().await? {}
        match self.response {
            Some(response) => Ok(response),
            None => Err(self.fail("the upload has no response")),
        }
    }

    /// Ends the session. The server deletes the bytes that it has.
    pub(crate) async fn cancel(mut self) -> Result<(), Error> {
        let mut limit = execute::call_limit(&self.prepared, &self.options);
        let (method, state) = (self.prepared.call.method.id, Arc::clone(&self.progress));
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

    /// Returns an error if the media differs from that of the session, as far as it was read.
    pub(super) fn check_content(&self) -> Result<(), Error> {
        let expected = self.meter.expected();
        let is_short = self.source.len().is_some_and(|len| len < expected);
        if self.meter.is_different() || is_short {
            return Err(self.fail(format!(
                "the media is not the one that the session began with: its first {expected} bytes are others; upload it anew"
            )));
        }
        Ok(())
    }

    /// Waits before the next request, or returns `error` if the retry policy allows none.
    async fn pause(&mut self, error: Error) -> Result<(), Error> {
        match self.backoff.after(&error, |_| None) {
            Next::Wait(wait) => {
                tracing::debug!(kind = %error.kind(), "a request of the upload made no progress");
                self.progress.enter(CallStep::Pause);
                self.backoff.sleep(wait).await;
                Ok(())
            }
            Next::GiveUp(why) => {
                let call = (&self.prepared.call, &self.options);
                let note = retry_note(why, &error, call, false);
                Err(self.locate(error).after(self.progress.exchanges(), note))
            }
        }
    }

    /// Returns an error if the media cannot be read from `offset` on again.
    pub(super) fn check_reach(&self, offset: u64, why: Option<Error>) -> Result<(), Error> {
        if self.source.reaches(offset) {
            return Ok(());
        }
        let message = match &why {
            Some(_) => "the session is gone, and the media, which comes from a reader or a stream, cannot be read again; send the request with new media".to_owned(),
            None => format!(
                "the server went back to byte {offset}, and the media, which comes from a reader or a stream, cannot be read again; send the request with new media"
            ),
        };
        Err(self.locate(caused_by(Error::new(ErrorKind::Media, message), why)))
    }

    /// Returns the error if the session is gone, and it is uncertain whether the upload was complete.
    fn uncertain(&self, why: Option<Error>) -> Error {
        let error = Error::new(
            ErrorKind::Media,
            "the session is gone, and the response to the last of the media was lost",
        );
        let call = (&self.prepared.call, &self.options);
        let note = retry_note(Why::NotSafe, &error, call, false);
        self.locate(caused_by(error, why))
            .after(self.progress.exchanges(), note)
    }

    pub(super) fn fail(&self, why: impl Into<String>) -> Error {
        self.locate(Error::new(ErrorKind::Media, why))
    }

    /// Adds the method, the URL and the number of exchanges to an error.
    pub(super) fn locate(&self, error: Error) -> Error {
        error
            .at(self.prepared.call.method.id, Some(self.redacted_url()))
            .counting(self.progress.exchanges())
    }

    /// Returns the URL that errors show: never that of the session, which is a secret.
    pub(super) fn redacted_url(&self) -> String {
        redact::url(&self.start.uri.to_string())
    }
}

fn caused_by(error: Error, why: Option<Error>) -> Error {
    match why {
        Some(why) => error.with_source(why),
        None => error,
    }
}

/// Checks whether the session of another process belongs to this method and this media.
fn check_session(
    session: &UploadSession,
    method: &'static str,
    source: &MediaSource,
) -> Result<(), String> {
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
