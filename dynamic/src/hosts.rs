//! Which hosts a document that was not compiled in may name, because calls send credentials there.

use gapi_codegen::model::Api;

use crate::{Diagnostic, DiagnosticKind, Diagnostics};

/// The hosts that a document may send requests to: this machine, and those of a domain.
///
/// A method of a compiled module has the addresses that its author saw. A document that is read at run time may come from a folder that
/// another program wrote, so its addresses are checked before any request, and before any token is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hosts {
    /// `googleapis.com` and the hosts below it.
    #[default]
    Google,
    /// The hosts of another universe of Google Cloud, by its domain, and those of `googleapis.com`, which the client replaces.
    Universe(String),
    /// Any host. For clients that have an endpoint of their own, which replaces the addresses of the document.
    Any,
}

const GOOGLE: &str = "googleapis.com";

impl Hosts {
    /// Checks all roots of a document.
    pub(crate) fn check(&self, api: &Api) -> Result<(), Diagnostics> {
        let mut all = Diagnostics::default();
        let endpoints = api.endpoints.iter();
        let roots = [("rootUrl", api.root_url.as_str())]
            .into_iter()
            .chain(api.mtls_root_url.as_deref().map(|url| ("mtlsRootUrl", url)))
            .chain(endpoints.map(|endpoint| ("endpoints", endpoint.url.as_str())));
        for (key, url) in roots {
            if !self.allows(url) {
                let spec = format!("{}:{}", api.name, api.version);
                let message = format!("the document of {spec} sends requests to {url}");
                all.push(
                    Diagnostic::new(DiagnosticKind::Host, key, message)
                        .expected(format!("https and a host of {}", self.domain())),
                );
            }
        }
        all.into_result()
    }

    fn domain(&self) -> &str {
        match self {
            Self::Universe(domain) => domain,
            Self::Google | Self::Any => GOOGLE,
        }
    }

    /// Returns whether requests may be sent to a root, which has the form `https://HOST:PORT/PATH`.
    fn allows(&self, root: &str) -> bool {
        if *self == Self::Any {
            return true;
        }
        let Some((scheme, rest)) = root.split_once("://") else {
            return false;
        };
        let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        let host = match authority.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => authority.split(':').next().unwrap_or_default(),
        };
        if authority.contains('@') || host.is_empty() {
            return false;
        }
        let is_local = host == "localhost"
            || host
                .parse::<std::net::IpAddr>()
                .is_ok_and(|address| address.is_loopback());
        let below = |domain: &str| {
            let start = host.strip_suffix(domain);
            !domain.is_empty()
                && start.is_some_and(|start| start.is_empty() || start.ends_with('.'))
        };
        is_local
            || scheme == "https" && host == authority && (below(GOOGLE) || below(self.domain()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_google_and_this_machine_are_allowed() {
        for root in [
            "https://googleapis.com/",
            "https://sqladmin.googleapis.com/",
            "https://compute.mtls.googleapis.com/",
            "http://localhost:8080/",
            "http://127.0.0.1:1/x/",
            "http://[::1]:9/",
        ] {
            assert!(Hosts::Google.allows(root), "{root}");
        }
        for root in [
            "https://evil.example/",
            "http://sqladmin.googleapis.com/",
            "https://googleapis.com.evil.example/",
            "https://evilgoogleapis.com/",
            "https://evil.example#.googleapis.com/",
            "https://evil.example\\.googleapis.com/",
            "https://user@sqladmin.googleapis.com/",
            "https://sqladmin.googleapis.com:8443/",
            "https://sqladmin.googleapis.com./",
            "https://localhost.evil.example/",
            "https://127.0.0.1.evil.example/",
            "https:///",
            "googleapis.com",
        ] {
            assert!(!Hosts::Google.allows(root), "{root}");
            assert!(Hosts::Any.allows(root));
        }
        let universe = Hosts::Universe("example.goog".to_owned());
        assert!(universe.allows("https://sqladmin.example.goog/"));
        assert!(universe.allows("https://sqladmin.googleapis.com/"));
        assert!(!universe.allows("https://example.goog.evil.example/"));
        assert!(!Hosts::Universe(String::new()).allows("https://evil.example/"));
    }
}
