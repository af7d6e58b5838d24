//! Calls from code without `async`.
//!
//! ```no_run
//! # fn example<R: gapi::Request>(request: R, client: gapi::Client) -> Result<(), gapi::Error>
//! # where R::Response: gapi::FromResponse {
//! use gapi::blocking;
//!
//! let response = blocking::block_on(client.send(request))?;
//! # let _ = response;
//! # Ok(()) }
//! ```
//!
//! Everything that can be awaited can be passed to [`block_on`], every [`Stream`] to [`iter`], and a [`Download`] to [`Reader`]. A client is
//! the same for both kinds of code.
//!
//! These functions may be called anywhere, within a tokio runtime too: connections and background tasks belong to a runtime on a thread
//! of gapi's own, which is started by the first call and lives as long as the process. Only callbacks that run on that thread must not
//! call them, such as [`Download::on_progress`]. With a `reqwest::Client` of your own, do not share one between both kinds of code: its
//! connections may belong to a runtime that waits.

use std::{
    fmt,
    future::IntoFuture,
    io::{self, BufRead, Read},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use gapi_transport::runtime;
use tokio::{runtime::Handle, task::unconstrained};

use crate::{Chunks, Download, Error};

/// Waits on this thread until `future` is ready, and returns its output.
pub fn block_on<F: IntoFuture>(future: F) -> F::Output {
    // Without the thread, the default transport reports that there is no runtime.
    let _entered = runtime::own().ok().map(Handle::enter);
    let signal = Arc::new(Signal {
        thread: thread::current(),
        is_set: AtomicBool::new(false),
    });
    let waker = Waker::from(Arc::clone(&signal));
    // Within a task, tokio would end each wait early once the task has used its budget.
    let mut future = pin!(unconstrained(future.into_future()));
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return output;
        }
        // A nested call may have used up the wakeup of the thread, but not that of this call.
        while !signal.is_set.swap(false, Ordering::Acquire) {
            thread::park();
        }
    }
}

/// Wakes a thread that waits.
struct Signal {
    thread: Thread,
    is_set: AtomicBool,
}

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.is_set.store(true, Ordering::Release);
        self.thread.unpark();
    }
}

/// Returns an iterator of the elements of `stream`, such as [`Items`](crate::Items), [`Pages`](crate::Pages) or
/// [`OperationStream`](crate::OperationStream). Each step waits for the next element.
pub fn iter<S: Blocking>(stream: S) -> Iter<S> {
    Iter { stream }
}

/// A stream that [`iter`] takes: any [`Stream`] that is [`Unpin`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no list or stream",
    label = "expected `items(&client)`, `pages(&client)`, or another stream",
    note = "a call with one response is `block_on(request.send(&client))?`"
)]
pub trait Blocking: Stream + Unpin {}

#[diagnostic::do_not_recommend]
impl<S: Stream + Unpin> Blocking for S {}

/// The elements of a stream. Created by [`iter`].
#[derive(Debug)]
#[must_use = "nothing is fetched until an element is asked for"]
pub struct Iter<S> {
    stream: S,
}

impl<S> Iter<S> {
    /// Returns the stream, after the elements that were returned.
    pub fn into_inner(self) -> S {
        self.stream
    }
}

impl<S: Blocking> Iterator for Iter<S> {
    type Item = S::Item;

    fn next(&mut self) -> Option<Self::Item> {
        block_on(self.stream.next())
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.size_hint()
    }
}

/// The bytes of a download as [`std::io::Read`] and [`BufRead`].
///
/// ```no_run
/// # fn example(download: gapi::Download) -> Result<(), Box<dyn std::error::Error>> {
/// use std::io::BufRead;
///
/// for line in gapi::blocking::Reader::open(download)?.lines() {
///     println!("{}", line?);
/// }
/// # Ok(()) }
/// ```
///
/// The [`io::Error`] of a download that breaks contains the [`Error`].
pub struct Reader {
    chunks: Chunks,
    rest: Bytes,
}

impl Reader {
    /// Sends the request of `download`, and waits for the head of the response.
    ///
    /// # Errors
    /// Any error of a call.
    pub fn open(download: Download) -> Result<Self, Error> {
        block_on(download.stream()).map(Self::from)
    }

    /// Returns the download, with the headers and the length of the content. The bytes that were received and not read are not in it.
    pub fn chunks(&self) -> &Chunks {
        &self.chunks
    }
}

impl From<Chunks> for Reader {
    fn from(chunks: Chunks) -> Self {
        Self {
            chunks,
            rest: Bytes::new(),
        }
    }
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(buffer)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Reader {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.rest.is_empty()
            && let Some(chunk) = block_on(self.chunks.try_next()).map_err(io::Error::other)?
        {
            self.rest = chunk;
        }
        Ok(&self.rest)
    }

    fn consume(&mut self, amount: usize) {
        let _ = self.rest.split_to(amount.min(self.rest.len()));
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Reader").field(&self.chunks).finish()
    }
}
