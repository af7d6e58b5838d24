//! Credentials that come from others: impersonation, federation, access boundaries, and Google Distributed Cloud.
#![cfg(all(
    feature = "service-account",
    feature = "impersonation",
    feature = "external-account",
    feature = "downscoped"
))]

mod aws;
mod certificate;
mod crowd;
mod downscoped;
mod executable;
mod external_account;
#[cfg(all(feature = "adc", feature = "authorized-user", feature = "gdch"))]
mod foreign;
#[cfg(feature = "gdch")]
mod gdch;
mod impersonated;
#[cfg(feature = "reqwest")]
mod loopback;
#[path = "../service_account/mutate.rs"]
mod mutate;
#[cfg(all(feature = "adc", feature = "authorized-user", feature = "gdch"))]
mod reach;
mod recorded;
mod regional_boundary;
mod secrets;
mod support;
mod timeouts;
mod url_policy;
mod workforce_user;
