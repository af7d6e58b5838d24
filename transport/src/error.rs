//! How sending failed.

use std::{error::Error as StdError, fmt};

/// What kind of failure a [`TransportError`] is. Callers decide by it whether to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection: the name did not resolve, or the peer refused. Nothing was sent, so trying again is always safe.
    Connect,
    /// This machine has no room for another connection now: the process has too many open files. Nothing was sent.
    NoRoom,
    /// The server says that it did not look at the request: it was about to close the connection, or refused the stream (RFC 9113, sections 6.8 and 8.7). Trying again is always safe.
    Unprocessed,
    /// TLS refused the peer, or the peer refused us.
    Tls,
    /// Time ran out.
    Timeout,
    /// The connection broke after the request may have been sent.
    Reset,
    /// The body broke or ended early.
    Body,
    /// The body is longer than its reader accepts. Trying again does not help.
    TooLarge,
    /// The request itself cannot be sent (a bad URL or header).
    Request,
    /// There is nothing to send with: the client could not be built. Nobody was asked.
    NoClient,
    /// Anything else.
    Other,
}

/// A failure to exchange one request and answer. Its text never holds a URL's query, which may carry secrets.
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// An error of `kind`; `message` must hold no secret.
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

    /// What kind of failure this is.
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

/// A body's source, such as a file, failed.
impl From<std::io::Error> for TransportError {
    fn from(error: std::io::Error) -> Self {
        let message = format!("the body could not be read: {error}");
        Self::new(TransportErrorKind::Body, message).with_source(error)
    }
}
