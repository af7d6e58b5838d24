//! Trying again: what is worth it, what is safe, when, and how often.
//!
//! Every error knows whether trying again could help ([`Repeat`]). [`safety`] says whether a call may be repeated although it may have had its effect. A
//! [`Backoff`] puts both together with the policy, the time that is left and the client's [`Budget`]; [`note()`] says in the error why there was no further attempt.

mod backoff;
mod budget;
mod hint;
mod jitter;
mod note;
mod policy;
mod refusal;
pub(crate) mod safety;

pub use self::policy::RetryPolicy;
pub(crate) use self::{
    backoff::{Backoff, Next, Why},
    budget::Budget,
    jitter::Jitter,
    note::{Note, PASSED_BY, note},
    refusal::{is_for_rate, repeat_of},
};

/// Whether trying again could help after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// The same request fails in the same way.
    Never,
    /// It could, but the failed attempt may have had its effect already.
    IfSafe,
    /// It could, and there was no effect: nothing reached the server, or the server refused to do anything.
    Always,
}
