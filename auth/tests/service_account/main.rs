//! Service accounts: what goes over the wire, what comes back, and every way a key can be wrong.
#![cfg(feature = "service-account")]

mod answers;
mod exchange;
mod key_files;
mod refusals;
mod secrets;
mod self_signed;
mod support;
