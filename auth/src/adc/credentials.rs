//! The credentials that were found.

use std::{fmt, path::PathBuf, sync::Arc};

use gapi_transport::{Body, BoxFuture, Transport};
use http::{Request, Uri};
use serde_json::Value;

use crate::{
    AuthError, AuthErrorKind, AuthHeaders, AuthRequest, Credentials, IdTokenSource, MetadataServer,
    RedactedPath, Scopes, Signer, json, oauth::RESPONSE_LIMIT,
};

const CLOUD_PLATFORM: &str = "https://www.googleapis.com/auth/cloud-platform";

/// The location of Application Default Credentials.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// The file that the program names with [`ApplicationDefault::file`](crate::ApplicationDefault::file).
    File(PathBuf),
    /// The file that `GOOGLE_APPLICATION_CREDENTIALS` names.
    Variable(PathBuf),
    /// The file that `gcloud auth application-default login` writes.
    Gcloud(PathBuf),
    /// The store of `gapi auth login`, with this account.
    SignedIn(String),
    /// The metadata server, which is queried when the first token is needed.
    MetadataServer,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(path) => {
                write!(
                    f,
                    "GOOGLE_APPLICATION_CREDENTIALS={}",
                    RedactedPath::new(path)
                )
            }
            Self::File(path) | Self::Gcloud(path) => write!(f, "{}", RedactedPath::new(path)),
            Self::SignedIn(_) => f.write_str("gapi auth login"),
            Self::MetadataServer => f.write_str("the metadata server"),
        }
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => f
                .debug_tuple("File")
                .field(&RedactedPath::new(path))
                .finish(),
            Self::Variable(path) => f
                .debug_tuple("Variable")
                .field(&RedactedPath::new(path))
                .finish(),
            Self::Gcloud(path) => f
                .debug_tuple("Gcloud")
                .field(&RedactedPath::new(path))
                .finish(),
            Self::SignedIn(account) => f.debug_tuple("SignedIn").field(account).finish(),
            Self::MetadataServer => f.write_str("MetadataServer"),
        }
    }
}

/// The credentials of the environment, with their location. Cheap to clone; clones share everything.
///
/// [`default`](crate::default()) finds them.
#[derive(Clone)]
pub struct DefaultCredentials(Arc<DefaultParts>);

pub(super) struct DefaultParts {
    pub(super) credentials: Arc<dyn Credentials>,
    pub(super) origin: Origin,
    pub(super) project: Project,
    pub(super) tried: Vec<String>,
    pub(super) transport: Option<Arc<dyn Transport>>,
}

/// The project, or what it is found by.
pub(super) enum Project {
    Known(String),
    Metadata(MetadataServer),
    Number(String),
    Unknown,
}

impl DefaultCredentials {
    pub(super) fn new(inner: DefaultParts) -> Self {
        tracing::debug!(origin = %inner.origin, "found application default credentials");
        Self(Arc::new(inner))
    }

    /// Returns the location of the credentials.
    pub fn origin(&self) -> &Origin {
        &self.0.origin
    }

    /// Returns the locations that were searched, in order, and what was found there. The last one has the credentials.
    pub fn tried(&self) -> &[String] {
        &self.0.tried
    }

    /// Returns the credentials without their location.
    pub fn inner(&self) -> &Arc<dyn Credentials> {
        &self.0.credentials
    }

    /// Returns the project, if it is known without a request: `GOOGLE_CLOUD_PROJECT`, `GCLOUD_PROJECT`, that of the file, or, for gcloud's own file,
    /// that of gcloud's active configuration.
    pub fn known_project_id(&self) -> Option<&str> {
        match &self.0.project {
            Project::Known(project) => Some(project),
            Project::Metadata(_) | Project::Number(_) | Project::Unknown => None,
        }
    }

    /// Returns the project: the [known](Self::known_project_id) one, else that of the metadata server, else that of the federated identity's pool, which the
    /// Resource Manager API returns; `None` if there is none.
    ///
    /// # Errors
    /// If a request fails.
    pub async fn project_id(&self) -> Result<Option<String>, AuthError> {
        match &self.0.project {
            Project::Known(project) => Ok(Some(project.clone())),
            Project::Metadata(server) => server.project_id().await.map(Some),
            Project::Number(number) => self.look_up_project(number).await,
            Project::Unknown => Ok(None),
        }
    }

    /// Returns the ID of the project with this number, from the Resource Manager API; `None` if the credentials may not see the project, or the
    /// API is disabled.
    async fn look_up_project(&self, number: &str) -> Result<Option<String>, AuthError> {
        let universe = self.universe_domain().await?;
        let url: Uri = format!("https://cloudresourcemanager.{universe}/v1/projects/{number}")
            .parse()
            .map_err(|error| {
                AuthError::new(AuthErrorKind::Config, "the project's number cannot be used")
                    .with_source(error)
            })?;
        let transport = self.0.transport.clone();
        let transport =
            transport.unwrap_or_else(|| Arc::new(gapi_transport::LazyTransport::default()));
        let scopes = [CLOUD_PLATFORM];
        let auth = AuthRequest::new(&url, Scopes::Default(&scopes)).with_transport(&transport);
        let headers = self.headers(&auth).await?;
        let mut request = Request::new(Body::empty());
        *request.headers_mut() = headers.headers().clone();
        *request.uri_mut() = url;
        let response = transport.send(request).await?;
        if !response.status().is_success() {
            let status = response.status().as_u16();
            tracing::debug!(status, "the project's ID is not known");
            return Ok(None);
        }
        let body = response.into_body().collect(RESPONSE_LIMIT).await?;
        let project = json::value(&body);
        let id = project
            .as_ref()
            .and_then(|project| project.get("projectId"));
        Ok(id.and_then(Value::as_str).map(str::to_owned))
    }
}

impl fmt::Debug for DefaultCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DefaultCredentials")
            .field("credentials", &self.0.credentials)
            .field("origin", &self.0.origin)
            .field("project", &self.known_project_id())
            .finish()
    }
}

impl Credentials for DefaultCredentials {
    fn headers<'a>(
        &'a self,
        request: &'a AuthRequest<'a>,
    ) -> BoxFuture<'a, Result<AuthHeaders, AuthError>> {
        self.0.credentials.headers(request)
    }

    fn reject(&self, used: &AuthHeaders) -> bool {
        self.0.credentials.reject(used)
    }

    fn universe_domain(&self) -> BoxFuture<'_, Result<String, AuthError>> {
        self.0.credentials.universe_domain()
    }

    fn quota_project(&self) -> Option<&str> {
        self.0.credentials.quota_project()
    }

    fn describe(&self) -> String {
        let who = self.0.credentials.describe();
        match &self.0.origin {
            Origin::MetadataServer => who,
            origin => format!("{who} ({origin})"),
        }
    }

    fn signer(&self) -> Option<Arc<dyn Signer>> {
        self.0.credentials.signer()
    }

    fn id_tokens(&self) -> Option<Arc<dyn IdTokenSource>> {
        self.0.credentials.id_tokens()
    }

    fn metrics(&self) -> Option<&'static str> {
        self.0.credentials.metrics()
    }

    fn has_time_limit(&self) -> bool {
        self.0.credentials.has_time_limit()
    }
}
