//! The proxies of the environment and the system, which are not used for this machine.

use std::{fmt, net::IpAddr, ops::Deref};

use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use url::Host;

/// The proxies of `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY` or the system's settings; `None` to use none.
///
/// A request to a loopback address uses none: no proxy can reach this machine, and over plain http it could read the secrets.
pub(crate) struct Proxies(Option<Matcher>);

impl Proxies {
    pub(crate) fn new(direct: bool) -> Self {
        Self((!direct).then(Matcher::from_system))
    }

    /// Returns the proxy of requests to `server`.
    pub(crate) fn of(&self, server: &Uri) -> Option<Proxy> {
        let proxy = self.0.as_ref()?.intercept(server)?;
        (!is_this_machine(server.host()?)).then(|| Proxy(Box::new(proxy)))
    }
}

impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the matcher: it takes what follows the first `@` of a password for a part of the host.
        let used = if self.0.is_some() {
            "of the system"
        } else {
            "none"
        };
        f.debug_tuple("Proxies").field(&used).finish()
    }
}

/// The proxy of a request. `Display` shows it without user and password.
pub(crate) struct Proxy(Box<Intercept>);

impl Proxy {
    /// Whether it is a SOCKS proxy, which looks up names itself.
    pub(crate) fn is_socks(&self) -> bool {
        matches!(self.uri().scheme_str(), Some("socks5" | "socks5h"))
    }
}

impl Deref for Proxy {
    type Target = Intercept;

    fn deref(&self) -> &Intercept {
        &self.0
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uri = self.uri();
        write!(f, " through the proxy {}", uri.host().unwrap_or_default())?;
        match uri.port_u16() {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

/// Whether a host is this machine: `localhost` and the names below it (RFC 6761, section 6.3), the loopback addresses, also as IPv6 maps them,
/// and the unspecified ones, which emulators print and systems connect to themselves, in every form that URLs have for an address.
fn is_this_machine(host: &str) -> bool {
    let address: IpAddr = match Host::parse(host) {
        Ok(Host::Ipv4(address)) => address.into(),
        Ok(Host::Ipv6(address)) => address.into(),
        Ok(Host::Domain(name)) => {
            let name = name.strip_suffix('.').unwrap_or(&name);
            return name
                .strip_suffix("localhost")
                .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        }
        Err(_) => return false,
    };
    let address = address.to_canonical();
    address.is_loopback() || address.is_unspecified()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_many_names() {
        for (host, expected) in [
            ("localhost", true),
            ("LOCALHOST", true),
            ("localhost.", true),
            ("api.localhost", true),
            ("a.b.localhost.", true),
            ("127.0.0.1", true),
            ("127.1", true),
            ("127.255.255.254", true),
            ("2130706433", true),
            ("0x7f.1", true),
            ("[::1]", true),
            ("[0:0:0:0:0:0:0:1]", true),
            ("[::ffff:127.0.0.1]", true),
            ("[::ffff:7f00:2]", true),
            ("0.0.0.0", true),
            ("[::]", true),
            ("notlocalhost", false),
            ("localhost.example", false),
            ("127.0.0.1.example", false),
            ("128.0.0.1", false),
            ("10.0.0.1", false),
            ("169.254.169.254", false),
            ("[::2]", false),
            ("[::ffff:10.0.0.1]", false),
            ("[fe80::1]", false),
        ] {
            assert_eq!(is_this_machine(host), expected, "{host}");
        }
    }

    #[test]
    fn a_proxy_is_named_without_its_password() {
        let matcher = Matcher::builder()
            .all("http://user:can@canary@proxy.example:3128")
            .build();
        let proxies = Proxies(Some(matcher));
        let proxy = proxies.of(&Uri::from_static("https://a.example/"));
        let proxy = proxy.expect("a proxy");
        assert_eq!(proxy.to_string(), " through the proxy proxy.example:3128");
        assert!(!format!("{proxies:?}").contains("canary"));
    }
}
