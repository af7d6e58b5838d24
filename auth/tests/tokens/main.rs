//! ID tokens, signatures, and what is built on them.

mod service_account;
mod signed_url;
mod support;
mod verify;
