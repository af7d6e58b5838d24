//! The embedded servers, by what they answer.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod client;
mod cloud_sql;
mod metadata;
mod oauth;
mod server;
