//! The settings of retries: policy, budget and jitter.

mod budget;
mod jitter;
mod policy;

pub use self::policy::RetryPolicy;
pub(crate) use self::{budget::Budget, jitter::Jitter};
