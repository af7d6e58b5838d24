//! Where an API lives: its document's root URL, moved to another universe or to another endpoint.

use http::Uri;

use crate::{Error, method::Api};

/// What stands before every path.
#[derive(Clone, Debug)]
pub(crate) enum Root {
    /// The document's own root URL, in this universe.
    Universe(String),
    /// One endpoint for everything: an emulator, a proxy, a private endpoint. With a trailing slash.
    Endpoint(String),
}

impl Root {
    /// An endpoint as a user gives it: scheme and host, maybe a port and the prefix of a path.
    pub(crate) fn endpoint(text: &str) -> Result<Self, Error> {
        let refuse = |why: &str| {
            Error::usage(format!(
                "the endpoint {:?} {why}; write it as \"https://HOST\" or \"http://HOST:PORT/PREFIX\"",
                super::redact(text)
            ))
        };
        let uri: Uri = text.trim().parse().map_err(|_| refuse("is not a URL"))?;
        if !matches!(uri.scheme_str(), Some("https" | "http")) {
            return Err(refuse("has no http or https scheme"));
        }
        if uri.authority().is_none_or(|a| a.host().is_empty()) {
            return Err(refuse("has no host"));
        }
        if uri.authority().is_some_and(|a| a.as_str().contains('@')) {
            return Err(refuse(
                "holds a user name or password, which belong into the credentials",
            ));
        }
        if uri.query().is_some() {
            return Err(refuse("has a query"));
        }
        let mut root = uri.to_string();
        if !root.ends_with('/') {
            root.push('/');
        }
        Ok(Self::Endpoint(root))
    }

    /// The root of `api`, with a trailing slash.
    pub(crate) fn of(&self, api: &Api) -> String {
        match self {
            Self::Universe(universe) => api.root_url.replace(gapi_auth::DEFAULT_UNIVERSE, universe),
            Self::Endpoint(root) => root.clone(),
        }
    }

    /// Whether the user chose the endpoint.
    pub(crate) fn is_chosen(&self) -> bool {
        matches!(self, Self::Endpoint(_))
    }
}

impl Default for Root {
    fn default() -> Self {
        Self::Universe(String::from(gapi_auth::DEFAULT_UNIVERSE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORAGE: Api = Api {
        root_url: "https://storage.googleapis.com/",
        service_path: "storage/v1/",
        ..Api::EMPTY
    };

    #[test]
    fn endpoints_keep_scheme_port_and_prefix() {
        for (given, root) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/"),
            ("https://example.com/proxy", "https://example.com/proxy/"),
            (" https://example.com/proxy/ ", "https://example.com/proxy/"),
            ("http://[::1]:9", "http://[::1]:9/"),
        ] {
            assert_eq!(Root::endpoint(given).expect(given).of(&STORAGE), root);
        }
    }

    #[test]
    fn endpoints_that_cannot_work_are_refused() {
        for bad in [
            "",
            "storage.googleapis.com",
            "ftp://x",
            "https://",
            "https://x/?a=b",
            "https://user:CANARY@x/",
            "//x",
            "/a",
        ] {
            let error = Root::endpoint(bad).expect_err(bad).to_string();
            assert!(
                error.contains("endpoint") && !error.contains("CANARY"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_universe_moves_the_host() {
        let root = Root::Universe("example.goog".into());
        assert_eq!(root.of(&STORAGE), "https://storage.example.goog/");
    }
}
