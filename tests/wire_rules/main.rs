//! What the runtime puts on the wire, and what it makes of what comes back: every rule against a scripted transport.
#![cfg(feature = "auth")]

mod api;
mod auth;
#[cfg(feature = "macros")]
mod batch_repeats;
#[cfg(feature = "macros")]
mod batches;
mod body;
mod budgets;
mod conditional;
mod decode;
mod downloads;
mod environment;
mod errors;
mod faults;
mod gzip;
mod headers;
#[cfg(feature = "macros")]
mod literals;
mod media_faults;
mod metrics;
#[cfg(feature = "macros")]
mod mocks;
#[cfg(feature = "macros")]
mod mutated;
#[cfg(feature = "macros")]
mod operations;
mod options;
mod paging;
#[cfg(feature = "macros")]
mod parts;
#[cfg(feature = "macros")]
mod patches;
mod redirects;
mod repeats;
mod resumes;
mod retries;
mod script;
mod secrets;
mod sessions;
mod stored;
#[cfg(feature = "macros")]
mod streams;
#[cfg(feature = "macros")]
mod time;
mod tokens;
mod transfers;
mod uploads;
mod url;
