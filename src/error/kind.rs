//! What kind of failure an error is.

use std::fmt;

/// What kind of failure an [`Error`](crate::Error) is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request or the client is set up wrongly; nothing was sent.
    Usage,
    /// No valid credentials could be had, or they may not be sent there.
    Auth,
    /// No connection to the server; nothing was sent.
    Connect,
    /// Time ran out: the call's own, or the attempt's.
    Timeout,
    /// The connection broke, or the answer was incomplete or too large.
    Transport,
    /// A redirect that cannot be followed.
    Redirect,
    /// The server answered with an error.
    Api,
    /// The server's answer is not what the document declares.
    Decode,
    /// A long-running operation ended in an error.
    Operation,
    /// A list does not come to its end: the server repeats a page token.
    Paging,
    /// What the caller gave to read from or to write to failed.
    Io,
    /// Media cannot go on its way or did not arrive as it was: another size or checksum, another version in the middle of a download, a session that is gone.
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
