//! Why a notification is none.

use std::{error::Error, fmt};

/// Why a request is no notification of a channel. Respond with status 400 or 403, and do nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotificationError {
    /// It has no such header, so it comes from elsewhere.
    Missing(&'static str),
    /// A header has a value that no service sends.
    Invalid(&'static str),
    /// It is for another channel.
    WrongChannel,
    /// Its token is not the channel's.
    WrongToken,
}

impl fmt::Display for NotificationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(header) => write!(f, "the notification has no header {header}"),
            Self::Invalid(header) => {
                write!(
                    f,
                    "the notification's header {header} is not what services send"
                )
            }
            Self::WrongChannel => f.write_str("the notification is for another channel"),
            Self::WrongToken => {
                f.write_str("the notification does not bring back the channel's token")
            }
        }
    }
}

impl Error for NotificationError {}
