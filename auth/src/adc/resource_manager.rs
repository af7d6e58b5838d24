//! From a project's number to its ID.

use std::sync::Arc;

use gapi_transport::{Body, Transport};
use http::{Request, Uri};
use serde::Deserialize;

use super::DefaultCredentials;
use crate::{
    AuthError, AuthErrorKind, AuthRequest, Credentials, Scopes, cache::LazyTransport,
    oauth::RESPONSE_LIMIT,
};

const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

#[derive(Deserialize)]
struct Answer {
    #[serde(rename = "projectId")]
    project_id: String,
}

/// Asks the Resource Manager API. `None` where the credentials may not see the project, or the API is off: then it
/// is nobody's business to fail for that.
pub(super) async fn project_id(
    credentials: &DefaultCredentials,
    number: &str,
) -> Result<Option<String>, AuthError> {
    let universe = credentials.universe_domain().await?;
    let url: Uri = format!("https://cloudresourcemanager.{universe}/v1/projects/{number}")
        .parse()
        .map_err(|error| {
            AuthError::new(AuthErrorKind::Config, "the project's number cannot be used")
                .with_source(error)
        })?;
    let transport: Arc<dyn Transport> = credentials
        .transport()
        .unwrap_or_else(|| Arc::new(LazyTransport::default()));
    let scopes = [SCOPE];
    let asking = AuthRequest::new(&url, Scopes::Default(&scopes)).with_transport(&transport);
    let headers = credentials.headers(&asking).await?;
    let mut request = Request::get(url.clone())
        .body(Body::empty())
        .map_err(|error| {
            AuthError::new(AuthErrorKind::Config, "the project cannot be asked for")
                .with_source(error)
        })?;
    *request.headers_mut() = headers.headers().clone();
    let answer = transport.send(request).await?;
    if !answer.status().is_success() {
        tracing::debug!(
            status = answer.status().as_u16(),
            "the project's ID is not known"
        );
        return Ok(None);
    }
    let body = answer.into_body().collect(RESPONSE_LIMIT).await?;
    let answer: Option<Answer> = serde_json::from_slice(&body).ok();
    Ok(answer.map(|answer| answer.project_id))
}
