//! The default transport: a client for each runtime, and the proxies of the environment and the system, which are not used for this
//! machine.

use std::{fmt, net::IpAddr};

use ::reqwest::{Client, Error, Response, Url};
use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use super::{clients::Clients, into_reqwest, into_response};
use crate::{Body, BoxFuture, Transport, TransportError};

/// Clients that use the proxies of `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY` or the system's settings, or no proxy.
///
/// A request to a loopback address uses none: no proxy can reach this machine, and over plain http it could read the secrets.
pub(crate) struct Proxied {
    clients: Clients,
    /// The settings of the clients, read by the same code; `None` if they use no proxy.
    proxies: Option<Matcher>,
}

impl Proxied {
    /// Creates the transport of the clients that `build` makes: without proxies if its argument is true.
    pub(crate) fn new(
        direct: bool,
        build: impl Fn(bool) -> Result<Client, TransportError> + Send + Sync + 'static,
    ) -> Result<Self, TransportError> {
        Ok(Self {
            clients: Clients::new(direct, build)?,
            proxies: (!direct).then(Matcher::from_system),
        })
    }
}

impl Proxied {
    /// Starts a request. It is no `async` function, because its future would hold the request for as long as the response takes.
    fn start(
        &self,
        request: http::Request<Body>,
    ) -> Result<
        (
            impl Future<Output = Result<Response, Error>> + use<>,
            Option<Proxy>,
        ),
        TransportError,
    > {
        let proxies = self.proxies.as_ref();
        let mut proxy = proxies.and_then(|proxies| Proxy::of(proxies, request.uri()));
        let request = into_reqwest(request)?;
        let mut direct = proxies.is_none();
        if proxy.is_some() && is_this_machine(request.url()) {
            (proxy, direct) = (None, true);
        }
        Ok((self.clients.get(direct)?.execute(request), proxy))
    }
}

impl Transport for Proxied {
    fn send(
        &self,
        request: http::Request<Body>,
    ) -> BoxFuture<'_, Result<http::Response<Body>, TransportError>> {
        Box::pin(async move {
            let (response, proxy) = self.start(request)?;
            into_response(response.await, proxy)
        })
    }

    fn reports_send_events(&self) -> bool {
        true
    }
}

impl fmt::Debug for Proxied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It shows no proxy's password.
        f.debug_tuple("Proxied").field(&self.proxies).finish()
    }
}

/// The proxy of a request. `Display` shows it without user and password.
pub(super) struct Proxy(Box<Intercept>);

impl Proxy {
    fn of(proxies: &Matcher, uri: &Uri) -> Option<Self> {
        proxies.intercept(uri).map(|proxy| Self(Box::new(proxy)))
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let uri = self.0.uri();
        write!(f, " through the proxy {}", uri.host().unwrap_or_default())?;
        match uri.port_u16() {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

/// Whether a URL is for this machine: `localhost` and the names below it (RFC 6761, section 6.3), and the loopback addresses, also as IPv6 maps them.
fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = address.parse::<IpAddr>() {
        return address.to_canonical().is_loopback();
    }
    let name = host.strip_suffix('.').unwrap_or(host);
    name.strip_suffix("localhost")
        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
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
            let url = Url::parse(&format!("http://{host}:8080/")).expect(host);
            assert_eq!(is_this_machine(&url), expected, "{host}");
        }
    }

    #[test]
    fn a_proxy_is_named_without_its_password() {
        let matcher = Matcher::builder()
            .all("http://user:canary@proxy.example:3128")
            .build();
        let proxy = Proxy::of(&matcher, &Uri::from_static("https://a.example/")).expect("a proxy");
        assert_eq!(proxy.to_string(), " through the proxy proxy.example:3128");
        assert!(!format!("{matcher:?}").contains("canary"));
    }
}
