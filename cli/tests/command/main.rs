//! The built command, ran as people call it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod auth;
mod call;
mod diff;
mod expand;
mod fetch;
mod generate;
mod help;
mod init;
mod look;
mod streams;
mod support;
