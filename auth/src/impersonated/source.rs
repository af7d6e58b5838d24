//! How impersonated credentials get tokens of the IAM Service Account Credentials API.

use std::{
    borrow::Cow,
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use gapi_transport::BoxFuture;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use crate::{
    AuthError, AuthErrorKind, AuthRequest, Credentials, DEFAULT_UNIVERSE, FetchContext,
    IdTokenSource, Token, TokenSource,
    assertion::{self, Claims, delegation_hint, jwt_bearer, subject_hint},
    configured::{Configured, Nested},
    iam::{self, Account, Call},
    oauth::{GOOGLE_TOKEN_URI, Refusal, TokenResponse, metrics_header, read},
    reach::{Named, Purpose, Reach},
};

/// A service account, and the credentials that act as it.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) source: Arc<dyn Credentials>,
    pub(super) target: String,
    /// `source`, if the file contains it.
    pub(super) nested: Option<Arc<dyn Nested>>,
    /// The URL of the account, if a file or the program names the host of the API.
    pub(super) url: Option<Named>,
    pub(super) delegates: Vec<String>,
    pub(super) lifetime: Duration,
    pub(super) scopes: Vec<String>,
    pub(super) subject: Option<String>,
    pub(super) quota_project: Option<String>,
    pub(super) universe_domain: Option<Named>,
    pub(super) token_uri: Named,
    pub(super) reach: Reach,
}

impl Source {
    pub(super) fn new(source: Arc<dyn Credentials>, target: String, reach: Reach) -> Self {
        Self {
            source,
            target,
            nested: None,
            url: None,
            delegates: Vec::new(),
            lifetime: iam::LIFETIME,
            scopes: Vec::new(),
            subject: None,
            quota_project: None,
            universe_domain: None,
            token_uri: Named::constant(GOOGLE_TOKEN_URI),
            reach,
        }
    }

    /// Sets the root of the API, which the program vouches for.
    pub(super) fn set_iam_endpoint(&mut self, root: &str) {
        self.url = Some(Named::by_program(format!(
            "{root}/v1/projects/-/serviceAccounts/{}",
            self.target
        )));
    }

    pub(super) async fn universe(&self) -> Result<String, AuthError> {
        match &self.universe_domain {
            Some(domain) => Ok(domain.text().to_owned()),
            None => self.source.universe_domain().await,
        }
    }

    async fn account(&self) -> Result<Account, AuthError> {
        // Checks the address even if it is not used.
        let mut account = Account::new(&self.target, &self.universe().await?)?;
        if let Some(url) = self.url()? {
            account.url = url.into_owned();
        }
        Ok(account)
    }

    /// Calls a method of the API on the target. Adds the delegates to `body`.
    pub(super) async fn call(
        &self,
        method: &'static str,
        mut body: Value,
        metrics: Option<String>,
        cx: &FetchContext,
    ) -> Result<Map<String, Value>, AuthError> {
        self.check_names()?;
        if !self.delegates.is_empty() {
            body["delegates"] = Value::from(self.delegates.clone());
        }
        let call = Call {
            source: &*self.source,
            account: &self.account().await?,
            method,
            body,
            metrics,
            transport: cx.transport(),
            clock: cx.clock(),
        };
        call.send().await
    }

    async fn token(&self, cx: &FetchContext) -> Result<Token, AuthError> {
        if let Some(subject) = &self.subject {
            return self.delegated_token(subject, cx).await;
        }
        let body = iam::access_token_request(cx, self.lifetime);
        let metrics = metrics_header("auth-request-type/at cred-type/imp");
        let response = self
            .call("generateAccessToken", body, Some(metrics), cx)
            .await?;
        iam::access_token(response)
    }

    /// Fetches a token for `subject` by domain-wide delegation without a key: IAM signs the assertion.
    async fn delegated_token(&self, subject: &str, cx: &FetchContext) -> Result<Token, AuthError> {
        if self.universe().await? != DEFAULT_UNIVERSE {
            return Err(AuthError::new(
                AuthErrorKind::Universe,
                "a subject is set, but domain-wide delegation exists in the universe googleapis.com only",
            )
            .with_hint("leave out the subject"));
        }
        let (response, asked_at) = assertion::exchange(
            &**cx.clock(),
            |now| Box::pin(self.send_assertion(subject, cx, now)),
            |error, _| self.diagnose(error, subject, cx.scopes()),
        )
        .await?;
        Ok(response.into_token(asked_at))
    }

    async fn send_assertion(
        &self,
        subject: &str,
        cx: &FetchContext,
        now: SystemTime,
    ) -> Result<Result<TokenResponse, Refusal>, AuthError> {
        let claims = Claims::new(&self.target, now)
            .subject(Some(subject))
            .audience(GOOGLE_TOKEN_URI)
            .scopes(cx.scopes());
        let assertion = self.sign_jwt(&claims, cx).await?;
        let metrics = "auth-request-type/at cred-type/sa";
        jwt_bearer(&self.token_uri()?, &assertion, metrics, cx, read).await
    }

    /// Signs with a key of the target that only IAM has.
    async fn sign_jwt(
        &self,
        claims: &Claims,
        cx: &FetchContext,
    ) -> Result<SecretString, AuthError> {
        let body = json!({ "payload": claims.to_json() });
        let metrics = metrics_header("auth-request-type/at cred-type/imp");
        let mut response = self.call("signJwt", body, Some(metrics), cx).await?;
        iam::text(&mut response, "signedJwt")
    }

    fn diagnose(&self, error: AuthError, subject: &str, scopes: &[String]) -> AuthError {
        let hint = match error.oauth_error() {
            Some("unauthorized_client" | "access_denied") => {
                let client = format!("the unique ID of {}", self.target);
                delegation_hint(subject, &client, scopes)
            }
            Some("invalid_grant") => subject_hint(subject),
            _ => return error,
        };
        error.with_hint(hint)
    }

    /// Fetches an ID token, which has the claims `email` and `email_verified`.
    async fn id_token(&self, audience: &str, cx: &FetchContext) -> Result<Token, AuthError> {
        let body = json!({"audience": audience, "includeEmail": true});
        let own = "auth-request-type/it cred-type/imp";
        let metrics = match self.source.metrics() {
            Some(source) => metrics_header(&format!("{own} {source}")),
            None => metrics_header(own),
        };
        let mut response = self
            .call("generateIdToken", body, Some(metrics), cx)
            .await?;
        Token::from_jwt(iam::text(&mut response, "token")?)
    }

    /// Returns the universe that the file or the program names, else Google's.
    fn named_universe(&self) -> &Named {
        static GOOGLE: Named = Named::GOOGLE;
        self.universe_domain.as_ref().unwrap_or(&GOOGLE)
    }

    fn url(&self) -> Result<Option<Cow<'_, str>>, AuthError> {
        let check = |url| {
            let what = "the impersonation URL";
            self.reach
                .url(Purpose::Iam, what, url, self.named_universe())
        };
        self.url.as_ref().map(check).transpose()
    }

    /// Returns the URL where assertions for a subject are exchanged.
    fn token_uri(&self) -> Result<Cow<'_, str>, AuthError> {
        let what = "the token URI";
        self.reach
            .url(Purpose::Key, what, &self.token_uri, self.named_universe())
    }

    fn check_names(&self) -> Result<(), AuthError> {
        self.reach.check_universe(self.named_universe())?;
        self.url().map(drop)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Impersonated")
            .field("target", &self.target)
            .field("source", &self.source)
            .field("delegates", &self.delegates)
            .field("lifetime", &self.lifetime)
            .field("scopes", &self.scopes)
            .field("subject", &self.subject)
            .field("quota_project", &self.quota_project)
            .field("universe_domain", &self.universe_domain)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

impl Configured for Source {
    fn reach(&self) -> &Reach {
        &self.reach
    }

    fn set_reach(&mut self, reach: Reach) {
        if let Some(nested) = &mut self.nested {
            *nested = nested.within(&reach);
            self.source = nested.clone();
        }
        self.reach = reach;
    }
}

impl TokenSource for Source {
    fn fetch<'a>(&'a self, cx: &'a FetchContext) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(self.token(cx))
    }

    fn scopes(&self) -> Option<&[String]> {
        Some(&self.scopes)
    }

    fn check(&self, request: &AuthRequest<'_>) -> Result<(), AuthError> {
        iam::check_lifetime(self.lifetime)?;
        request.check_scopes(&self.scopes, self.subject.as_deref())?;
        if self.subject.is_some() {
            self.token_uri()?;
        }
        self.check_names()
    }

    fn universe_domain(&self) -> &str {
        self.named_universe().text()
    }

    fn quota_project(&self) -> Option<&str> {
        self.quota_project.as_deref()
    }

    fn describe(&self) -> String {
        let source = self.source.describe();
        match &self.subject {
            Some(subject) => format!(
                "service account {} for {subject}, impersonated by {source}",
                self.target
            ),
            None => format!("service account {}, impersonated by {source}", self.target),
        }
    }

    fn metrics(&self) -> Option<&'static str> {
        Some("cred-type/imp")
    }
}

impl IdTokenSource for Source {
    fn fetch_id_token<'a>(
        &'a self,
        audience: &'a str,
        cx: &'a FetchContext,
    ) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(self.id_token(audience, cx))
    }

    fn describe(&self) -> String {
        TokenSource::describe(self)
    }

    fn metrics(&self) -> Option<&'static str> {
        TokenSource::metrics(self)
    }
}
