//! Fetches a page before it is asked for.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::{runtime::Handle, task::JoinHandle};

use super::walk::Fetch;
use crate::{Error, ErrorKind, execute::Answered};

/// The same work, going on in a task of its own where there is a runtime for one.
pub(super) fn start(work: Fetch) -> Fetch {
    match Handle::try_current() {
        Ok(runtime) => Box::pin(Ahead(runtime.spawn(work))),
        Err(_) => work,
    }
}

/// A task that ends with whoever waits for it.
struct Ahead(JoinHandle<Result<Answered, Error>>);

impl Future for Ahead {
    type Output = Result<Answered, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match ready!(Pin::new(&mut self.0).poll(cx)) {
            Ok(result) => result,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(cancelled) => {
                    let message = "the runtime ended while the page was fetched";
                    Err(Error::new(ErrorKind::Transport, message).with_source(cancelled))
                }
            },
        })
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.0.abort();
    }
}
