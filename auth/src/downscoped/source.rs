//! The exchange of a source's token for a limited one.

use std::{fmt, sync::Arc, time::SystemTime};

use gapi_transport::BoxFuture;
use http::{Uri, header::AUTHORIZATION};
use secrecy::SecretString;

use super::AccessBoundary;
use crate::{
    AuthError, AuthErrorKind, AuthHeaders, AuthRequest, Credentials, FetchContext, Scopes, Token,
    TokenSource,
    reach::check_endpoint,
    sts::{ACCESS_TOKEN, Exchange},
};

/// The scope of source tokens, unless the source has its own.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// Credentials, and the boundary that limits them.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) source: Arc<dyn Credentials>,
    boundary: AccessBoundary,
    pub(super) token_url: Option<String>,
    pub(super) quota_project: Option<String>,
}

impl Source {
    pub(super) fn new(source: Arc<dyn Credentials>, boundary: AccessBoundary) -> Self {
        Self {
            source,
            boundary,
            token_url: None,
            quota_project: None,
        }
    }

    pub(super) async fn token(&self, cx: &FetchContext) -> Result<Token, AuthError> {
        self.boundary.check()?;
        let token_url = match &self.token_url {
            Some(url) => url.clone(),
            None => format!(
                "https://sts.{}/v1/token",
                self.source.universe_domain().await?
            ),
        };
        check_endpoint("the token URL", &token_url)?;
        let url: Uri = token_url.parse().map_err(|error| {
            AuthError::new(AuthErrorKind::Config, "the token URL cannot be used").with_source(error)
        })?;
        let scopes = [SCOPE];
        let request =
            AuthRequest::new(&url, Scopes::Default(&scopes)).with_transport(cx.transport());
        let used = self.source.headers(&request).await?;
        match self.exchange(&token_url, &used, cx).await {
            // The source's token was revoked, which the source does not know yet.
            Err(error)
                if error.oauth_error() == Some("invalid_grant") && self.source.reject(&used) =>
            {
                let renewed = self.source.headers(&request).await?;
                self.exchange(&token_url, &renewed, cx).await
            }
            done => done,
        }
    }

    async fn exchange(
        &self,
        token_url: &str,
        used: &AuthHeaders,
        cx: &FetchContext,
    ) -> Result<Token, AuthError> {
        let subject_token = bearer(used)?;
        let exchange = Exchange {
            token_url,
            audience: None,
            scopes: &[],
            subject_token: secrecy::ExposeSecret::expose_secret(&subject_token),
            subject_token_type: ACCESS_TOKEN,
            options: Some(self.boundary.to_json()),
            client: None,
            metrics: None,
        };
        let asked_at = cx.clock().now();
        let mut response = exchange.send(&**cx.transport(), cx).await?;
        if response.expires_in.is_none() {
            // The token has the lifetime of the source's token.
            response.expires_in = used.expires_at().map(|expiry| remaining(expiry, asked_at));
        }
        Ok(response.into_token(asked_at))
    }
}

fn remaining(expiry: SystemTime, now: SystemTime) -> std::time::Duration {
    expiry.duration_since(now).unwrap_or_default()
}

/// Returns the access token in the source's headers.
fn bearer(headers: &AuthHeaders) -> Result<SecretString, AuthError> {
    headers
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| SecretString::from(token))
        .ok_or_else(|| {
            AuthError::new(
                AuthErrorKind::Config,
                "the source has no access token, so there is nothing to limit",
            )
            .with_hint("API keys and anonymous requests cannot be downscoped")
        })
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Downscoped")
            .field("source", &self.source)
            .field("boundary", &self.boundary)
            .field("token_url", &self.token_url)
            .field("quota_project", &self.quota_project)
            .finish()
    }
}

impl TokenSource for Source {
    fn fetch<'a>(&'a self, cx: &'a FetchContext) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(self.token(cx))
    }

    /// The boundary limits the token, not its scopes.
    fn is_scoped(&self) -> bool {
        false
    }

    fn check(&self, _: &AuthRequest<'_>) -> Result<(), AuthError> {
        self.boundary.check()
    }

    fn quota_project(&self) -> Option<&str> {
        self.quota_project.as_deref()
    }

    fn describe(&self) -> String {
        format!("{}, limited by an access boundary", self.source.describe())
    }
}
