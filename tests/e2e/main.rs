//! End to end: a module that `api!` made, the client, credentials and reqwest, against an embedded server.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![cfg(all(feature = "macros", feature = "auth", feature = "rustls"))]

mod auth;
mod blocking;
mod calls;
mod crowd;
mod faults;
mod first_programs;
mod http2;
mod retry_suite;
mod runtimes;
mod support;
mod transports;
