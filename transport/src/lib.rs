//! All that gapi and gapi-auth know of HTTP: a [`Transport`] that sends one request, the [`Body`] that
//! travels both ways, the [`TransportError`] that says how sending failed, and a [`Clock`].
//!
//! Mocks, recorders and fault injectors are transports, and because credentials use the same seam they see token
//! requests too.

mod body;
mod clock;
mod error;
mod hand_over;
mod manual_clock;
#[cfg(feature = "reqwest")]
mod options;
#[cfg(feature = "reqwest")]
mod reqwest;

use std::{future::Future, pin::Pin, sync::Arc};

pub use body::{Body, BodyStream};
pub use clock::{Clock, SystemClock};
pub use error::{TransportError, TransportErrorKind};
pub use hand_over::HandOver;
pub use manual_clock::ManualClock;

#[cfg(feature = "reqwest")]
pub use self::{options::TransportOptions, reqwest::default_transport};

/// The version of the compiler that built this crate, such as `1.95.0`: the `gl-rust/…` of an `x-goog-api-client` header.
pub const RUST_VERSION: &str = env!("GAPI_RUST_VERSION");

/// A boxed future that can move between threads; what object-safe asynchronous traits return.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Sends one HTTP request and returns one HTTP answer, whatever its status.
///
/// A transport neither follows redirects, nor retries, nor adds credentials: the callers do, because only they
/// know which headers are secret and which requests are safe to repeat.
///
/// Bodies come as they were sent: a transport that undoes a `content-encoding` takes positions, lengths and checksums away from the callers, who decode what is encoded themselves. It
/// adds no `accept-encoding` either.
pub trait Transport: std::fmt::Debug + Send + Sync + 'static {
    /// Sends `request`. The future may be dropped at any time.
    ///
    /// # Errors
    /// [`TransportError`] when no complete answer head arrived. A body that breaks later reports its error while it is read.
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>>;

    /// Whether it reads the [extensions](http::Request::extensions) of requests, as mocks do, or hands them to another transport. A request for one that
    /// does not is sent without them.
    fn reads_extensions(&self) -> bool {
        true
    }

    /// Whether it tells when a connection takes a request, as [`HandOver`] says. Time limits of an attempt count from then, and a request that no connection took is repeated as one that was never
    /// sent, whatever its method. The attempt of one that does not tell counts from its start, with the wait for a connection in it.
    ///
    /// A transport that hands requests to another one with their bodies as they are may return what that one returns.
    fn tells_hand_over(&self) -> bool {
        false
    }
}

/// A shared transport is a transport.
impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        (**self).send(request)
    }

    fn reads_extensions(&self) -> bool {
        (**self).reads_extensions()
    }

    fn tells_hand_over(&self) -> bool {
        (**self).tells_hand_over()
    }
}

/// A boxed transport is a transport.
impl<T: Transport + ?Sized> Transport for Box<T> {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        (**self).send(request)
    }

    fn reads_extensions(&self) -> bool {
        (**self).reads_extensions()
    }

    fn tells_hand_over(&self) -> bool {
        (**self).tells_hand_over()
    }
}
