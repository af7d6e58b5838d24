//! The IAM Service Account Credentials API, as far as credentials need it.

mod account;
mod answer;
mod hints;

use std::sync::Arc;

use gapi_transport::{Body, Clock, Transport};
use http::{Method, Request, StatusCode, Uri, header};
use serde_json::{Map, Value};

pub(crate) use self::{
    account::Account,
    answer::{access_token, text},
};
use crate::{AuthError, AuthErrorKind, AuthRequest, Credentials, Scopes, json, oauth};

/// The scope that calls of this API need.
pub(crate) const SCOPE: &str = "https://www.googleapis.com/auth/iam";
/// What errors call the API.
const WHO: &str = "the IAM credentials service";

/// A call of one method on one service account, on behalf of `source`.
pub(crate) struct Call<'a> {
    pub(crate) source: &'a dyn Credentials,
    pub(crate) account: &'a Account,
    /// The method, such as `generateAccessToken`.
    pub(crate) method: &'static str,
    pub(crate) body: Value,
    /// The `x-goog-api-client` header.
    pub(crate) metrics: Option<String>,
    pub(crate) transport: &'a Arc<dyn Transport>,
    pub(crate) clock: &'a Arc<dyn Clock>,
}

impl Call<'_> {
    /// Sends the call, once more with a new source token where the old one is refused.
    pub(crate) async fn send(&self) -> Result<Map<String, Value>, AuthError> {
        let url: Uri = format!("{}:{}", self.account.url, self.method)
            .parse()
            .map_err(|error| {
                AuthError::new(
                    AuthErrorKind::Config,
                    "the impersonation URL cannot be used",
                )
                .with_source(error)
            })?;
        let scopes = [SCOPE];
        let request =
            AuthRequest::new(&url, Scopes::Exactly(&scopes)).with_transport(self.transport);
        let used = self.source.headers(&request).await?;
        let refusal = match self.attempt(&url, used.headers()).await? {
            Ok(answer) => return Ok(answer),
            Err(refusal) => refusal,
        };
        if refusal.status() == Some(StatusCode::UNAUTHORIZED) && self.source.reject(&used) {
            let renewed = self.source.headers(&request).await?;
            return self
                .attempt(&url, renewed.headers())
                .await?
                .map_err(|refusal| hints::add(refusal, self));
        }
        Err(hints::add(refusal, self))
    }

    /// The answer, or the refusal.
    async fn attempt(
        &self,
        url: &Uri,
        credentials: &http::HeaderMap,
    ) -> Result<Result<Map<String, Value>, AuthError>, AuthError> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(url)
            .header(header::CONTENT_TYPE, "application/json");
        for (name, value) in credentials {
            request = request.header(name, value);
        }
        if let Some(metrics) = &self.metrics {
            request = request.header("x-goog-api-client", metrics);
        }
        let request = request
            .body(Body::from(self.body.to_string()))
            .map_err(|error| {
                AuthError::new(AuthErrorKind::Config, "the call of IAM cannot be built")
                    .with_source(error)
            })?;
        let unreachable = |error| AuthError::unreachable(WHO, error);
        let (head, body) = self
            .transport
            .send(request)
            .await
            .map_err(unreachable)?
            .into_parts();
        let body = body
            .collect(oauth::RESPONSE_LIMIT)
            .await
            .map_err(unreachable)?;
        if head.status.is_success() {
            return json::object(&body)
                .map(Ok)
                .ok_or_else(|| answer::unusable("an answer that is not a JSON object"));
        }
        let now = self.clock.now();
        Ok(Err(oauth::refuse(
            WHO,
            head.status,
            &head.headers,
            &body,
            now,
        )))
    }
}
