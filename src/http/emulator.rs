//! Local emulators of environment variables, the same as for Google's own libraries.

use gapi_auth::Environment;

use super::Root;

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
