//! Service accounts: what goes over the wire, what comes back, and every way a key can be wrong.

mod exchange;
mod key_files;
mod loopback;
mod refusals;
mod responses;
mod secrets;
mod self_signed;
pub(crate) mod support;
