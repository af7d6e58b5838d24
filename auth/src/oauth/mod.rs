//! What OAuth 2.0 token endpoints speak.

mod answer;
mod endpoint;
mod form;
mod post;
mod redact;

#[cfg(all(feature = "service-account", feature = "id-token"))]
pub(crate) use answer::read_id_token;
pub(crate) use answer::{Refusal, TokenAnswer, read, refuse};
pub(crate) use endpoint::{check_endpoint, is_loopback};
pub(crate) use form::form;
#[cfg(feature = "service-account")]
pub(crate) use post::{Reader, post_for};
pub(crate) use post::{form_request, post, shifted};
pub(crate) use redact::{excerpt, words};

/// Where Google exchanges assertions for access tokens; also the audience of every assertion, whichever address the endpoint
/// is reached at.
pub(crate) const GOOGLE_TOKEN_URI: &str = "https://oauth2.googleapis.com/token";

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
