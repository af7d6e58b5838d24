//! What external accounts do when a token is needed.

use std::{fmt, sync::Arc, time::Duration};

use gapi_transport::{BoxFuture, Transport};
use secrecy::ExposeSecret;
use serde_json::json;

use super::{hints, settings::Settings, supplier::Supplied};
use crate::{
    AccessToken, AuthError, AuthErrorKind, AuthRequest, FetchContext, Token, TokenSource,
    configured::Configured,
    iam::{self, Account, Call},
    oauth::metrics_header,
    reach::Reach,
    request::ScopeList,
    sts::Exchange,
};

/// How long a service account's tokens live unless something else is asked for.
const LIFETIME: Duration = Duration::from_secs(3600);

/// A federated identity.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) settings: Settings,
    pub(super) supplier: Supplied,
}

impl Source {
    pub(super) fn new(settings: Settings, supplier: Supplied) -> Self {
        Self { settings, supplier }
    }

    async fn token(&self, cx: &FetchContext) -> Result<Token, AuthError> {
        let settings = &self.settings;
        match settings.account()? {
            None => self.federated(cx.scopes(), cx).await,
            Some(account) => {
                let own = self.federated(&[iam::SCOPE.to_owned()], cx).await?;
                self.impersonated(own, &account, cx).await
            }
        }
    }

    /// The exchange (RFC 8693).
    async fn federated(&self, scopes: &[String], cx: &FetchContext) -> Result<Token, AuthError> {
        let settings = &self.settings;
        let subject_token = self.supplier.subject_token(settings, cx).await?;
        // A client's ID says who pays.
        let user_project = settings
            .user_project
            .as_ref()
            .filter(|_| settings.client.is_none());
        let exchange = Exchange {
            token_url: &settings.sts()?,
            audience: Some(&settings.audience),
            scopes,
            subject_token: subject_token.expose_secret(),
            subject_token_type: &settings.subject_token_type,
            options: user_project.map(|project| json!({ "userProject": project })),
            client: settings.client.as_ref(),
            metrics: Some(self.metrics_header()),
        };
        let transport: Arc<dyn Transport> = match self.supplier.own_transport(settings)? {
            Some(own) => cx.record(own),
            None => cx.transport().clone(),
        };
        let asked_at = cx.clock().now();
        let answer = exchange
            .send(&*transport, cx)
            .await
            .map_err(|error| hints::add(error, settings))?;
        Ok(answer.into_token(asked_at))
    }

    async fn impersonated(
        &self,
        own: Token,
        account: &Account,
        cx: &FetchContext,
    ) -> Result<Token, AuthError> {
        let lifetime = self.settings.lifetime.unwrap_or(LIFETIME);
        let call = Call {
            source: &AccessToken::new(own.secret()),
            account,
            method: "generateAccessToken",
            body: json!({
                "scope": cx.scopes(),
                "lifetime": format!("{}s", lifetime.as_secs()),
            }),
            metrics: Some(metrics_header("auth-request-type/at cred-type/imp")),
            transport: cx.transport(),
            clock: cx.clock(),
        };
        let answer = call
            .send()
            .await
            .map_err(|error| hints::impersonation(error, &self.settings))?;
        iam::access_token(answer)
    }

    fn metrics_header(&self) -> String {
        metrics_header(&format!(
            "google-byoid-sdk sa-impersonation/{} config-lifetime/{} source/{}",
            self.settings.impersonated.is_some(),
            self.settings.lifetime.is_some(),
            self.supplier.kind()
        ))
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = &self.settings;
        f.debug_struct("ExternalAccount")
            .field("audience", &settings.audience)
            .field("subject_token_type", &settings.subject_token_type)
            .field("supplier", &self.supplier)
            .field("token_url", &settings.token_url)
            .field("impersonated", &settings.impersonated)
            .field("client", &settings.client)
            .field("user_project", &settings.user_project)
            .field("scopes", &settings.scopes)
            .field("quota_project", &settings.quota_project)
            .field("universe_domain", &settings.universe_domain)
            .finish_non_exhaustive()
    }
}

impl Configured for Source {
    fn reach(&self) -> &Reach {
        &self.settings.reach
    }

    fn set_reach(&mut self, reach: Reach) {
        self.settings.reach = reach;
    }
}

impl TokenSource for Source {
    fn fetch<'a>(&'a self, cx: &'a FetchContext) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(self.token(cx))
    }

    fn scopes(&self) -> Option<&[String]> {
        Some(&self.settings.scopes)
    }

    fn check(&self, request: &AuthRequest<'_>) -> Result<(), AuthError> {
        if ScopeList::effective(Some(&self.settings.scopes), request.scopes).is_empty() {
            return Err(
                AuthError::new(AuthErrorKind::Config, "there are no scopes to ask for")
                    .with_hint("name them with `.scopes([...])`"),
            );
        }
        self.settings.check()?;
        self.supplier.check(&self.settings)
    }

    fn attempt_limit(&self) -> Duration {
        self.supplier.attempt_limit()
    }

    fn universe_domain(&self) -> &str {
        self.settings.universe_domain.text()
    }

    fn quota_project(&self) -> Option<&str> {
        self.settings.quota_project.as_deref()
    }

    fn describe(&self) -> String {
        let audience = &self.settings.audience;
        match self.settings.service_account_email() {
            Some(email) => format!(
                "service account {email}, impersonated by a federated identity of {audience}"
            ),
            None => format!("federated identity of {audience}"),
        }
    }
}
