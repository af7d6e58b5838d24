//! How external accounts get tokens: a subject token is exchanged (RFC 8693), and perhaps a service account impersonated.

use std::{fmt, sync::Arc, time::Duration};

use gapi_transport::{BoxFuture, Transport};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{
    aws::Aws,
    certificate::{self, Certificate},
    executable::Executable,
    settings::FederationSettings,
    supplier::{SubjectTokenSupplier, SupplierContext},
    text_token::{self, TokenFile, TokenUrl},
};
use crate::{
    AccessToken, AuthError, AuthRequest, FetchContext, Token, TokenSource,
    configured::configured,
    iam::{self, Account, Call},
    oauth::metrics_header,
    sts::Exchange,
    token_retry::ATTEMPT_TIMEOUT,
};

/// Where the subject token comes from.
#[derive(Clone, Debug)]
pub(super) enum SubjectToken {
    File(TokenFile),
    Url(TokenUrl),
    Executable(Executable),
    Aws(Aws),
    Certificate(Certificate),
    Own(Arc<dyn SubjectTokenSupplier>),
}

impl SubjectToken {
    async fn get(
        &self,
        settings: &FederationSettings,
        cx: &FetchContext,
    ) -> Result<SecretString, AuthError> {
        let own = SupplierContext {
            settings,
            fetch: cx,
        };
        match self {
            Self::File(file) => file.read(&settings.reach),
            Self::Url(url) => url.get(settings, cx).await,
            Self::Executable(executable) => executable.run(settings, cx).await,
            Self::Aws(aws) => aws.sign(&own).await,
            Self::Certificate(certificate) => certificate.chain(&settings.reach),
            Self::Own(supplier) => supplier.subject_token(&own).await,
        }
    }

    /// Returns the transport of the exchange if it has to present a certificate.
    fn own_transport(
        &self,
        settings: &FederationSettings,
    ) -> Result<Option<Arc<dyn Transport>>, AuthError> {
        match self {
            // The program's own transport must present the certificate.
            Self::Certificate(certificate) if settings.reach.transport().is_none() => {
                certificate.transport(&settings.reach).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Refuses what can never work, or what the policy forbids.
    fn check(&self, settings: &FederationSettings) -> Result<(), AuthError> {
        match self {
            Self::File(_) => settings.reach.files(text_token::FILE).map(drop),
            Self::Certificate(_) => settings.reach.files(certificate::WHAT).map(drop),
            Self::Url(url) => url.check(settings),
            Self::Executable(executable) => executable.check(settings),
            Self::Aws(aws) => aws.check(settings),
            Self::Own(_) => Ok(()),
        }
    }

    /// The time limit of one attempt, in which programs have their own.
    fn attempt_limit(&self) -> Duration {
        match self {
            Self::Executable(executable) => ATTEMPT_TIMEOUT + executable.timeout,
            _ => ATTEMPT_TIMEOUT,
        }
    }

    /// The name in metrics.
    fn kind(&self) -> &'static str {
        match self {
            Self::File(_) => "file",
            Self::Url(_) => "url",
            Self::Executable(_) => "executable",
            Self::Aws(aws) => aws.kind(),
            Self::Certificate(_) => "x509",
            Self::Own(_) => "programmatic",
        }
    }
}

/// A federated identity: where its subject token comes from, and how it is exchanged.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) settings: FederationSettings,
    subject_token: SubjectToken,
}

impl Source {
    pub(super) fn new(settings: FederationSettings, subject_token: SubjectToken) -> Self {
        Self {
            settings,
            subject_token,
        }
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
        let subject_token = self.subject_token.get(settings, cx).await?;
        // If there is a client, its project is billed.
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
        let transport: Arc<dyn Transport> = match self.subject_token.own_transport(settings)? {
            Some(own) => cx.record(own),
            None => cx.transport().clone(),
        };
        let asked_at = cx.clock().now();
        let response = exchange
            .send(&*transport, cx)
            .await
            .map_err(|error| diagnose_exchange(error, settings))?;
        Ok(response.into_token(asked_at))
    }

    async fn impersonated(
        &self,
        own: Token,
        account: &Account,
        cx: &FetchContext,
    ) -> Result<Token, AuthError> {
        let lifetime = self.settings.lifetime.unwrap_or(iam::LIFETIME);
        let call = Call {
            source: &AccessToken::new(own.secret()),
            account,
            method: "generateAccessToken",
            body: iam::access_token_request(cx, lifetime),
            metrics: Some(metrics_header("auth-request-type/at cred-type/imp")),
            transport: cx.transport(),
            clock: cx.clock(),
        };
        let response = call
            .send()
            .await
            .map_err(|error| diagnose_impersonation(error, &self.settings))?;
        iam::access_token(response)
    }

    fn metrics_header(&self) -> String {
        metrics_header(&format!(
            "google-byoid-sdk sa-impersonation/{} config-lifetime/{} source/{}",
            self.settings.impersonated.is_some(),
            self.settings.lifetime.is_some(),
            self.subject_token.kind()
        ))
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let settings = &self.settings;
        f.debug_struct("ExternalAccount")
            .field("audience", &settings.audience)
            .field("subject_token_type", &settings.subject_token_type)
            .field("supplier", &self.subject_token)
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

configured!(Source, settings);

impl TokenSource for Source {
    fn fetch<'a>(&'a self, cx: &'a FetchContext) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(self.token(cx))
    }

    fn scopes(&self) -> Option<&[String]> {
        Some(&self.settings.scopes)
    }

    fn check(&self, request: &AuthRequest<'_>) -> Result<(), AuthError> {
        request.check_scopes(&self.settings.scopes, None)?;
        self.settings.check()?;
        self.subject_token.check(&self.settings)
    }

    fn attempt_limit(&self) -> Duration {
        self.subject_token.attempt_limit()
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

/// Adds a hint to a refusal of the Security Token Service if a remedy is known.
fn diagnose_exchange(error: AuthError, settings: &FederationSettings) -> AuthError {
    let audience = &settings.audience;
    let description = error
        .oauth_description()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let hint = match error.oauth_error() {
        Some("invalid_target") => {
            format!("check that the provider exists and is enabled: {audience}")
        }
        Some("invalid_grant")
            if description.contains("stale") || description.contains("expired") =>
        {
            String::from(
                "the subject token has expired; the program that writes it does not refresh it, or this machine's clock is wrong",
            )
        }
        Some("invalid_grant") if description.contains("audience") => format!(
            "the subject token was made for another audience; the provider accepts https:{audience} unless it is configured for others"
        ),
        Some("invalid_grant" | "unauthorized_client")
            if description.contains("attribute condition") =>
        {
            format!("the provider's attribute condition refuses this identity: {audience}")
        }
        Some("invalid_grant") => String::from(
            "the subject token is refused; compare its issuer, audience and claims with the provider's configuration",
        ),
        Some("invalid_client") => String::from("check the client's ID and secret"),
        _ => return error,
    };
    error.with_hint(hint)
}

/// Adds a hint to a refusal of impersonation if a remedy is known.
fn diagnose_impersonation(error: AuthError, settings: &FederationSettings) -> AuthError {
    let Some("PERMISSION_DENIED") = error.oauth_error() else {
        return error;
    };
    let email = settings.service_account_email().unwrap_or_default();
    let pool = settings
        .audience
        .split("/providers/")
        .next()
        .unwrap_or_default();
    error.with_hint(format!(
        "grant the role roles/iam.workloadIdentityUser on {email} to the federated identity, a principal or principalSet of {pool}, \
         and enable the API iamcredentials.googleapis.com"
    ))
}
