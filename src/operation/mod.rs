//! Long-running operations: a method responds before its work is done, and another method reports the progress.
//!
//! Nothing here is specific to an API. The table of a method has the form of its operations, and the methods that poll and cancel
//! them; the generator finds these in the Discovery document.

mod failure;
mod poll_request;
mod poller;
mod snapshot;
mod stream;
mod wait;

pub use self::{stream::OperationStream, wait::Wait};
use crate::wire::Object;

/// A schema that is a long-running operation. Implemented by generated code; a [`PendingCall`](crate::PendingCall) of such a schema can
/// be waited for.
pub trait LongRunning: Object + Send + 'static {}
