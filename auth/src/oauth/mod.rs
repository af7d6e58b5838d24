//! What OAuth 2.0 token endpoints speak.

mod answer;
mod date;
mod endpoint;
mod form;
mod redact;

#[cfg(feature = "service-account")]
pub(crate) use answer::Refusal;
pub(crate) use answer::{TokenAnswer, read};
pub(crate) use endpoint::check_endpoint;
#[cfg(feature = "authorized-user")]
pub(crate) use endpoint::is_loopback;
pub(crate) use form::form;
#[cfg(feature = "user-flows")]
pub(crate) use redact::words;

/// How much of a token endpoint's answer is read.
pub(crate) const ANSWER_LIMIT: usize = 1024 * 1024;

/// The `x-goog-api-client` header of a token request: who asks, for what, with which credentials.
pub(crate) fn metrics_header(what: &str) -> String {
    format!(
        "gl-rust/{} auth/{} {what}",
        gapi_transport::RUST_VERSION,
        env!("CARGO_PKG_VERSION")
    )
}
