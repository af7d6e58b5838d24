//! A transport that records requests and responses, and one that responds from a recording.

use std::{
    fmt,
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use futures_util::stream;
use gapi_transport::{
    Body, BoxFuture, Clock, SystemClock, Transport, TransportError, TransportErrorKind, lock,
};
use http::{Request, Response};

use super::{
    recording::{self, RecordedRequest, RecordedResponse},
    transport::LARGEST,
};
use crate::{Client, http::content_encoding};
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
/// # #[cfg(feature = "rustls")]
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
                    TransportErrorKind::Other,
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

/// A [`Transport`](gapi_transport::Transport) that responds from the recording of a [`Recorder`](super::Recorder), without a network.
///
/// A request gets the response of the first unused recorded request with the same HTTP method, path, query and body, to any host, and
/// with its secrets redacted. Different requests may come in any order. Equal requests get the recorded responses in order; those of a
/// GET may be used again. `requestId` and the boundaries of uploads, which differ in each run, are ignored.
///
/// A request that was not recorded is an error of kind [`Usage`](crate::ErrorKind::Usage), which describes the request and similar
/// recorded ones. Clones share which requests were used.
#[derive(Clone)]
pub struct Replay(Arc<Recording>);

struct Recording {
    path: PathBuf,
    exchanges: Mutex<Vec<RecordedExchange>>,
}

struct RecordedExchange {
    request: RecordedRequest,
    response: RecordedResponse,
    used: bool,
}

impl Replay {
    /// Reads a recording.
    ///
    /// # Errors
    /// When the file cannot be read, or a line of it is not valid.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        Self::read(path, &fs::read_to_string(path)?)
    }

    fn read(path: &Path, text: &str) -> io::Result<Self> {
        let lines = text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty());
        let exchanges = lines.map(|(number, line)| {
            let (request, response) = recording::parse(line).map_err(|why| {
                let message = format!("{}:{}: {why}", RedactedPath::new(path), number + 1);
                io::Error::new(io::ErrorKind::InvalidData, message)
            })?;
            Ok(RecordedExchange {
                request,
                response,
                used: false,
            })
        });
        Ok(Self(Arc::new(Recording {
            path: path.to_owned(),
            exchanges: Mutex::new(exchanges.collect::<io::Result<_>>()?),
        })))
    }

    /// Returns a client without credentials that uses this recording.
    pub fn client(&self) -> Client {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        Client::of_mock(Arc::new(self.clone()), clock)
    }

    /// Returns the recorded requests that were not used: the program no longer sends them.
    pub fn unused(&self) -> Vec<String> {
        let exchanges = lock(&self.0.exchanges);
        let unused = exchanges.iter().filter(|exchange| !exchange.used);
        unused.map(|exchange| describe(&exchange.request)).collect()
    }

    fn find(&self, request: &RecordedRequest) -> Result<RecordedResponse, TransportError> {
        let mut exchanges = lock(&self.0.exchanges);
        let same = |exchange: &&mut RecordedExchange| exchange.request.is_same(request);
        if let Some(found) = exchanges.iter_mut().filter(|e| !e.used).find(same) {
            found.used = true;
            return Ok(found.response.clone());
        }
        let again = exchanges.iter_mut().rev().find(same);
        if let Some(found) = again.filter(|_| matches!(&*request.method, "GET" | "HEAD")) {
            return Ok(found.response.clone());
        }
        let similar: Vec<String> = exchanges
            .iter()
            .filter_map(|exchange| similar(request, exchange))
            .take(3)
            .collect();
        let similar = match similar.as_slice() {
            [] => String::from("nothing similar was recorded"),
            similar => format!("similar: {}", similar.join("; ")),
        };
        let left = exchanges.iter().filter(|exchange| !exchange.used).count();
        Err(TransportError::new(
            TransportErrorKind::Request,
            format!(
                "the recording {} has no response for {}; {similar}; {left} of its {} exchanges are not used yet",
                RedactedPath::new(&self.0.path),
                describe(request),
                exchanges.len()
            ),
        ))
    }
}

/// Returns the method and the target of a request.
fn describe(request: &RecordedRequest) -> String {
    format!("{} {}", request.method, request.target())
}

/// Describes how a recorded request with the same path differs.
fn similar(request: &RecordedRequest, exchange: &RecordedExchange) -> Option<String> {
    let recorded = &exchange.request;
    let path = |request: &RecordedRequest| {
        let target = request.target();
        target
            .split_once('?')
            .map_or(target.clone(), |(path, _)| path.to_owned())
    };
    if path(recorded) != path(request) {
        return None;
    }
    let difference = if recorded.method != request.method {
        "another method"
    } else if recorded.target() != request.target() {
        "another query"
    } else if recorded.body != request.body {
        "another body"
    } else {
        "used already"
    };
    Some(format!("{} ({difference})", describe(recorded)))
}

impl Transport for Replay {
    fn send(
        &self,
        request: Request<Body>,
    ) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
        Box::pin(async move {
            let (head, body) = request.into_parts();
            let body = body.collect(LARGEST).await?;
            let request = RecordedRequest::new(&head.method, &head.uri, &head.headers, &body);
            self.find(&request)?.into_http()
        })
    }
}

impl fmt::Debug for Replay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replay")
            .field("path", &RedactedPath::new(&self.0.path))
            .field("exchanges", &lock(&self.0.exchanges).len())
            .finish_non_exhaustive()
    }
}
