//! The tokio runtime around a call: what it offers, what happens without one, and a runtime of gapi's own.

use std::{
    cell::Cell,
    io,
    panic::catch_unwind,
    pin::Pin,
    sync::{Mutex, OnceLock, PoisonError},
    task::{Context, Poll},
    thread,
    time::Duration,
};

use tokio::{
    runtime::{Builder, EnterGuard, Handle, Id},
    task::JoinHandle,
};

use crate::{TransportError, TransportErrorKind};

/// Returns the runtime that polls the caller, which `who` needs.
///
/// # Errors
/// [`TransportErrorKind::NoClient`] if there is none.
pub fn current(who: &str) -> Result<Handle, TransportError> {
    Handle::try_current().map_err(|error| {
        let message = format!(
            "{who} needs a tokio runtime, and there is none here; send through a transport of `TransportOptions::own_runtime`, wrap the future in `async_compat::Compat`, or run it with `gapi::blocking`"
        );
        TransportError::new(TransportErrorKind::NoClient, message).with_source(error)
    })
}

/// Returns whether there is a runtime with a timer.
///
/// tokio reports a runtime without one by a panic only, so each thread tries that once for a runtime.
pub(crate) fn has_timer() -> bool {
    thread_local! {
        static LAST: Cell<Option<(Id, bool)>> = const { Cell::new(None) };
    }
    let Ok(runtime) = Handle::try_current() else {
        return false;
    };
    let id = runtime.id();
    if let Some((_, has_timer)) = LAST.get().filter(|(last, _)| *last == id) {
        return has_timer;
    }
    let has_timer = catch_unwind(|| drop(tokio::time::sleep(Duration::ZERO))).is_ok();
    LAST.set(Some((id, has_timer)));
    has_timer
}

/// Checks that the current runtime can open connections.
///
/// # Errors
/// [`TransportErrorKind::NoClient`] if its timer or its I/O is disabled.
#[cfg(feature = "rustls")]
pub(crate) fn check_drivers() -> Result<(), TransportError> {
    if has_timer() && has_io() {
        return Ok(());
    }
    Err(TransportError::new(
        TransportErrorKind::NoClient,
        "the tokio runtime of this call has no timer or no I/O, which the HTTP client needs; build it with `enable_all`",
    ))
}

/// Returns whether the current runtime has I/O. tokio reports a runtime without it by a panic only.
#[cfg(feature = "rustls")]
fn has_io() -> bool {
    let Ok(socket) = std::net::UdpSocket::bind((std::net::Ipv4Addr::LOCALHOST, 0)) else {
        // Connections report what is wrong.
        return true;
    };
    socket.set_nonblocking(true).is_err()
        || catch_unwind(|| drop(tokio::net::UdpSocket::from_std(socket))).is_ok()
}

/// Returns the runtime of gapi's own thread, which is started for the first caller and lives as long as the process.
///
/// # Errors
/// When the system cannot start a thread.
pub fn own() -> io::Result<&'static Handle> {
    static OWN: OnceLock<Handle> = OnceLock::new();
    static STARTING: Mutex<()> = Mutex::new(());
    if let Some(runtime) = OWN.get() {
        return Ok(runtime);
    }
    let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(runtime) = OWN.get() {
        return Ok(runtime);
    }
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    thread::Builder::new()
        .name(String::from("gapi-runtime"))
        .spawn(move || runtime.block_on(std::future::pending::<()>()))?;
    Ok(OWN.get_or_init(|| handle))
}

/// A future that is polled within a runtime, on the thread that polls it.
#[derive(Debug)]
pub struct Entered<F> {
    runtime: &'static Handle,
    future: F,
}

impl<F> Entered<F> {
    /// Returns `future`, which finds `runtime` to be the current one.
    pub fn new(runtime: &'static Handle, future: F) -> Self {
        Self { runtime, future }
    }
}

impl<F: Future + Unpin> Future for Entered<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let _entered: EnterGuard<'_> = self.runtime.enter();
        Pin::new(&mut self.future).poll(cx)
    }
}

/// Begins blocking `work`, which is completed even if the result is dropped: on a thread of the runtime, or on this one if there is
/// no runtime.
pub fn unblock<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Unblocked<T> {
    match Handle::try_current() {
        Ok(runtime) => Unblocked::Running(runtime.spawn_blocking(work)),
        Err(_) => Unblocked::Done(Some(work())),
    }
}

/// The result of blocking work. An error means that the runtime ended, or that the work panicked.
#[derive(Debug)]
pub enum Unblocked<T> {
    /// On another thread.
    Running(JoinHandle<T>),
    /// `None` after it was returned.
    Done(Option<T>),
}

impl<T> Unpin for Unblocked<T> {}

impl<T> Future for Unblocked<T> {
    type Output = io::Result<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.get_mut() {
            Self::Running(task) => Pin::new(task).poll(cx).map_err(io::Error::other),
            Self::Done(result) => match result.take() {
                Some(result) => Poll::Ready(Ok(result)),
                None => Poll::Pending,
            },
        }
    }
}
