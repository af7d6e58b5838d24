//! The discovery services: the first one knows most APIs, the second one is a part of each API.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use gapi_codegen::Source;
use gapi_codegen::document::Document;
use gapi_codegen::suggest::{did_you_mean, nearest};
use gapi_transport::redact::url as url_without_secrets;
use gapi_transport::{Body, Transport, TransportErrorKind, default_transport};
use http::{Request, StatusCode, header};
use serde::{Deserialize, Serialize};

use super::{FetchError, Spec};

/// The source that an index names for documents from here.
pub const SOURCE: &str = "Google's discovery service";

/// The largest document has 10 MB.
const LARGEST: usize = 256 << 20;
/// How often one URL is tried.
const TRIES: u32 = 4;
/// The longest time to wait between attempts, even if the service asks for more.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// A document as it came.
#[derive(Debug)]
#[non_exhaustive]
pub struct Fetched {
    /// Its bytes.
    pub bytes: Bytes,
    /// What they mean.
    pub document: Document,
}

impl Fetched {
    /// Reads the document of an API; `origin` is its name in errors.
    ///
    /// # Errors
    /// When the bytes are no document, or that of another API.
    pub fn read(origin: &str, spec: &Spec, bytes: Bytes) -> Result<Self, FetchError> {
        let document = read(origin, spec, &bytes)?;
        Ok(Self { bytes, document })
    }
}

/// Checks that a text is the document of an API.
fn read(origin: &str, spec: &Spec, bytes: &Bytes) -> Result<Document, FetchError> {
    let text = std::str::from_utf8(bytes).map_err(|_| {
        FetchError::new(
            format!("{origin}: this is no text, and so no Discovery document"),
            "the response may come from a proxy instead of Google",
        )
    })?;
    let source = Source::new(origin, text);
    let document = Document::read(&source, None).map_err(|errors| {
        let mut errors = errors.into_iter();
        let (message, help) = match errors.next() {
            Some(error) => {
                let message = format!("{}: {}", error.path, error.message);
                (message, error.help)
            }
            None => (format!("{origin}: not a Discovery document"), None),
        };
        let again =
            "fetch it again later, or take it from google-api-python-client's wheel with `gapi fetch --from`";
        FetchError::new(message, help.unwrap_or_else(|| again.to_owned()))
    })?;
    let (name, version) = (document.name.as_deref(), document.version.as_deref());
    if (name, version) != (Some(&spec.name), Some(&spec.version)) {
        let is = format!(
            "{}:{}",
            name.unwrap_or_default(),
            version.unwrap_or_default()
        );
        return Err(FetchError::new(
            format!("{origin}: this is the document of {is}, not of {spec}"),
            format!("fetch {is}, if that is what you want"),
        ));
    }
    Ok(document)
}

/// Google's two discovery services. Requests have no credentials.
#[derive(Debug)]
pub struct Discovery {
    transport: Arc<dyn Transport>,
    v1: String,
    v2: String,
    timeout: Duration,
}

/// An API that Google lists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Listed {
    /// Its name and version.
    pub spec: Spec,
    /// Its human name.
    pub title: String,
    /// What it is for.
    pub description: String,
    /// Whether Google prefers this version.
    pub preferred: bool,
    /// The URL of its document, if the list has it.
    pub url: Option<String>,
}

/// A response: a document, or none.
enum Found {
    Found(Bytes),
    NotFound,
}

impl Discovery {
    /// The base of the first service.
    pub const V1: &str = "https://www.googleapis.com/discovery/v1/apis";
    /// The root of the second one; `{api}` means the name of the API.
    pub const V2: &str = "https://{api}.googleapis.com";

    /// Returns the services at these addresses. `timeout` limits each response.
    ///
    /// # Errors
    /// When no connections can be made here.
    pub fn new(v1: &str, v2: &str, timeout: Duration) -> Result<Self, FetchError> {
        let transport = default_transport().map_err(|error| FetchError {
            message: error.to_string(),
            help: None,
        })?;
        Ok(Self {
            transport,
            v1: v1.trim_end_matches('/').to_owned(),
            v2: v2.trim_end_matches('/').to_owned(),
            timeout,
        })
    }

    /// Returns every API that Google lists, sorted by name.
    ///
    /// # Errors
    /// When there is no list.
    pub async fn directory(&self) -> Result<Vec<Listed>, FetchError> {
        #[derive(Deserialize)]
        struct Directory {
            items: Vec<Item>,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Item {
            name: String,
            version: String,
            #[serde(default)]
            title: String,
            #[serde(default)]
            description: String,
            #[serde(default)]
            preferred: bool,
            discovery_rest_url: Option<String>,
        }
        let bytes = match self.get(&self.v1).await {
            Ok(Found::Found(bytes)) => bytes,
            Ok(Found::NotFound) => {
                let message = format!("{}: there is no list of APIs", self.v1);
                return Err(FetchError::new(message, "name the documents that you want"));
            }
            Err(missing) => return Err(missing.within("the list of APIs")),
        };
        let directory: Directory = serde_json::from_slice(&bytes).map_err(|error| {
            let message = format!("{}: not a list of APIs: {error}", self.v1);
            FetchError::new(
                message,
                "try again later, or name the documents that you want",
            )
        })?;
        let mut listed: Vec<Listed> = directory
            .items
            .into_iter()
            .map(|item| Listed {
                spec: Spec::new(item.name, item.version),
                title: item.title,
                description: item.description,
                preferred: item.preferred,
                url: item.discovery_rest_url,
            })
            .filter(|listed| listed.spec.is_plain())
            .collect();
        listed.sort_by(|a, b| a.spec.cmp(&b.spec));
        listed.dedup_by(|a, b| a.spec == b.spec);
        Ok(listed)
    }

    /// Returns the document of an API: from the first service, from the second where the first has none, then from the URL in the list.
    ///
    /// # Errors
    /// When no service has it, or its text is no document.
    pub async fn document(&self, spec: &Spec, listed: Option<&str>) -> Result<Fetched, FetchError> {
        let Spec { name, version } = spec;
        let mut urls = vec![
            format!("{}/{name}/{version}/rest", self.v1),
            format!(
                "{}/$discovery/rest?version={version}",
                self.v2.replace("{api}", name)
            ),
        ];
        if let Some(listed) = listed.filter(|listed| !urls.iter().any(|url| url == listed)) {
            urls.push(listed.to_owned());
        }
        for url in &urls {
            if let Found::Found(bytes) = self.get(url).await? {
                return Fetched::read(&url_without_secrets(url), spec, bytes);
            }
        }
        let redacted: Vec<String> = urls.iter().map(|url| url_without_secrets(url)).collect();
        Err(FetchError::new(
            format!("nowhere to be found: 404 from {}", redacted.join(" and ")),
            self.alternatives(spec).await,
        ))
    }

    /// Returns what to do where no service has a document.
    async fn alternatives(&self, spec: &Spec) -> String {
        // Without the list, there is no name to suggest.
        let listed = self.directory().await.unwrap_or_default();
        if listed.iter().any(|listed| listed.spec == *spec) {
            return "Google lists this API and has no document of it at present; fetch it again later".to_owned();
        }
        let names: Vec<String> = listed
            .iter()
            .map(|listed| listed.spec.to_string())
            .collect();
        let near = nearest(&spec.to_string(), names.iter().map(String::as_str));
        did_you_mean(&near).unwrap_or_else(|| {
            format!(
                "check the name and the version: {} lists most APIs",
                self.v1
            )
        })
    }

    /// Gets a URL; what may pass is tried again.
    async fn get(&self, url: &str) -> Result<Found, FetchError> {
        let mut tries = 1;
        loop {
            let (missing, wait) = match self.try_once(url).await {
                Ok(response) => return Ok(response),
                Err(failure) => failure,
            };
            let Some(wait) = wait.filter(|_| tries < TRIES) else {
                return Err(missing);
            };
            let backoff = Duration::from_millis(250) * 2_u32.pow(tries - 1);
            tokio::time::sleep(wait.max(backoff).min(LONGEST_WAIT)).await;
            tries += 1;
        }
    }

    /// One try; a failure that may pass comes with the time that the service asks to wait.
    async fn try_once(&self, url: &str) -> Result<Found, (FetchError, Option<Duration>)> {
        let redacted = url_without_secrets(url);
        let offline =
            "or take the document from google-api-python-client's wheel with `gapi fetch --from`";
        let request = Request::get(url)
            .header(
                header::USER_AGENT,
                concat!("gapi/", env!("CARGO_PKG_VERSION")),
            )
            .header(header::ACCEPT, "application/json")
            .body(Body::empty())
            .map_err(|error| {
                (
                    FetchError::new(format!("{redacted}: {error}"), "correct the URL"),
                    None,
                )
            })?;
        let exchange = async {
            let response = self.transport.send(request).await?;
            let (head, body) = response.into_parts();
            Ok((head, body.collect(LARGEST).await?))
        };
        let (head, bytes) = match tokio::time::timeout(self.timeout, exchange).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => {
                let error: gapi_transport::TransportError = error;
                let passes = matches!(
                    error.kind(),
                    TransportErrorKind::Connect
                        | TransportErrorKind::Reset
                        | TransportErrorKind::Body
                        | TransportErrorKind::Timeout
                );
                let help = format!("check the network and the proxy, {offline}");
                let missing = FetchError::new(format!("{redacted}: {error}"), help);
                return Err((missing, passes.then_some(Duration::ZERO)));
            }
            Err(_) => {
                let message = format!(
                    "{redacted}: no response within {} s",
                    self.timeout.as_secs()
                );
                let help =
                    format!("give it more time with `gapi fetch --timeout SECONDS`, {offline}");
                // Another attempt would take as long.
                return Err((FetchError::new(message, help), None));
            }
        };
        if head.status.is_success() {
            return Ok(Found::Found(bytes));
        }
        if head.status == StatusCode::NOT_FOUND {
            return Ok(Found::NotFound);
        }
        let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
        let message = match header(header::LOCATION) {
            Some(location) => format!(
                "{redacted}: responded with {} and redirects to {}",
                head.status,
                url_without_secrets(location)
            ),
            None => format!("{redacted}: responded with {}", head.status),
        };
        let passes = head.status.is_server_error()
            || [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT].contains(&head.status);
        let asked = header(header::RETRY_AFTER).and_then(|seconds| seconds.parse().ok());
        let wait = passes.then(|| Duration::from_secs(asked.unwrap_or(0)));
        let help = if passes {
            format!("try again later, {offline}")
        } else {
            format!(
                "the response may come from a proxy or a firewall instead of Google; allow the request, {offline}"
            )
        };
        Err((FetchError::new(message, help), wait))
    }
}
