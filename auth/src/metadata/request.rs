//! One request to a metadata server, and where the server may be.

use std::time::Duration;

use futures_util::future::{Either, select};
use gapi_transport::{Body, Clock, Transport, TransportError, TransportErrorKind, redact};
use http::{HeaderMap, Request, StatusCode, uri::Authority};

use crate::{
    AuthError, AuthErrorKind, Environment,
    oauth::{RESPONSE_LIMIT, metrics_header},
};

/// The address of the metadata server on Google machines with IPv4.
const ADDRESS: &str = "169.254.169.254";
/// The name of the metadata server, which also resolves on machines with IPv6 only.
const NAME: &str = "metadata.google.internal";
const FLAVOR: &str = "metadata-flavor";

/// Sends requests to metadata servers.
pub(super) struct Requester<'a> {
    pub(super) transport: &'a dyn Transport,
    pub(super) clock: &'a dyn Clock,
    /// The time limit of one request.
    pub(super) limit: Duration,
}

/// A response of a server that may be a metadata server.
pub(super) struct MetadataResponse {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: bytes::Bytes,
    /// Whether the response has the header of metadata servers, which proxies and other servers do not send.
    pub(super) is_google: bool,
}

impl Requester<'_> {
    /// Sends a request. Redirects are not followed, because no other server is trusted.
    pub(super) async fn get(
        &self,
        host: &str,
        path: &str,
        metrics: &str,
    ) -> Result<MetadataResponse, TransportError> {
        let request = Request::get(format!("http://{host}{path}"))
            // Browsers and other victims of request forgery do not send it.
            .header(FLAVOR, "Google")
            .header("x-goog-api-client", metrics_header(metrics))
            .body(Body::empty())
            .map_err(|error| {
                TransportError::new(TransportErrorKind::Request, "the URL cannot be used")
                    .with_source(error)
            })?;
        let exchange = Box::pin(async {
            let (head, body) = self.transport.send(request).await?.into_parts();
            let body = body.collect(RESPONSE_LIMIT).await?;
            let is_google = head
                .headers
                .get(FLAVOR)
                .is_some_and(|flavor| flavor.as_bytes() == b"Google");
            Ok(MetadataResponse {
                status: head.status,
                headers: head.headers,
                body,
                is_google,
            })
        });
        match select(exchange, self.clock.sleep(self.limit)).await {
            Either::Left((response, _)) => response,
            Either::Right(_) => Err(TransportError::new(
                TransportErrorKind::Timeout,
                format!("no response within {} s", self.limit.as_secs_f64()),
            )),
        }
    }
}

/// Returns the server that the environment names, and the variable that names it.
pub(super) fn named_host(environment: &Environment) -> Option<(&'static str, String)> {
    let (variable, value) = environment.first_of(&["GCE_METADATA_HOST", "GCE_METADATA_ROOT"])?;
    let variable = match variable {
        "GCE_METADATA_HOST" => "GCE_METADATA_HOST",
        _ => "GCE_METADATA_ROOT",
    };
    Some((variable, value))
}

/// Returns the hosts to try if none is named, in this order. An address in the environment is the only one, so that no name is resolved.
pub(super) fn default_hosts(environment: &Environment) -> Vec<String> {
    match environment.get("GCE_METADATA_IP") {
        Some(address) => vec![address],
        None => vec![String::from(ADDRESS), String::from(NAME)],
    }
}

/// Reads a host with an optional port, or takes them from a URL.
///
/// # Errors
/// [`AuthErrorKind::Config`], which names `origin`.
pub(super) fn parse_host(origin: &str, text: &str) -> Result<String, AuthError> {
    let bare = text.trim().trim_end_matches('/');
    let bare = bare.strip_prefix("http://").unwrap_or(bare);
    let usable = bare
        .parse::<Authority>()
        .is_ok_and(|authority| !authority.as_str().contains('@') && !authority.host().is_empty());
    if usable {
        return Ok(bare.to_owned());
    }
    Err(AuthError::new(
        AuthErrorKind::Config,
        format!("{origin} is not a host: {:?}", redact::url(text)),
    )
    .with_hint("give a host and, if need be, a port, such as 127.0.0.1:8080"))
}

/// Refuses an environment that demands mutual TLS, which is not supported.
pub(super) fn check_mode(environment: &Environment) -> Result<(), AuthError> {
    let Some(mode) = environment.get("GCE_METADATA_MTLS_MODE") else {
        return Ok(());
    };
    match mode.to_ascii_lowercase().as_str() {
        "none" | "default" => Ok(()),
        "strict" => Err(AuthError::new(
            AuthErrorKind::Unsupported,
            "GCE_METADATA_MTLS_MODE is strict, and this crate supports metadata servers over http only",
        )
        .with_hint("set it to default or none")),
        _ => Err(AuthError::new(
            AuthErrorKind::Config,
            format!("GCE_METADATA_MTLS_MODE is {mode:?}"),
        )
        .with_hint("it is one of none, default and strict")),
    }
}
