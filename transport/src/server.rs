//! The server that a request is for.

use std::{fmt, net::Ipv6Addr};

use http::{
    Uri,
    uri::{Authority, Scheme},
};

use crate::{TransportError, TransportErrorKind};

/// The server of a request's URI. `Display` shows the host, with the port unless it is the default of the scheme.
pub(crate) struct Server {
    authority: Authority,
    is_https: bool,
}

impl Server {
    /// Returns the server that a request to `uri` reaches, with the same path.
    ///
    /// # Errors
    /// [`TransportErrorKind::Request`] for a URI that is no absolute `http` or `https` URL, holds a user name or a password, has no valid host
    /// or port, or has `.` or `..` segments or a backslash in its path: URL parsers and servers resolve these, also where they are
    /// percent-encoded.
    pub(crate) fn of(uri: &Uri) -> Result<Self, TransportError> {
        let refused =
            |why: &'static str| Err(TransportError::new(TransportErrorKind::Request, why));
        let (Some(authority), Some("https" | "http")) = (uri.authority(), uri.scheme_str()) else {
            return refused("the request's URL is not an absolute http or https URL");
        };
        // Connection pools use this part of the URL as a key, and log it.
        if authority.as_str().contains('@') {
            return refused(
                "the request's URL holds a user name or a password; send an `authorization` header instead",
            );
        }
        if !is_valid(authority) {
            return refused("the request's URL has an invalid host or port");
        }
        let path = uri.path();
        if path.contains('\\') || path.split('/').any(is_dots) {
            return refused("the request's path holds `.` or `..` segments or a backslash");
        }
        Ok(Self {
            authority: authority.clone(),
            is_https: uri.scheme() == Some(&Scheme::HTTPS),
        })
    }

    #[cfg(feature = "rustls")]
    pub(crate) fn is_https(&self) -> bool {
        self.is_https
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let default = if self.is_https { 443 } else { 80 };
        f.write_str(self.authority.host())?;
        match self.authority.port_u16().filter(|port| *port != default) {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

/// Whether an authority without a user is a host, with or without a port. `Uri` accepts more: it takes a port above 65535 for none.
pub(crate) fn is_valid(authority: &Authority) -> bool {
    let host = authority.host();
    let is_host = match host.strip_prefix('[') {
        Some(address) => address.trim_end_matches(']').parse::<Ipv6Addr>().is_ok(),
        None => !host.is_empty(),
    };
    let port = authority.as_str().strip_prefix(host).unwrap_or_default();
    is_host
        && match port.strip_prefix(':') {
            Some(digits) => {
                digits.bytes().all(|byte| byte.is_ascii_digit())
                    && (digits.is_empty() || authority.port_u16().is_some())
            }
            None => port.is_empty(),
        }
}

fn is_dots(segment: &str) -> bool {
    segment.starts_with(['.', '%']) && {
        let segment = segment.replace("%2e", ".").replace("%2E", ".");
        segment == "." || segment == ".."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_refused(url: &str, is_refused: bool) {
        let uri: Uri = url.parse().expect(url);
        let checked = Server::of(&uri).map_err(|error| error.kind());
        let expected = is_refused.then_some(TransportErrorKind::Request);
        assert_eq!(checked.err(), expected, "{url}");
    }

    #[test]
    fn segments_of_dots_are_refused_in_every_form() {
        for (path, is_refused) in [
            ("", false),
            ("/", false),
            ("/a.b/..c/.d/e..", false),
            ("/a/...", false),
            ("/a%2eb/%2e%2e%2e", false),
            ("/%2f/%25/%2", false),
            ("/a//b", false),
            ("/a?b=/../c", false),
            ("/.", true),
            ("/a/../b", true),
            ("/a/./b", true),
            ("/a/%2e", true),
            ("/a/%2E/b", true),
            ("/a/%2e%2E/b", true),
            ("/a/.%2e", true),
            ("/a\\b", true),
        ] {
            assert_refused(&format!("https://a.example{path}"), is_refused);
        }
    }

    #[test]
    fn hosts_and_ports_that_do_not_exist_are_refused() {
        for (authority, is_refused) in [
            ("a.example", false),
            ("a.example:0", false),
            ("a.example:65535", false),
            ("a.example:", false),
            ("a_b.example.", false),
            ("127.1:080", false),
            ("[::1]", false),
            ("[::ffff:127.0.0.1]:443", false),
            ("a.example:65536", true),
            ("a.example:18446744073709551617", true),
            ("a.example:+80", true),
            ("a.example:http", true),
            (":80", true),
            ("[]", true),
            ("[a.example]", true),
            ("[127.0.0.1]:80", true),
            ("[::1]a.example", true),
            ("[::1]a.example:80", true),
            ("[fe80::1%25eth0]", true),
        ] {
            assert_refused(&format!("https://{authority}/"), is_refused);
        }
    }

    #[test]
    fn a_port_is_named_unless_it_is_the_default() {
        for (uri, name) in [
            ("https://a.example/b?c", "a.example"),
            ("https://a.example:443/", "a.example"),
            ("https://a.example:80/", "a.example:80"),
            ("http://a.example:80/", "a.example"),
            ("http://[::1]:8080/", "[::1]:8080"),
        ] {
            let server = Server::of(&Uri::from_static(uri)).expect(uri);
            assert_eq!(server.to_string(), name);
        }
    }
}
