//! The requests of a resumable upload, and their responses.

use std::sync::Arc;

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Method, StatusCode,
    header::{CONTENT_RANGE, LOCATION},
};

use super::{SessionDriver, headers, state::ServerReport};
use crate::{
    Error, ErrorKind,
    error::Repeat,
    execute::{self, AuxiliaryRequest, CallStep, RawResponse},
    http::{RequestContent, streamed::Streamed},
    media::{
        plan,
        source::Window,
        upload_check::{self, SentMedia},
    },
};

const UPLOAD_TYPE: HeaderName = HeaderName::from_static("x-upload-content-type");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("x-upload-content-length");

/// Returns the content of the request that begins a session for media of `len` bytes.
pub(crate) fn start_content(
    json: Option<(HeaderValue, Bytes)>,
    content_type: HeaderValue,
    len: Option<u64>,
) -> RequestContent {
    let mut headers = vec![(UPLOAD_TYPE, content_type)];
    headers.extend(len.map(|len| (UPLOAD_LENGTH, len.into())));
    RequestContent {
        body: json,
        upload_type: Some("resumable"),
        headers,
        ..RequestContent::default()
    }
}

/// The result of one request to a session.
pub(super) enum SessionResponse {
    /// The response to the whole upload.
    Complete(RawResponse),
    /// A report, and the error behind it.
    Report(ServerReport, Option<Error>),
}

impl SessionDriver {
    /// Sends the request that begins a session. It may be repeated, because it has no other effect.
    pub(super) async fn begin_session(&mut self) -> Result<(), Error> {
        let request = AuxiliaryRequest::from(self.start.clone()).retrying();
        let answered = self.exchange(request).await?;
        let location = answered
            .headers
            .get(LOCATION)
            .and_then(|location| location.to_str().ok())
            .and_then(|location| execute::resolve(&self.start.uri, location));
        match location {
            Some(url) => {
                self.url = url;
                Ok(())
            }
            None => Err(self.fail("the server began no session: its response has no `location`")),
        }
    }

    /// Queries how many bytes the server has.
    pub(super) async fn query(&mut self) -> Result<SessionResponse, Error> {
        let range = headers::status_range(self.state.total());
        let request = self
            .request(Method::PUT, Bytes::new())
            .header(CONTENT_RANGE, range);
        let answered = self.exchange(request).await;
        self.read(answered)
    }

    /// Sends a chunk that begins at `from`.
    pub(super) async fn send(&mut self, from: u64) -> Result<SessionResponse, Error> {
        self.check_reach(from, None)?;
        let window = self.window(from).await?;
        let (len, total) = (window.len, self.source.len());
        self.state.sending(from + len, total);
        let mut request = match window.in_memory(&self.meter) {
            Some(bytes) => self.request(Method::PUT, bytes),
            None => {
                let (window, meter) = (Arc::new(window), self.meter.clone());
                let body = Streamed::new(Some(len), move || Some(window.body(total, &meter)));
                self.request(Method::PUT, Bytes::new()).stream(body)
            }
        };
        if let Some(range) = headers::content_range(from, len, total) {
            request = request.header(CONTENT_RANGE, range);
        }
        let answered = self.exchange(request).await;
        self.read(answered)
    }

    async fn window(&mut self, from: u64) -> Result<Window, Error> {
        self.progress.enter(CallStep::Media);
        let window = self.source.window(from, self.chunk, &self.meter).await;
        let window = window.map_err(|error| self.locate(error))?;
        self.check_content()?;
        if let Some(accepted) = &self.prepared.call.method.upload {
            plan::check_len(accepted, from + window.len)
                .map_err(|why| self.locate(Error::usage(why)))?;
        }
        Ok(window)
    }

    /// Returns a request to the session. Credentials are sent only to the origin of the API.
    pub(super) fn request(&self, method: Method, body: Bytes) -> AuxiliaryRequest {
        let request = AuxiliaryRequest::new(method, self.url.clone(), body)
            .accept(is_progress)
            .without_redirects();
        if execute::same_origin(&self.url, &self.start.uri) {
            request
        } else {
            request.without_credentials()
        }
    }

    pub(super) async fn exchange(
        &mut self,
        request: AuxiliaryRequest,
    ) -> Result<RawResponse, Error> {
        let request = request.redacted_as(self.redacted_url());
        request
            .send(&self.prepared, &self.options, &self.progress)
            .await
    }

    /// Reads the response to a chunk or a query.
    fn read(&mut self, answered: Result<RawResponse, Error>) -> Result<SessionResponse, Error> {
        let answered = match answered {
            Ok(answered) => answered,
            Err(error) if error.repeat() != Repeat::Never => {
                let error = self.locate(error);
                return Ok(SessionResponse::Report(ServerReport::Unknown, Some(error)));
            }
            Err(error) => return Err(self.locate(error)),
        };
        let (report, error) = match headers::status(&answered) {
            StatusCode::PERMANENT_REDIRECT => {
                self.follow_move(&answered)?;
                match headers::stored(&answered.headers) {
                    Some(stored) => (ServerReport::Stored(stored), None),
                    None => (ServerReport::Unknown, Some(stalled())),
                }
            }
            StatusCode::NOT_FOUND | StatusCode::GONE => {
                let error = Error::api(answered.status, answered.headers, answered.body);
                (ServerReport::Gone, Some(self.locate(error)))
            }
            // The body is incomplete, although the connection ended properly.
            _ if answered.is_cut() || answered.is_missing() => {
                (ServerReport::Unknown, Some(incomplete()))
            }
            _ => return Ok(SessionResponse::Complete(answered)),
        };
        Ok(SessionResponse::Report(report, error))
    }

    /// Uses the new URL of the session, if a 308 has one.
    fn follow_move(&mut self, answered: &RawResponse) -> Result<(), Error> {
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
            _ => Err(self.fail("the server moved the session to a URL that cannot be used")),
        }
    }

    /// Accepts the response to the whole upload, if it describes this media.
    pub(super) async fn complete(&mut self, answered: RawResponse) -> Result<(), Error> {
        if self.state.total().is_none() && self.is_resumed {
            // Another process sent all bytes, so that only the media determines its length.
            self.progress.enter(CallStep::Media);
            let measured = self.source.measure(&self.meter).await;
            self.state
                .learn(measured.map_err(|error| self.locate(error))?);
        }
        let total = self.state.total().filter(|_| self.state.all_sent());
        let Some(total) = total else {
            let why = "the server reports that it has everything, before everything was sent";
            return Err(self.locate(upload_check::mismatch(why, &answered)));
        };
        if self.is_resumed {
            // Another process sent some or all bytes.
            self.progress.enter(CallStep::Media);
            let recorded = self.source.catch_up(total, &self.meter).await;
            recorded.map_err(|error| self.locate(error))?;
            self.check_content()?;
        }
        let sent = SentMedia {
            len: total,
            checksum: &self.meter.checksum(),
        };
        upload_check::check(&self.prepared.call, &answered, &sent)
            .map_err(|error| self.locate(error))?;
        self.meter.report(total, Some(total));
        self.answered = Some(answered);
        Ok(())
    }
}

/// Returns whether a status is a response to a chunk or a query.
fn is_progress(status: &StatusCode) -> bool {
    status.is_success() || matches!(status.as_u16(), 308 | 404 | 410)
}

/// Returns whether a session with this status has ended. Google's servers use 499.
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

fn incomplete() -> Error {
    Error::new(
        ErrorKind::Transport,
        "the server reports that the upload is complete, but does not send the whole response",
    )
    .with_repeat(Repeat::IfSafe)
}
