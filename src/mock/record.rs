//! A transport that writes down what passes.

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
    send::LARGEST,
    tape::{self, Answered, Asked},
};
use crate::http::content_encoding;
use gapi_auth::RedactedPath;

/// Passes requests on to another transport, and records them with their answers: one JSON text a line, in the order of the answers.
///
/// **What is not recorded:** headers but for a few that are harmless, keys and tokens in URLs, the properties of JSON bodies and forms that hold
/// passwords, keys, tokens and payloads of secrets (`REDACTED` stands there), and the secret parts of session and signed URLs. Other text is recorded as it is:
/// look at a recording before you share it. What is compressed is recorded decompressed.
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
    /// Records into the file at `path`, which is made anew.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn new(transport: impl Transport, path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref().to_owned();
        Ok(Self {
            inner: Box::new(transport),
            file: Mutex::new(File::create(&path)?),
            path,
        })
    }

    fn write(&self, asked: &Asked, answered: &Answered) -> Result<(), TransportError> {
        let mut line = tape::line(asked, answered);
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
            let asked = Asked::new(&head.method, &head.uri, &head.headers, &body);
            let request = Request::from_parts(head, Body::from(body));
            let response = match self.inner.send(request).await {
                Ok(response) => response,
                Err(error) => {
                    self.write(&asked, &Answered::Fault(error.kind()))?;
                    return Err(error);
                }
            };
            let (head, body) = response.into_parts();
            let body = match body.collect(LARGEST).await {
                Ok(body) => body,
                Err(error) => {
                    self.write(&asked, &Answered::Fault(error.kind()))?;
                    let broken = stream::iter([Err::<Bytes, _>(error)]);
                    return Ok(Response::from_parts(head, Body::from_stream(broken, None)));
                }
            };
            // Within what is compressed nobody would find the secrets.
            let answered = match content_encoding::decoded(&head.headers, &body, LARGEST) {
                Some(plain) => {
                    let mut headers = head.headers.clone();
                    content_encoding::forget(&mut headers);
                    Answered::response(head.status, &headers, &plain)
                }
                None => Answered::response(head.status, &head.headers, &body),
            };
            self.write(&asked, &answered)?;
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
