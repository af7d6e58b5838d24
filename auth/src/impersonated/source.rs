//! What impersonated credentials do when a token is needed.

use std::{fmt, sync::Arc, time::Duration};

use gapi_transport::{BoxFuture, Clock, Transport};
use serde_json::{Map, Value, json};

use super::delegated;
use crate::{
    AuthError, AuthErrorKind, AuthRequest, Credentials, DEFAULT_UNIVERSE, FetchContext, Scopes,
    Token, TokenSource, UrlPolicy,
    iam::{self, Account, Call},
    oauth::{GOOGLE_TOKEN_URI, check_endpoint, metrics_header},
    scopes::ScopeSet,
    url_policy::Purpose,
};

/// How long tokens live unless something else is asked for.
pub(crate) const LIFETIME: Duration = Duration::from_secs(3600);

/// A service account to act as, and who does.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) source: Arc<dyn Credentials>,
    pub(super) target: String,
    /// The account's URL, where a file or the program names the API's host.
    pub(super) url: Option<String>,
    /// Whether a file names the host, and nobody vouches for it.
    pub(super) from_file: bool,
    pub(super) delegates: Vec<String>,
    pub(super) lifetime: Duration,
    pub(super) scopes: Vec<String>,
    pub(super) subject: Option<String>,
    pub(super) quota_project: Option<String>,
    pub(super) universe_domain: Option<String>,
    pub(super) token_uri: String,
    pub(super) policy: UrlPolicy,
}

impl Source {
    pub(super) fn new(source: Arc<dyn Credentials>, target: String) -> Self {
        Self {
            source,
            target,
            url: None,
            from_file: false,
            delegates: Vec::new(),
            lifetime: LIFETIME,
            scopes: Vec::new(),
            subject: None,
            quota_project: None,
            universe_domain: None,
            token_uri: String::from(GOOGLE_TOKEN_URI),
            policy: UrlPolicy::default(),
        }
    }

    /// The program names the API's host, and so vouches for it.
    pub(super) fn set_endpoint(&mut self, root: &str) {
        let root = root.trim_end_matches('/');
        self.url = Some(format!(
            "{root}/v1/projects/-/serviceAccounts/{}",
            self.target
        ));
        self.from_file = false;
    }

    pub(super) async fn universe(&self) -> Result<String, AuthError> {
        match &self.universe_domain {
            Some(domain) => Ok(domain.clone()),
            None => self.source.universe_domain().await,
        }
    }

    pub(super) async fn account(&self) -> Result<Account, AuthError> {
        // The address is looked at in any case.
        let mut account = Account::new(&self.target, &self.universe().await?)?;
        if let Some(url) = &self.url {
            account.url.clone_from(url);
        }
        Ok(account)
    }

    /// Calls a method of the API on the target; `body` without the delegates.
    pub(super) async fn call(
        &self,
        method: &'static str,
        mut body: Value,
        metrics: Option<String>,
        transport: &Arc<dyn Transport>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Map<String, Value>, AuthError> {
        self.check_hosts()?;
        if !self.delegates.is_empty() {
            body["delegates"] = Value::from(self.delegates.clone());
        }
        let call = Call {
            source: &*self.source,
            account: &self.account().await?,
            method,
            body,
            metrics,
            transport,
            clock,
        };
        call.send().await
    }

    async fn token(&self, cx: &FetchContext) -> Result<Token, AuthError> {
        if let Some(subject) = &self.subject {
            return delegated::token(self, subject, cx).await;
        }
        let body = json!({
            "scope": cx.scopes(),
            "lifetime": format!("{}s", self.lifetime.as_secs()),
        });
        let metrics = metrics_header("auth-request-type/at cred-type/imp");
        let answer = self
            .call(
                "generateAccessToken",
                body,
                Some(metrics),
                cx.transport(),
                cx.clock(),
            )
            .await?;
        iam::access_token(answer)
    }

    fn check_hosts(&self) -> Result<(), AuthError> {
        let what = "the impersonation URL";
        match &self.url {
            Some(url) if self.from_file => self.policy.check(
                Purpose::Iam,
                what,
                url,
                self.universe_domain.as_deref().unwrap_or(DEFAULT_UNIVERSE),
            ),
            Some(url) => check_endpoint(what, url),
            None => Ok(()),
        }
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

impl TokenSource for Source {
    fn fetch<'a>(&'a self, cx: &'a FetchContext) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(self.token(cx))
    }

    fn scopes(&self) -> Option<&[String]> {
        Some(&self.scopes)
    }

    fn check(&self, request: &AuthRequest<'_>) -> Result<(), AuthError> {
        let config = |message: &str, hint: &str| {
            AuthError::new(AuthErrorKind::Config, message).with_hint(hint)
        };
        if self.lifetime.as_secs() == 0 {
            return Err(config(
                "the lifetime is shorter than a second",
                "an hour is usual",
            ));
        }
        if self.subject.is_some()
            && self.scopes.is_empty()
            && matches!(request.scopes, Scopes::Default(_))
        {
            return Err(config(
                "a subject is set without scopes",
                "name the scopes that the domain's administrator authorized, with `.scopes([...])`",
            ));
        }
        if ScopeSet::effective(Some(&self.scopes), request.scopes)
            .as_slice()
            .is_empty()
        {
            return Err(config(
                "there are no scopes to ask for",
                "name them with `.scopes([...])`",
            ));
        }
        if self.subject.is_some() {
            check_endpoint("the token URI", &self.token_uri)?;
        }
        self.check_hosts()
    }

    fn universe_domain(&self) -> &str {
        self.universe_domain.as_deref().unwrap_or(DEFAULT_UNIVERSE)
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
