//! Settings of clients from environment variables.

use gapi_auth::{DEFAULT_UNIVERSE, Environment};
use http::HeaderValue;

use crate::Error;

/// When requests use the endpoints for client certificates (`mtlsRootUrl` in the document).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MtlsEndpoint {
    /// Never.
    Never,
    /// If the client's transport presents a certificate.
    #[default]
    Auto,
    /// Always.
    Always,
}

impl MtlsEndpoint {
    /// Returns the value of `GOOGLE_API_USE_MTLS_ENDPOINT`.
    pub(super) fn of(environment: &Environment) -> Result<Self, Error> {
        match environment.get("GOOGLE_API_USE_MTLS_ENDPOINT").as_deref() {
            None | Some("auto") => Ok(Self::Auto),
            Some("never") => Ok(Self::Never),
            Some("always") => Ok(Self::Always),
            Some(other) => Err(Error::usage(format!(
                "the environment variable GOOGLE_API_USE_MTLS_ENDPOINT is {other:?}; it may be \"never\", \"auto\" or \"always\""
            ))),
        }
    }
}

/// Returns the value of `GOOGLE_CLOUD_UNIVERSE_DOMAIN`.
pub(super) fn universe(environment: &Environment) -> Result<String, Error> {
    match environment.get("GOOGLE_CLOUD_UNIVERSE_DOMAIN") {
        None => Ok(DEFAULT_UNIVERSE.to_owned()),
        Some(universe) => host(&universe),
    }
}

/// Checks the domain of a universe.
pub(super) fn host(universe: &str) -> Result<String, Error> {
    let universe = universe.trim();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    if universe.is_empty() || !universe.chars().all(is_name) {
        return Err(Error::usage(format!(
            "the universe domain {universe:?} is not the name of a host"
        )));
    }
    Ok(universe.to_owned())
}

/// Returns the value of `GOOGLE_CLOUD_QUOTA_PROJECT`.
pub(super) fn quota_project(environment: &Environment) -> Result<Option<HeaderValue>, Error> {
    let Some(project) = environment.get("GOOGLE_CLOUD_QUOTA_PROJECT") else {
        return Ok(None);
    };
    HeaderValue::from_str(&project).map(Some).map_err(|_| {
        Error::usage(format!(
            "the environment variable GOOGLE_CLOUD_QUOTA_PROJECT is {project:?}, which no header can carry"
        ))
    })
}
