//! Many calls in one HTTP request.

mod calls;
mod exchange;
pub(crate) mod mixed;
mod responses;
mod run;

pub use self::{
    calls::{Batch, PendingBatch},
    responses::{BatchHandle, BatchResponses},
};
