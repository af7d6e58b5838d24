//! Which URLs may be sent secrets.

use std::net::IpAddr;

use http::Uri;

use crate::{AuthError, AuthErrorKind};

/// Assertions, codes and refresh tokens are secrets: they travel over TLS, or stay on this machine. `what` names the URL.
pub(crate) fn check_endpoint(what: &str, uri: &str) -> Result<(), AuthError> {
    let is_safe = uri.parse::<Uri>().is_ok_and(|uri| {
        match (uri.scheme_str(), uri.host().unwrap_or_default()) {
            (Some("https"), host) => !host.is_empty(),
            (Some("http"), host) => is_loopback(host),
            _ => false,
        }
    });
    if is_safe {
        return Ok(());
    }
    Err(
        AuthError::new(AuthErrorKind::Config, format!("{what} is not an https URL"))
            .with_hint("plain http is accepted for this machine's loopback addresses only"),
    )
}

/// Whether `host`, as it stands in a URL, is this machine, also as IPv6 maps it. Names below `localhost` are whatever a resolver says.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.to_canonical().is_loopback())
}
