//! The requests of a resumable upload, and their responses.

use std::sync::Arc;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, StatusCode,
    header::{CONTENT_RANGE, LOCATION, RANGE},
};

use super::{driver::SessionDriver, state::ServerReport};
use crate::{
    Error,
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
        let response = self.exchange(request).await?;
        let location = response
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
        let range = status_range(self.state.total());
        let request = self
            .request(Method::PUT, Bytes::new())
            .header(CONTENT_RANGE, range);
        let response = self.exchange(request).await;
        self.read(response)
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
        if let Some(range) = content_range(from, len, total) {
            request = request.header(CONTENT_RANGE, range);
        }
        let response = self.exchange(request).await;
        self.read(response)
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
    fn read(&mut self, response: Result<RawResponse, Error>) -> Result<SessionResponse, Error> {
        let response = match response {
            Ok(response) => response,
            Err(error) if error.repeat() != Repeat::Never => {
                let error = self.locate(error);
                return Ok(SessionResponse::Report(ServerReport::Unknown, Some(error)));
            }
            Err(error) => return Err(self.locate(error)),
        };
        let (report, error) = match session_status(&response) {
            StatusCode::PERMANENT_REDIRECT => {
                self.follow_move(&response)?;
                match stored_bytes(&response.headers) {
                    Some(stored) => (ServerReport::Stored(stored), None),
                    None => (ServerReport::Unknown, Some(stalled())),
                }
            }
            StatusCode::NOT_FOUND | StatusCode::GONE => {
                let response = response.into_parts();
                let error = Error::api(response.status, response.headers, response.body);
                (ServerReport::Gone, Some(self.locate(error)))
            }
            // The body is incomplete, although the connection ended properly.
            _ if response.is_cut() || response.is_missing() => {
                let why = "the server reports that the upload is complete, but does not send the whole response";
                (ServerReport::Unknown, Some(Error::interrupted(why)))
            }
            _ => return Ok(SessionResponse::Complete(response)),
        };
        Ok(SessionResponse::Report(report, error))
    }

    /// Uses the new URL of the session, if a 308 has one.
    fn follow_move(&mut self, response: &RawResponse) -> Result<(), Error> {
        let Some(location) = response.headers.get(LOCATION) else {
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
    pub(super) async fn complete(&mut self, response: RawResponse) -> Result<(), Error> {
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
            return Err(self.locate(upload_check::mismatch(why, &response)));
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
        upload_check::check(&self.prepared.call, &response, &sent)
            .map_err(|error| self.locate(error))?;
        self.meter.report(total, Some(total));
        self.response = Some(response);
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
    Error::interrupted("the server takes nothing more of the upload")
}

/// Returns the status of a response of a session.
///
/// Programs behind proxies that follow a 308 send `x-guploader-no-308: yes`, and get status 200 with another header instead.
fn session_status(response: &RawResponse) -> StatusCode {
    let status = response.headers.get("x-http-status-code-override");
    match status {
        Some(status) if response.status == StatusCode::OK && status == "308" => {
            StatusCode::PERMANENT_REDIRECT
        }
        _ => response.status,
    }
}

/// Returns `bytes 0-8388607/67108864`, or `bytes 0-8388607/*` if the total is not known; `None` for empty media.
fn content_range(from: u64, len: u64, total: Option<u64>) -> Option<HeaderValue> {
    let text = match (len, total) {
        (0, Some(0)) => return None,
        (0, _) => return Some(status_range(total)),
        (len, Some(total)) => format!("bytes {from}-{}/{total}", from + len - 1),
        (len, None) => format!("bytes {from}-{}/*", from + len - 1),
    };
    Some(header(&text))
}

/// Returns `bytes */67108864`, which queries how many bytes are stored.
fn status_range(total: Option<u64>) -> HeaderValue {
    match total {
        Some(total) => header(&format!("bytes */{total}")),
        None => HeaderValue::from_static("bytes */*"),
    }
}

fn header(text: &str) -> HeaderValue {
    // Digits and punctuation.
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("bytes */*"))
}

/// Returns how many bytes are stored by the header `Range: bytes=0-N` of a 308, or 0 if there is none; `None` if it is not valid.
///
/// `bytes=0-0` counts as 0, because some emulators send it while they have nothing. If the server has one byte, it ignores that
/// byte when it is sent again.
fn stored_bytes(headers: &HeaderMap) -> Option<u64> {
    let Some(range) = headers.get(RANGE) else {
        return Some(0);
    };
    let range = range.to_str().ok()?.trim();
    let range = range.strip_prefix("bytes").unwrap_or(range);
    let range = range.trim_start_matches(['=', ' ']);
    let (first, last) = range.split_once('-')?;
    let last: u64 = last.trim().parse().ok()?;
    match (first.trim(), last) {
        ("0", 0) => Some(0),
        ("0", last) => last.checked_add(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_of_chunks() {
        for (from, len, total, text) in [
            (0, 16, Some(30), Some("bytes 0-15/30")),
            (16, 14, Some(30), Some("bytes 16-29/30")),
            (16, 16, None, Some("bytes 16-31/*")),
            (32, 0, Some(32), Some("bytes */32")),
            (0, 0, Some(0), None),
            (0, 1, Some(1), Some("bytes 0-0/1")),
        ] {
            let range = content_range(from, len, total);
            assert_eq!(range.as_ref().map(|r| r.to_str().expect("text")), text);
        }
        assert_eq!(status_range(Some(30)), "bytes */30");
        assert_eq!(status_range(None), "bytes */*");
    }

    #[test]
    fn stored_bytes_of_a_range() {
        let read = |text: &str| {
            let value = text.parse().expect("a header");
            stored_bytes(&HeaderMap::from_iter([(RANGE, value)]))
        };
        for (text, count) in [
            ("bytes=0-262143", Some(262_144)),
            ("bytes 0-262143", Some(262_144)),
            ("0-262143", Some(262_144)),
            (" bytes=0-1 ", Some(2)),
            ("bytes=0-0", Some(0)),
            ("bytes=5-9", None),
            ("bytes=0-", None),
            ("bytes=-5", None),
            ("bytes=0-18446744073709551615", None),
            ("bytes=0--1", None),
            ("pages=0-1", None),
            ("", None),
        ] {
            assert_eq!(read(text), count, "{text}");
        }
        assert_eq!(stored_bytes(&HeaderMap::new()), Some(0));
    }

    proptest! {
        /// Any header is read, or ignored.
        #[test]
        fn any_range_is_read_or_ignored(
            text in prop_oneof!["\\PC{0,30}", "(bytes)?[ =]{0,2}[0-9]{0,22}-[0-9]{0,22}"],
        ) {
            let Ok(value) = HeaderValue::from_bytes(text.as_bytes()) else { return Ok(()) };
            let headers = HeaderMap::from_iter([(RANGE, value)]);
            if let Some(stored) = stored_bytes(&headers) {
                let last = text.trim().rsplit('-').next().expect("a part");
                prop_assert!(stored == 0 || last.trim().parse() == Ok(stored - 1), "{}", text);
            }
        }
    }
}
