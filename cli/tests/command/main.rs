//! The built command, called as people call it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod expand;
mod generate;
mod help;
mod support;
