//! Long-running operations: a method answers before its work is done, and another one tells how it goes.
//!
//! Nothing here knows an API. The table of a method says which form its operations have, which method polls them and which one cancels
//! them; the generator found these in the document.

mod backoff;
mod failure;
mod locate;
mod poller;
mod response;
mod snapshot;
mod wait;
mod watch;

pub use self::{wait::Wait, watch::OperationStream};
use crate::wire::Object;

/// A schema that is a long-running operation. Generated code implements it; with it, a [`PendingCall`](crate::PendingCall) can wait.
pub trait LongRunning: Object + Send + 'static {}
