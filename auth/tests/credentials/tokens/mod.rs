//! ID tokens, signatures, and what is built on them.

mod client_certificate;
mod providers;
mod recorded;
mod service_account;
mod signed_url;
mod support;
mod verify;
mod with_signer;
