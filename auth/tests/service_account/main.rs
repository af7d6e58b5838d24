//! Service accounts: what goes over the wire, what comes back, and every way a key can be wrong.
#![cfg(feature = "service-account")]

mod answers;
mod exchange;
mod key_files;
#[cfg(feature = "reqwest")]
mod loopback;
mod refusals;
mod secrets;
mod self_signed;
mod support;
