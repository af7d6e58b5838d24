//! The root URL of an API: that of its document, of another universe, of a region, or another endpoint.

use std::{borrow::Cow, net::IpAddr};

use gapi_auth::{DEFAULT_UNIVERSE, Environment};
use http::Uri;

use crate::{Error, method::Api};

/// The settings for the root URLs of a client.
#[derive(Clone, Debug)]
pub(crate) struct Root {
    /// One endpoint for everything: an emulator, a proxy, a private endpoint. With a trailing slash.
    pub(crate) endpoint: Option<String>,
    pub(crate) universe: String,
    pub(crate) emulators: Emulators,
    /// Whether requests use the roots for client certificates.
    pub(crate) mtls: bool,
}

impl Root {
    /// Checks an endpoint of a user: scheme and host, with an optional port and path prefix. Adds a trailing slash.
    pub(crate) fn endpoint(text: &str) -> Result<String, Error> {
        let refuse = |why: &str| {
            Error::usage(format!(
                "the endpoint {:?} {why}; write it as \"https://HOST\" or \"http://HOST:PORT/PREFIX\"",
                crate::redact::url(text)
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
        Ok(root)
    }

    /// Returns the endpoint that `GAPI_ENDPOINT` sets. It may be on this machine only, because it gets the credentials.
    pub(crate) fn endpoint_of(environment: &Environment) -> Result<Option<String>, Error> {
        let Some(text) = environment.get("GAPI_ENDPOINT") else {
            return Ok(None);
        };
        let refuse = |why: &dyn std::fmt::Display| {
            Error::usage(format!("the environment variable GAPI_ENDPOINT: {why}"))
        };
        let root = Self::endpoint(&text).map_err(|error| refuse(&error))?;
        if root.parse().is_ok_and(|uri| is_of_this_machine(&uri)) {
            return Ok(Some(root));
        }
        Err(refuse(&format!(
            "the endpoint {:?} is not on this machine; set it in the program, with `ClientBuilder::endpoint`",
            crate::redact::url(&text)
        )))
    }

    /// Returns the root of `api` in `location`, with a trailing slash. An endpoint takes precedence over an emulator, and both over all
    /// other settings.
    pub(crate) fn of(&self, api: &Api, location: Option<&str>) -> Result<Cow<'_, str>, String> {
        if let Some(endpoint) = &self.endpoint {
            return Ok(endpoint.into());
        }
        if let Some(emulator) = self.emulators.find(api.name) {
            return match &emulator.root {
                Ok(root) => Ok(root.into()),
                Err(why) => Err(why.clone()),
            };
        }
        let location = location.filter(|location| *location != "global");
        let root = match (location, api.mtls_root_url.filter(|_| self.mtls)) {
            (None, None) => api.root_url,
            (Some(location), None) => regional(api, location)?,
            (None, Some(_)) if self.universe != DEFAULT_UNIVERSE => {
                return Err(format!(
                    "endpoints for client certificates exist in the universe {DEFAULT_UNIVERSE:?} only, and the client works in {:?}",
                    self.universe
                ));
            }
            (None, Some(root)) => root,
            (Some(location), Some(_)) => {
                return Err(format!(
                    "the endpoint of the location {location:?} takes no client certificates; set `mtls_endpoint` to `Never`, or use no location"
                ));
            }
        };
        Ok(if self.universe == DEFAULT_UNIVERSE {
            root.into()
        } else {
            root.replace(DEFAULT_UNIVERSE, &self.universe).into()
        })
    }

    /// Returns the emulator for requests of `api`.
    pub(crate) fn emulator(&self, api: &Api) -> Option<&Emulator> {
        if self.endpoint.is_some() {
            return None;
        }
        self.emulators.find(api.name)
    }

    /// Returns whether the user set an endpoint.
    pub(crate) fn has_endpoint(&self) -> bool {
        self.endpoint.is_some()
    }
}

/// Returns whether the host of a URL is this machine.
pub(crate) fn is_of_this_machine(url: &Uri) -> bool {
    let host = url.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Returns the root of `api` in a location of the document. Of two, the one that retains data in the region (`.rep.`).
fn regional(api: &Api, location: &str) -> Result<&'static str, String> {
    let here = || api.endpoints.iter().filter(|e| e.location == location);
    if let Some(endpoint) = here().find(|e| e.url.contains(".rep.")).or(here().next()) {
        return Ok(endpoint.url);
    }
    let mut known: Vec<_> = api.endpoints.iter().map(|e| e.location).collect();
    known.dedup();
    Err(if known.is_empty() {
        format!(
            "{} {} has no regional endpoints; use no location, or \"global\"",
            api.name, api.version
        )
    } else {
        format!(
            "{} {} has no endpoint in the location {location:?}, but in \"global\", {}",
            api.name,
            api.version,
            known.join(", ")
        )
    })
}

impl Default for Root {
    fn default() -> Self {
        Self {
            endpoint: None,
            universe: String::from(DEFAULT_UNIVERSE),
            emulators: Emulators::default(),
            mtls: false,
        }
    }
}

/// An API that has an emulator.
struct Known {
    variable: &'static str,
    /// Names of APIs in Discovery documents.
    apis: &'static [&'static str],
    speaks: Speaks,
}

enum Speaks {
    /// The variable is the address of a REST server, which may need a token.
    Rest(Option<&'static str>),
    /// The variable is the address of a gRPC server.
    Grpc,
}

const KNOWN: [Known; 6] = [
    Known {
        variable: "STORAGE_EMULATOR_HOST",
        apis: &["storage"],
        speaks: Speaks::Rest(None),
    },
    Known {
        variable: "PUBSUB_EMULATOR_HOST",
        apis: &["pubsub"],
        speaks: Speaks::Rest(None),
    },
    Known {
        variable: "FIRESTORE_EMULATOR_HOST",
        apis: &["firestore"],
        // The token of an administrator, for whom security rules do not apply.
        speaks: Speaks::Rest(Some("Bearer owner")),
    },
    Known {
        variable: "DATASTORE_EMULATOR_HOST",
        apis: &["datastore"],
        speaks: Speaks::Rest(None),
    },
    Known {
        variable: "SPANNER_EMULATOR_HOST",
        apis: &["spanner"],
        speaks: Speaks::Grpc,
    },
    Known {
        variable: "BIGTABLE_EMULATOR_HOST",
        apis: &["bigtable", "bigtableadmin"],
        speaks: Speaks::Grpc,
    },
];

/// The emulators of the environment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Emulators(Vec<Emulator>);

/// One emulator.
#[derive(Clone, Debug)]
pub(crate) struct Emulator {
    apis: &'static [&'static str],
    /// The root of its URLs, or why it cannot be used.
    pub(super) root: Result<String, String>,
    /// Its `authorization`; that of the client is never sent.
    pub(crate) authorization: Option<&'static str>,
}

impl Emulators {
    /// Returns whether there is any.
    pub(crate) fn is_any(&self) -> bool {
        !self.0.is_empty()
    }

    pub(crate) fn of(environment: &Environment) -> Self {
        let named = KNOWN.iter().filter_map(|known| {
            let value = environment.get(known.variable)?;
            let (root, authorization) = match known.speaks {
                Speaks::Rest(authorization) => (root(known.variable, &value), authorization),
                Speaks::Grpc => (Err(grpc(known.variable)), None),
            };
            Some(Emulator {
                apis: known.apis,
                root,
                authorization,
            })
        });
        Self(named.collect())
    }

    /// Returns the emulator of an API.
    pub(super) fn find(&self, api: &str) -> Option<&Emulator> {
        self.0.iter().find(|emulator| emulator.apis.contains(&api))
    }
}

fn grpc(variable: &str) -> String {
    format!(
        "the environment variable {variable} names an emulator that speaks gRPC; set the client's `endpoint` to its REST port, if it has one, or \
         turn emulators off with `emulators(false)`"
    )
}

/// `localhost:9023`, `http://localhost:9023`, or an IPv6 address as some emulators print it, without brackets.
fn root(variable: &str, value: &str) -> Result<String, String> {
    let url = if value.contains("://") {
        value.to_owned()
    } else {
        match value.rsplit_once(':') {
            Some((host, port)) if host.contains(':') && !host.starts_with('[') => {
                format!("http://[{host}]:{port}")
            }
            _ => format!("http://{value}"),
        }
    };
    match Root::endpoint(&url) {
        Ok(root) => Ok(root),
        Err(error) => Err(format!("the environment variable {variable}: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::Endpoint;

    const STORAGE: Api = Api::new("storage", "v1", "", "https://storage.googleapis.com/")
        .with_service_path("storage/v1/")
        .with_mtls_root_url("https://storage.mtls.googleapis.com/")
        .with_endpoints(&[
            Endpoint::new(
                "europe-west1",
                "https://europe-west1-storage.googleapis.com/",
            ),
            Endpoint::new(
                "europe-west1",
                "https://storage.europe-west1.rep.googleapis.com/",
            ),
            Endpoint::new("us-east1", "https://us-east1-storage.googleapis.com/"),
        ]);

    #[test]
    fn endpoints_keep_scheme_port_and_prefix() {
        for (given, root) in [
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/"),
            ("https://example.com/proxy", "https://example.com/proxy/"),
            (" https://example.com/proxy/ ", "https://example.com/proxy/"),
            ("http://[::1]:9", "http://[::1]:9/"),
        ] {
            assert_eq!(Root::endpoint(given).expect(given), root);
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
        let root = Root {
            universe: "example.goog".into(),
            ..Root::default()
        };
        let of = |location| root.of(&STORAGE, location).expect("a root");
        assert_eq!(of(None), "https://storage.example.goog/");
        assert_eq!(
            of(Some("us-east1")),
            "https://us-east1-storage.example.goog/"
        );
    }

    #[test]
    fn locations_of_the_document() {
        let root = Root::default();
        let of = |location| root.of(&STORAGE, Some(location));
        assert_eq!(
            of("europe-west1").as_deref(),
            Ok("https://storage.europe-west1.rep.googleapis.com/")
        );
        assert_eq!(of("global").as_deref(), Ok(STORAGE.root_url));
        let error = of("mars").expect_err("no such place");
        assert!(
            error.ends_with("but in \"global\", europe-west1, us-east1"),
            "{error}"
        );
        let error = root.of(
            &Api {
                endpoints: &[],
                ..STORAGE
            },
            Some("mars"),
        );
        assert!(error.expect_err("none").contains("no regional endpoints"));
    }

    #[test]
    fn client_certificates_have_roots_of_their_own() {
        let root = Root {
            mtls: true,
            ..Root::default()
        };
        let of = |location| root.of(&STORAGE, location);
        assert_eq!(
            of(None).as_deref(),
            Ok("https://storage.mtls.googleapis.com/")
        );
        assert!(of(Some("us-east1")).is_err());
        let plain = Api {
            mtls_root_url: None,
            ..STORAGE
        };
        assert_eq!(root.of(&plain, None).as_deref(), Ok(STORAGE.root_url));
        let elsewhere = Root {
            universe: "example.goog".into(),
            ..root.clone()
        };
        assert!(elsewhere.of(&STORAGE, None).is_err());
        let chosen = Root {
            endpoint: Some("http://x/".into()),
            ..elsewhere
        };
        assert_eq!(
            chosen.of(&STORAGE, Some("mars")).as_deref(),
            Ok("http://x/")
        );
    }
}

#[cfg(test)]
mod emulator_tests {
    use super::*;

    #[test]
    fn values_as_they_are_in_use() {
        for (value, expected) in [
            ("localhost:9023", "http://localhost:9023/"),
            ("http://localhost:9023", "http://localhost:9023/"),
            (
                "https://emulator.example/storage",
                "https://emulator.example/storage/",
            ),
            ("::1:8432", "http://[::1]:8432/"),
            ("[::1]:8432", "http://[::1]:8432/"),
            ("0.0.0.0:8085", "http://0.0.0.0:8085/"),
        ] {
            assert_eq!(root("V", value).as_deref(), Ok(expected));
        }
        let error = root("V", "ftp://x").expect_err("no http");
        assert!(
            error.contains("variable V") && error.contains("ftp://x"),
            "{error}"
        );
    }
}
