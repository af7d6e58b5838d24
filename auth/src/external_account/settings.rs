//! What a configuration says, but for where the subject token comes from.

use std::{borrow::Cow, sync::Arc, time::Duration};

use gapi_transport::Transport;
use secrecy::SecretString;

use crate::{
    AuthError, AuthErrorKind, FetchContext,
    iam::Account,
    reach::{Named, Purpose, Reach, check_endpoint},
    sts::ClientAuth,
};

/// Who is exchanged for whom, and where.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) audience: String,
    pub(super) subject_token_type: String,
    /// The Security Token Service; `{universe_domain}` in it stands for the universe.
    pub(super) token_url: Named,
    pub(super) client: Option<ClientAuth>,
    pub(super) user_project: Option<String>,
    pub(super) impersonated: Option<Impersonated>,
    pub(super) iam_endpoint: Option<String>,
    pub(super) lifetime: Option<Duration>,
    pub(super) scopes: Vec<String>,
    pub(super) quota_project: Option<String>,
    pub(super) universe_domain: Named,
    pub(super) allow_executables: Option<bool>,
    pub(super) reach: Reach,
    /// A transport past all proxies, for servers of this machine.
    direct: Arc<dyn Transport>,
}

/// The service account to act as.
#[derive(Clone, Debug)]
pub(super) enum Impersonated {
    /// Named by the program.
    Email(String),
    /// Named by the URL of a configuration.
    Url(Account),
}

impl Settings {
    pub(super) fn new(audience: String, subject_token_type: String, reach: Reach) -> Self {
        Self {
            audience,
            subject_token_type,
            // Of the credentials' universe, for whose name nobody may vouch.
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
        self.impersonated = Some(Impersonated::Email(email));
    }

    pub(super) fn set_client(&mut self, id: String, secret: SecretString) {
        self.client = Some(ClientAuth { id, secret });
    }

    pub(super) fn set_iam_endpoint(&mut self, root: &str) {
        self.iam_endpoint = Some(root.to_owned());
    }

    /// The transport to a server at `url`. Plain http is spoken by this machine and its link only, where no proxy leads.
    pub(super) fn transport_to(&self, url: &str, cx: &FetchContext) -> Arc<dyn Transport> {
        if url.starts_with("http://") && self.reach.transport().is_none() {
            cx.record(self.direct.clone())
        } else {
            cx.transport().clone()
        }
    }

    /// The Security Token Service's URL.
    pub(super) fn sts(&self) -> Result<Cow<'_, str>, AuthError> {
        self.url(Purpose::Sts, "the token URL", &self.token_url)
    }

    /// Where to send something, if the URL is good for it.
    pub(super) fn url<'a>(
        &self,
        purpose: Purpose,
        what: &str,
        url: &'a Named,
    ) -> Result<Cow<'a, str>, AuthError> {
        self.reach.url(purpose, what, url, &self.universe_domain)
    }

    /// The service account to act as.
    pub(super) fn account(&self) -> Result<Option<Account>, AuthError> {
        let mut account = match &self.impersonated {
            None => return Ok(None),
            Some(Impersonated::Email(email)) => Account::new(email, self.universe_domain.text())?,
            Some(Impersonated::Url(account)) => account.clone(),
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
            Impersonated::Email(email) => Some(email),
            Impersonated::Url(account) => Some(&account.email),
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

    /// Whether the identity is a person's, from a workforce pool.
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
        let config = |message: &str, hint: &str| {
            Err(AuthError::new(AuthErrorKind::Config, message).with_hint(hint))
        };
        if self.user_project.is_some() && !self.is_workforce() {
            return config(
                "a workforce pool's user project is set, but the audience is no workforce pool",
                "leave out `workforce_pool_user_project`",
            );
        }
        if self
            .lifetime
            .is_some_and(|lifetime| lifetime.as_secs() == 0)
        {
            return config("the lifetime is shorter than a second", "an hour is usual");
        }
        self.reach.check_universe(&self.universe_domain)?;
        self.sts()?;
        self.account()?;
        Ok(())
    }
}
