//! Credentials: their tokens, the cache, the files and machines that they are found on, and the errors of each.
#![cfg(all(
    feature = "adc",
    feature = "downscoped",
    feature = "external-account",
    feature = "gdch",
    feature = "id-token-verification",
    feature = "impersonation",
    feature = "rustls",
    feature = "service-account",
    feature = "signed-url",
    feature = "user-flows"
))]

mod adc;
mod cache;
mod external;
mod mutate;
mod service_account;
mod tokens;
mod user;
