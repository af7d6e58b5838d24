//! What the causes of an HTTP client's error mean.

use std::{error::Error as StdError, io};

use crate::{TransportError, TransportErrorKind};

/// hyper's text for a connection whose task was dropped, which it does not report in another form.
const RUNTIME_GONE: &str = "runtime dropped the dispatch task";

/// The text of hyper's pool for a request that waited for another one's connection, when that one was given up.
const OPENER_GONE: &str = "request was canceled";

/// The beginning of rustls' text for what the server refuses, for example a missing client certificate.
#[cfg(feature = "crypto")]
const ALERT: &str = "received fatal alert: ";

/// Returns an error with `message` and the text of the innermost cause, which is `gone` for a connection whose task was dropped.
pub(crate) fn describe(
    kind: TransportErrorKind,
    message: &str,
    gone: &str,
    error: impl StdError + Send + Sync + 'static,
) -> TransportError {
    let message = match chain(&error).skip(1).last().map(ToString::to_string) {
        Some(cause) if cause == RUNTIME_GONE => format!("{message}: {gone}"),
        Some(cause) => format!("{message}: {cause}"),
        None => message.to_owned(),
    };
    TransportError::new(kind, message).with_source(error)
}

/// Returns the error of the request's body, if that is why the request failed.
///
/// # Errors
/// The same error, if it has another reason.
pub(crate) fn of_body<E: StdError + Send + Sync + 'static>(error: E) -> Result<TransportError, E> {
    let own = chain(&error)
        .find_map(|e| e.downcast_ref::<TransportError>())
        .map(|own| (own.kind(), format!("the request's body failed: {own}")));
    match own {
        Some((kind, message)) => Ok(TransportError::new(kind, message).with_source(error)),
        None => Err(error),
    }
}

/// Returns the kind of a failure before the head of a response, and the text before the server's name; `None` if the causes do not decide it.
pub(crate) fn kind(
    error: &(dyn StdError + 'static),
    is_connect: bool,
) -> Option<(TransportErrorKind, &'static str)> {
    Some(if is_tls(error) {
        (TransportErrorKind::Tls, "TLS failed with")
    } else if is_connect && has_no_room(error) {
        (TransportErrorKind::NoRoom, "no room for a connection to")
    } else if is_connect && chain(error).any(|cause| cause.to_string() == OPENER_GONE) {
        (
            TransportErrorKind::Unprocessed,
            "the request was not sent to",
        )
    } else if is_connect {
        (TransportErrorKind::Connect, "no connection to")
    } else if is_unprocessed(error) {
        (
            TransportErrorKind::Unprocessed,
            "the request was not processed by",
        )
    } else {
        return None;
    })
}

pub(crate) fn is_io(error: &(dyn StdError + 'static)) -> bool {
    chain(error).any(<dyn StdError>::is::<io::Error>)
}

/// Whether the process or the machine has reached its limit of open files.
fn has_no_room(error: &(dyn StdError + 'static)) -> bool {
    // ENFILE and EMFILE; WSAEMFILE.
    let numbers: &[i32] = if cfg!(windows) { &[10024] } else { &[23, 24] };
    chain(error)
        .filter_map(|e| e.downcast_ref::<io::Error>()?.raw_os_error())
        .any(|number| numbers.contains(&number))
}

/// Whether the server reports that it did not process the request, which HTTP/2 alone can.
#[cfg(feature = "http2")]
fn is_unprocessed(error: &(dyn StdError + 'static)) -> bool {
    chain(error)
        .filter_map(|e| e.downcast_ref::<h2::Error>())
        .any(|e| {
            let refused = e.is_reset() && e.reason() == Some(h2::Reason::REFUSED_STREAM);
            let left = e.is_go_away() && e.reason() == Some(h2::Reason::NO_ERROR);
            e.is_remote() && (refused || left)
        })
}

#[cfg(not(feature = "http2"))]
fn is_unprocessed(_: &(dyn StdError + 'static)) -> bool {
    false
}

/// Whether rustls reports the error. Other TLS libraries report a connection that cannot be made.
#[cfg(feature = "crypto")]
fn is_tls(error: &(dyn StdError + 'static)) -> bool {
    // h2 retains the text of an error only.
    chain(error).any(|e| e.is::<rustls::Error>() || e.to_string().starts_with(ALERT))
}

#[cfg(not(feature = "crypto"))]
fn is_tls(_: &(dyn StdError + 'static)) -> bool {
    false
}

/// An error and its causes. `source` of an I/O error skips the error that it wraps, so that one is added.
fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let this = next?;
        let wrapped = this
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        next = wrapped
            .map(|inner| inner as &(dyn StdError + 'static))
            .or_else(|| this.source());
        Some(this)
    })
}
