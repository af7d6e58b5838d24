//! What impersonated credentials do when a token is needed.

use std::{borrow::Cow, fmt, sync::Arc, time::Duration};

use gapi_transport::{BoxFuture, Clock, Transport};
use serde_json::{Map, Value, json};

use super::delegated;
use crate::{
    AuthError, AuthErrorKind, AuthRequest, Credentials, FetchContext, Scopes, Token, TokenSource,
    configured::{Configured, Nested},
    iam::{self, Account, Call},
    oauth::{GOOGLE_TOKEN_URI, metrics_header},
    reach::{Named, Purpose, Reach},
    request::ScopeList,
};

/// How long tokens live unless something else is asked for.
pub(crate) const LIFETIME: Duration = Duration::from_secs(3600);

/// A service account to act as, and who does.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) source: Arc<dyn Credentials>,
    pub(super) target: String,
    /// `source`, where it stands in the file.
    pub(super) nested: Option<Arc<dyn Nested>>,
    /// The account's URL, where a file or the program names the API's host.
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
            lifetime: LIFETIME,
            scopes: Vec::new(),
            subject: None,
            quota_project: None,
            universe_domain: None,
            token_uri: Named::constant(GOOGLE_TOKEN_URI),
            reach,
        }
    }

    /// The program names the API's host, and so vouches for it.
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

    pub(super) async fn account(&self) -> Result<Account, AuthError> {
        // The address is looked at in any case.
        let mut account = Account::new(&self.target, &self.universe().await?)?;
        if let Some(url) = self.url()? {
            account.url = url.into_owned();
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

    /// The universe of the file or the program, where they name one.
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

    /// Where assertions for a subject are exchanged.
    pub(super) fn token_uri(&self) -> Result<Cow<'_, str>, AuthError> {
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
        if ScopeList::effective(Some(&self.scopes), request.scopes).is_empty() {
            return Err(config(
                "there are no scopes to ask for",
                "name them with `.scopes([...])`",
            ));
        }
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
