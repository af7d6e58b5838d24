//! The token cache: crowds, cancellation, rejection, time, failures, runtimes.

mod cancellation;
mod crowd;
mod failure;
mod rejection;
mod runtime;
mod support;
mod time;
