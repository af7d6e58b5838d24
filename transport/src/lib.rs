//! The HTTP interface of gapi and gapi-auth: a [`Transport`] sends one request, [`Body`] is the body of requests and responses,
//! [`TransportError`] is the failure of an exchange, and [`Clock`] is time.
//!
//! Mocks, recorders and fault injectors are transports. Credentials use the same interface, so these see token requests too.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod body;
#[cfg(any(feature = "rustls", feature = "reqwest"))]
mod cause;
#[cfg(feature = "rustls")]
mod client;
mod clock;
#[cfg(feature = "crypto")]
#[doc(hidden)]
pub mod crypto;
mod error;
mod lazy;
mod manual_clock;
#[cfg(feature = "rustls")]
mod options;
#[doc(hidden)]
pub mod redact;
#[cfg(feature = "reqwest")]
mod reqwest;
#[doc(hidden)]
pub mod runtime;
#[cfg(any(feature = "rustls", feature = "reqwest"))]
mod server;
mod timer_thread;
#[cfg(feature = "rustls")]
mod tls;

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub use body::{Body, BodyStream, SendEvents};
pub use clock::{Clock, SystemClock};
pub use error::{TransportError, TransportErrorKind};
pub use lazy::LazyTransport;
pub use manual_clock::ManualClock;

#[cfg(feature = "rustls")]
pub use self::options::{TransportOptions, default_transport};

/// Locks a mutex, also after a thread that held it has panicked.
#[doc(hidden)]
pub fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The version of the compiler that built this crate, such as `1.95.0`: `gl-rust/…` in the header `x-goog-api-client`.
pub const RUST_VERSION: &str = env!("GAPI_RUST_VERSION");

/// A boxed future that can move between threads, as object-safe asynchronous traits return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Sends one HTTP request and returns one HTTP response of any status.
///
/// A transport does not follow redirects, retry, or add credentials. Its callers do, because only they know which headers are
/// secret and which requests are safe to repeat.
///
/// A transport does not decode bodies and adds no `accept-encoding`: its callers need the positions, lengths and checksums of
/// the encoded bytes, and decode them themselves.
///
/// ```
/// use gapi_transport::{Body, BoxFuture, Transport, TransportError};
/// use http::{Request, Response};
///
/// /// Responds to all requests with an empty body.
/// #[derive(Debug)]
/// struct Empty;
///
/// impl Transport for Empty {
///     fn send(&self, _: Request<Body>) -> BoxFuture<'_, Result<Response<Body>, TransportError>> {
///         Box::pin(async { Ok(Response::new(Body::empty())) })
///     }
/// }
/// ```
pub trait Transport: std::fmt::Debug + Send + Sync + 'static {
    /// Sends `request`. The future may be dropped at any time.
    ///
    /// # Errors
    /// [`TransportError`] when no complete head of a response arrived. A body that fails later reports its error when it is read.
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>>;

    /// Returns whether it reports [`SendEvents`]. If it does, the time limit of an attempt begins when a connection takes the
    /// request, and a request that no connection took is repeated for every method. Otherwise the limit includes the wait for
    /// a connection.
    ///
    /// A transport that passes requests with unchanged bodies to another one may return the value of that one.
    fn reports_send_events(&self) -> bool {
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

    fn reports_send_events(&self) -> bool {
        (**self).reports_send_events()
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

    fn reports_send_events(&self) -> bool {
        (**self).reports_send_events()
    }
}
