//! Errors of transports.

use std::{error::Error as StdError, fmt};

/// The kind of a [`TransportError`], by which callers decide whether to retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection: the name did not resolve, or the peer refused. Nothing was sent, so a retry is always safe.
    Connect,
    /// This machine cannot open another connection now: the process has too many open files. Nothing was sent.
    NoRoom,
    /// The server reports that it did not process the request: it was closing the connection, or refused the stream (RFC 9113,
    /// sections 6.8 and 8.7). Or the request waited for a connection that another one opened and gave up. A retry is always safe.
    Unprocessed,
    /// The TLS handshake failed on either side.
    Tls,
    /// A timeout of the transport.
    Timeout,
    /// The connection broke after the request may have been sent.
    Reset,
    /// The body failed or ended early.
    Body,
    /// The body is longer than its reader accepts. A retry does not help.
    TooLarge,
    /// The request cannot be sent: its URL or a header is invalid.
    Request,
    /// The HTTP client could not be built. Nothing was sent.
    NoClient,
    /// Any other failure.
    Other,
}

/// A failure of one HTTP exchange. Its text never holds the query of a URL, which may hold secrets.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// Creates an error of `kind`; `message` must hold no secret.
    pub fn new(kind: TransportErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Returns the kind of the failure.
    pub fn kind(&self) -> TransportErrorKind {
        self.kind
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|e| e as _)
    }
}

/// A failure of a body's source, such as a file.
impl From<std::io::Error> for TransportError {
    fn from(error: std::io::Error) -> Self {
        let message = format!("the body could not be read: {error}");
        Self::new(TransportErrorKind::Body, message).with_source(error)
    }
}
