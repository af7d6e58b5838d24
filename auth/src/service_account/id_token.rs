//! ID tokens of a service account.

use gapi_transport::{Body, BoxFuture};
use http::{Method, Request, header};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{
    ServiceAccount,
    source::{ID_TOKEN_METRICS, Source},
};
use crate::{
    AuthError, AuthErrorKind, DEFAULT_UNIVERSE, FetchContext, IdTokenCredentials, IdTokenSource,
    Token,
    assertion::Claims,
    json,
    oauth::{RESPONSE_LIMIT, metrics_header, read_id_token},
};

const IAM_SCOPE: &str = "https://www.googleapis.com/auth/iam";

impl ServiceAccount {
    /// Returns ID tokens of the account for `audience`, such as the URL of a Cloud Run service. They use the same transport and clock.
    ///
    /// Needs the feature `id-token`.
    #[must_use]
    pub fn id_token(&self, audience: impl Into<String>) -> IdTokenCredentials {
        IdTokenCredentials::beside(&self.0, self.0.source().clone(), Some(audience.into()))
    }

    /// Returns ID tokens of the account whose audience is the host of each request. Needs the feature `id-token`.
    #[must_use]
    pub fn id_tokens_for_each_host(&self) -> IdTokenCredentials {
        IdTokenCredentials::beside(&self.0, self.0.source().clone(), None)
    }
}

impl IdTokenSource for Source {
    fn fetch_id_token<'a>(
        &'a self,
        audience: &'a str,
        cx: &'a FetchContext,
    ) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(async move {
            if let Some(subject) = &self.subject {
                return Err(AuthError::new(
                    AuthErrorKind::Config,
                    format!("a subject is set, but ID tokens are the service account's own, never those of {subject}"),
                )
                .with_hint("leave out the subject"));
            }
            self.reach.check_universe(&self.universe_domain)?;
            let token = if self.universe_domain.text() == DEFAULT_UNIVERSE {
                self.exchange(cx, Some(audience), read_id_token).await?.0
            } else {
                self.iam_id_token(audience, cx).await?
            };
            Token::from_jwt(token)
        })
    }

    fn describe(&self) -> String {
        crate::TokenSource::describe(self)
    }

    fn metrics(&self) -> Option<&'static str> {
        Some("cred-type/sa")
    }
}

impl Source {
    /// Requests an ID token of IAM with a self-signed token, because universes other than `googleapis.com` have no token endpoint.
    async fn iam_id_token(
        &self,
        audience: &str,
        cx: &FetchContext,
    ) -> Result<SecretString, AuthError> {
        let email = &self.identity.email;
        let claims = Claims::new(email, cx.clock().now())
            .with(&self.claims)
            .subject(Some(email))
            .scopes(&[String::from(IAM_SCOPE)]);
        let bearer = self.identity.token(&claims, cx).await?;
        let url = format!(
            "https://iamcredentials.{}/v1/projects/-/serviceAccounts/{email}:generateIdToken",
            self.universe_domain.text()
        );
        let mut authorization = crate::headers::header_value(
            "the token",
            &format!("Bearer {}", bearer.expose_secret()),
        )?;
        authorization.set_sensitive(true);
        let body = json!({"audience": audience, "includeEmail": "true", "useEmailAzp": "true"});
        let request = Request::builder()
            .method(Method::POST)
            .uri(url)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, authorization)
            .header("x-goog-api-client", metrics_header(ID_TOKEN_METRICS))
            .body(Body::from(body.to_string()))
            .map_err(|error| {
                AuthError::new(AuthErrorKind::Config, "the universe is no domain name")
                    .with_source(error)
            })?;
        let (head, body) = cx.transport().send(request).await?.into_parts();
        let body = body.collect(RESPONSE_LIMIT).await?;
        // IAM names the field `token`.
        let body = match json::object(&body) {
            Some(mut fields) if fields.contains_key("token") => {
                let token = fields.remove("token").unwrap_or_default();
                json!({"id_token": token}).to_string().into()
            }
            _ => body,
        };
        read_id_token(head.status, &head.headers, &body, cx.clock().now())
            .map_err(|refusal| refusal.error)
    }
}
