//! Classification of hosts, and the URLs that secrets may be sent to.

use std::net::IpAddr;

use http::Uri;

use crate::{AuthError, AuthErrorKind, DEFAULT_UNIVERSE};

/// Refuses a URL that secrets must not be sent to: neither https nor on this machine. `what` names it in the error.
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

/// Returns whether `host`, in the form of a URL, is this machine, including IPv4-mapped addresses. Names below `localhost` depend on the resolver
/// and are not.
pub(crate) fn is_loopback(host: &str) -> bool {
    let address = host
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Returns whether a host has a form of a Google service: global, mTLS, regional (three spellings) or Private Service Connect.
pub(super) fn is_google_host(service: &str, host: &str, universe: &str) -> bool {
    let Some(name) = host
        .strip_suffix(universe)
        .and_then(|rest| rest.strip_suffix('.'))
    else {
        return false;
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let labels: Vec<_> = name.split('.').collect();
    if universe.is_empty() || !labels.iter().all(|label| is_label(label)) {
        return false;
    }
    match labels[..] {
        // sts, us-east1-sts
        [one] => {
            one == service
                || one
                    .strip_suffix(service)
                    .is_some_and(|rest| rest.len() > 1 && rest.ends_with('-'))
        }
        // sts.mtls, sts.us-east1, us-east1.sts
        [one, two] if one == service || two == service => true,
        // sts-endpoint.p
        [one, "p"] => one
            .strip_prefix(service)
            .is_some_and(|rest| rest.len() > 1 && rest.starts_with('-')),
        // sts.us-east1.rep
        [one, _, "rep"] => one == service,
        _ => false,
    }
}

/// Returns whether a URL is a current or former token endpoint of Google. Other services of `googleapis.com` may store what they receive and
/// make it readable.
pub(crate) fn is_google_token_endpoint(url: &str) -> bool {
    url.parse::<Uri>()
        .is_ok_and(|uri| uri.scheme_str() == Some("https") && is_google_token_host(&uri))
}

pub(super) fn is_google_token_host(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default().to_ascii_lowercase();
    match &*host {
        "accounts.google.com" => true,
        "www.googleapis.com" => uri.path().starts_with("/oauth2/"),
        host => is_google_host("oauth2", host, DEFAULT_UNIVERSE),
    }
}

/// Returns whether a host is `sts.REGION.amazonaws.com`, or its form of China, FIPS or dual stack.
#[cfg(feature = "external-account")]
pub(super) fn is_aws_sts(host: &str) -> bool {
    let service = host.split('.').next().unwrap_or_default();
    let domains = [
        ".amazonaws.com",
        ".amazonaws.com.cn",
        ".api.aws",
        ".api.amazonwebservices.com.cn",
    ];
    matches!(service, "sts" | "sts-fips") && domains.iter().any(|domain| host.ends_with(domain))
}

#[cfg(feature = "external-account")]
pub(super) fn is_link_local(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_link_local(),
        Ok(IpAddr::V6(address)) => address.is_unicast_link_local() || address.is_unique_local(),
        Err(_) => false,
    }
}
