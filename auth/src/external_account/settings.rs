//! The settings of an external account, except the source of its subject token.

use std::{borrow::Cow, sync::Arc, time::Duration};

use gapi_transport::Transport;
use secrecy::SecretString;

use crate::{
    AuthError, AuthErrorKind, FetchContext,
    iam::{self, Account},
    reach::{Named, Purpose, Reach, check_endpoint},
    sts::ClientAuth,
};

/// What is exchanged, where, and which service account is impersonated.
#[derive(Clone)]
pub(super) struct FederationSettings {
    pub(super) audience: String,
    pub(super) subject_token_type: String,
    /// The Security Token Service; `{universe_domain}` in it is replaced by the universe.
    pub(super) token_url: Named,
    pub(super) client: Option<ClientAuth>,
    pub(super) user_project: Option<String>,
    pub(super) impersonated: Option<Target>,
    pub(super) iam_endpoint: Option<String>,
    pub(super) lifetime: Option<Duration>,
    pub(super) scopes: Vec<String>,
    pub(super) quota_project: Option<String>,
    pub(super) universe_domain: Named,
    pub(super) allow_executables: Option<bool>,
    pub(super) reach: Reach,
    /// A transport without proxies, for servers of this machine.
    direct: Arc<dyn Transport>,
}

/// The service account to impersonate.
#[derive(Clone, Debug)]
pub(super) enum Target {
    /// Named by the program.
    Email(String),
    /// Named by the URL of a configuration.
    Url(Account),
}

impl FederationSettings {
    pub(super) fn new(audience: String, subject_token_type: String, reach: Reach) -> Self {
        Self {
            audience,
            subject_token_type,
            // As if the file named it, because it depends on the universe of the file.
            token_url: Named::by_file("https://sts.{universe_domain}/v1/token"),
            client: None,
            user_project: None,
            impersonated: None,
            iam_endpoint: None,
            lifetime: None,
            scopes: Vec::new(),
            quota_project: None,
            universe_domain: Named::GOOGLE,
            allow_executables: None,
            reach,
            direct: Arc::new(gapi_transport::LazyTransport::direct()),
        }
    }

    pub(super) fn impersonate(&mut self, email: String) {
        self.impersonated = Some(Target::Email(email));
    }

    pub(super) fn set_client(&mut self, id: String, secret: SecretString) {
        self.client = Some(ClientAuth { id, secret });
    }

    pub(super) fn set_iam_endpoint(&mut self, root: &str) {
        self.iam_endpoint = Some(root.to_owned());
    }

    /// Returns the transport to a server at `url`. Only local servers use plain http, and they are reached without proxies.
    pub(super) fn transport_to(&self, url: &str, cx: &FetchContext) -> Arc<dyn Transport> {
        if url.starts_with("http://") && self.reach.transport().is_none() {
            cx.record(self.direct.clone())
        } else {
            cx.transport().clone()
        }
    }

    /// Returns the URL of the Security Token Service.
    pub(super) fn sts(&self) -> Result<Cow<'_, str>, AuthError> {
        self.url(Purpose::Sts, "the token URL", &self.token_url)
    }

    /// Returns the URL if the policy allows it for `purpose`.
    pub(super) fn url<'a>(
        &self,
        purpose: Purpose,
        what: &str,
        url: &'a Named,
    ) -> Result<Cow<'a, str>, AuthError> {
        self.reach.url(purpose, what, url, &self.universe_domain)
    }

    /// Returns the service account to impersonate.
    pub(super) fn account(&self) -> Result<Option<Account>, AuthError> {
        let mut account = match &self.impersonated {
            None => return Ok(None),
            Some(Target::Email(email)) => Account::new(email, self.universe_domain.text())?,
            Some(Target::Url(account)) => account.clone(),
        };
        let what = "the impersonation URL";
        match &self.iam_endpoint {
            Some(root) => {
                account.url = format!("{root}/v1/projects/-/serviceAccounts/{}", account.email);
                check_endpoint(what, &account.url)?;
            }
            None => {
                let url = Named::by_file(account.url);
                account.url = self.url(Purpose::Iam, what, &url)?.into_owned();
            }
        }
        Ok(Some(account))
    }

    pub(super) fn service_account_email(&self) -> Option<&str> {
        match self.impersonated.as_ref()? {
            Target::Email(email) => Some(email),
            Target::Url(account) => Some(&account.email),
        }
    }

    pub(super) fn project_number(&self) -> Option<&str> {
        let mut parts = self.audience.split('/');
        parts
            .find(|part| *part == "projects")
            .and_then(|_| parts.next())
            .filter(|number| !number.is_empty())
            .or(self.user_project.as_deref())
    }

    /// Whether the identity is a user of a workforce pool.
    pub(super) fn is_workforce(&self) -> bool {
        self.audience
            .strip_prefix("//iam.googleapis.com/locations/")
            .and_then(|rest| rest.split_once('/'))
            .is_some_and(|(location, rest)| {
                !location.is_empty() && rest.starts_with("workforcePools/")
            })
    }

    /// Refuses settings that can never work.
    pub(super) fn check(&self) -> Result<(), AuthError> {
        if self.user_project.is_some() && !self.is_workforce() {
            return Err(AuthError::new(
                AuthErrorKind::Config,
                "a workforce pool's user project is set, but the audience is no workforce pool",
            )
            .with_hint("leave out `workforce_pool_user_project`"));
        }
        iam::check_lifetime(self.lifetime.unwrap_or(iam::LIFETIME))?;
        self.reach.check_universe(&self.universe_domain)?;
        self.sts()?;
        self.account()?;
        Ok(())
    }
}
