//! The crypto provider of TLS and of signatures.

use std::sync::{Arc, OnceLock};

use rustls::crypto::CryptoProvider;

use crate::{TransportError, TransportErrorKind};

/// Returns the provider that the process installed, else that of the feature `aws-lc-rs`, else that of the feature `ring`. It installs
/// none, so that the program can do so later.
///
/// # Errors
/// [`TransportErrorKind::NoClient`] if there is none. The text names the features.
pub fn provider() -> Result<Arc<CryptoProvider>, TransportError> {
    static OF_FEATURES: OnceLock<Option<Arc<CryptoProvider>>> = OnceLock::new();
    CryptoProvider::get_default()
        .or_else(|| {
            OF_FEATURES
                .get_or_init(|| of_features().map(Arc::new))
                .as_ref()
        })
        .cloned()
        .ok_or_else(|| {
            TransportError::new(
                TransportErrorKind::NoClient,
                "there is no crypto provider: turn on the feature `aws-lc-rs` or `ring` of gapi, or install a provider of rustls 0.23 in the process",
            )
        })
}

#[cfg(feature = "aws-lc-rs")]
fn of_features() -> Option<CryptoProvider> {
    Some(rustls::crypto::aws_lc_rs::default_provider())
}

#[cfg(all(feature = "ring", not(feature = "aws-lc-rs")))]
fn of_features() -> Option<CryptoProvider> {
    Some(rustls::crypto::ring::default_provider())
}

#[cfg(not(any(feature = "aws-lc-rs", feature = "ring")))]
fn of_features() -> Option<CryptoProvider> {
    None
}
