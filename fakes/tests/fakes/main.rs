//! The embedded servers, by their responses.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod client;
mod cloud_sql;
mod metadata;
mod oauth;
mod server;
