//! A transport that records requests and responses.

use std::{
    fmt,
    fs::File,
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Mutex,
};

use bytes::Bytes;
use futures_util::stream;
use gapi_transport::{Body, BoxFuture, Transport, TransportError};
use http::{Request, Response};

use super::{
    lock,
    recording::{self, RecordedRequest, RecordedResponse},
    transport::LARGEST,
};
use crate::http::content_encoding;
use gapi_auth::RedactedPath;

/// A [`Transport`] that passes requests to another transport, and records them with their responses: one JSON text per line, in the order of
/// the responses.
///
/// **Secrets.** Replaced by `REDACTED` are keys and tokens in URLs, the secret parts of session and signed URLs, and the properties of JSON
/// bodies and forms that contain passwords, keys, tokens and payloads of secrets. Only a few harmless headers are recorded. Other text is
/// recorded unchanged: read a recording before you share it. Compressed bodies are recorded decompressed.
///
/// Bodies are held in memory.
///
/// ```no_run
/// # #[cfg(feature = "reqwest")]
/// # fn example(credentials: impl gapi::Credentials) -> Result<(), Box<dyn std::error::Error>> {
/// use gapi::{Client, mock::Recorder, transport::default_transport};
/// let recorder = Recorder::new(default_transport()?, "tests/session.jsonl")?;
/// let client = Client::builder().credentials(credentials).transport(recorder).build()?;
/// # Ok(()) }
/// ```
pub struct Recorder {
    inner: Box<dyn Transport>,
    path: PathBuf,
    file: Mutex<File>,
}

impl Recorder {
    /// Returns a transport that records to the file at `path`, which is created or truncated.
    ///
    /// # Errors
    /// When the file cannot be created.
    pub fn new(transport: impl Transport, path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref().to_owned();
        Ok(Self {
            inner: Box::new(transport),
            file: Mutex::new(File::create(&path)?),
            path,
        })
    }

    fn write(
        &self,
        request: &RecordedRequest,
        response: &RecordedResponse,
    ) -> Result<(), TransportError> {
        let mut line = recording::line(request, response);
        line.push('\n');
        lock(&self.file)
            .write_all(line.as_bytes())
            .map_err(|error| {
                TransportError::new(
                    gapi_transport::TransportErrorKind::Other,
                    format!(
                        "the recording {} cannot be written",
                        RedactedPath::new(&self.path)
                    ),
                )
                .with_source(error)
            })
    }
}

impl Transport for Recorder {
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect(LARGEST).await?;
            let recorded = RecordedRequest::new(&head.method, &head.uri, &head.headers, &body);
            let request = Request::from_parts(head, Body::from(body));
            let response = match self.inner.send(request).await {
                Ok(response) => response,
                Err(error) => {
                    self.write(&recorded, &RecordedResponse::Fault(error.kind()))?;
                    return Err(error);
                }
            };
            let (head, body) = response.into_parts();
            let body = match body.collect(LARGEST).await {
                Ok(body) => body,
                Err(error) => {
                    self.write(&recorded, &RecordedResponse::Fault(error.kind()))?;
                    let broken = stream::iter([Err::<Bytes, _>(error)]);
                    return Ok(Response::from_parts(head, Body::from_stream(broken, None)));
                }
            };
            // Secrets cannot be redacted in compressed content.
            let recorded_response = match content_encoding::decoded(&head.headers, &body, LARGEST) {
                Some(plain) => {
                    let mut headers = head.headers.clone();
                    content_encoding::forget(&mut headers);
                    RecordedResponse::response(head.status, &headers, &plain)
                }
                None => RecordedResponse::response(head.status, &head.headers, &body),
            };
            self.write(&recorded, &recorded_response)?;
            Ok(Response::from_parts(head, Body::from(body)))
        })
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder")
            .field("path", &RedactedPath::new(&self.path))
            .field("transport", &self.inner)
            .finish_non_exhaustive()
    }
}
