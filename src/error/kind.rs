//! The kinds of errors.

use std::fmt;

/// The kind of an [`Error`](crate::Error).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request or the client is configured wrongly; nothing was sent.
    Usage,
    /// There are no valid credentials, or they may not be sent to this URL.
    Auth,
    /// The connection to the server failed; nothing was sent.
    Connect,
    /// The time limit of the call or of an attempt was exceeded.
    Timeout,
    /// The connection failed after the request began, or the response was incomplete or too large.
    Transport,
    /// A redirect that cannot be followed.
    Redirect,
    /// The server returned an error.
    Api,
    /// The response does not have the form that the document declares.
    Decode,
    /// A long-running operation ended in an error.
    Operation,
    /// A list has no end: the server repeats a page token.
    Paging,
    /// Reading the caller's media, or writing to the caller's destination, failed.
    Io,
    /// A transfer failed an integrity check, the object changed during the download, or the session expired.
    Media,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Usage => "usage",
            Self::Auth => "credentials",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Transport => "transport",
            Self::Redirect => "redirect",
            Self::Api => "api",
            Self::Decode => "decode",
            Self::Operation => "operation",
            Self::Paging => "paging",
            Self::Io => "io",
            Self::Media => "media",
        })
    }
}
