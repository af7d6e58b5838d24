//! What the credentials of a file may access: hosts, files and programs.

mod hosts;
mod policy;

use std::{borrow::Cow, fmt, sync::Arc};

use gapi_transport::{Clock, Transport};

pub use self::policy::UrlPolicy;
pub(crate) use self::{
    hosts::{check_endpoint, is_google_token_endpoint, is_loopback},
    policy::{Named, Purpose},
};
use crate::{AuthError, Environment, TokenRetryPolicy};

/// What the credentials of a file may access, and with which settings. It is passed on to the credentials within the file, and it is the only
/// access to hosts, files and programs that a file names.
#[derive(Clone)]
pub(crate) struct Reach {
    pub(crate) url_policy: UrlPolicy,
    pub(crate) environment: Environment,
    /// The program's transport; `None` uses that of the requests.
    pub(crate) transport: Option<Arc<dyn Transport>>,
    pub(crate) clock: Option<Arc<dyn Clock>>,
    pub(crate) retry: Option<TokenRetryPolicy>,
}

impl Reach {
    /// Returns the default access of a file that the program reads itself.
    pub(crate) fn trusted() -> Self {
        Self::new(UrlPolicy::default(), Environment::default())
    }

    pub(crate) fn new(url_policy: UrlPolicy, environment: Environment) -> Self {
        Self {
            url_policy,
            environment,
            transport: None,
            clock: None,
            retry: None,
        }
    }

    pub(crate) fn transport(&self) -> Option<&Arc<dyn Transport>> {
        self.transport.as_ref()
    }

    /// Returns the URL `named`, if the policy allows it for `purpose` in the `universe` of the credentials. `what` names it in errors.
    pub(crate) fn url<'a>(
        &self,
        purpose: Purpose,
        what: &str,
        named: &'a Named,
        universe: &Named,
    ) -> Result<Cow<'a, str>, AuthError> {
        let url = named.within(universe);
        self.url_policy
            .check(purpose, what, &url, named, universe)?;
        Ok(url)
    }

    /// Refuses a universe that the program does not trust.
    pub(crate) fn check_universe(&self, universe: &Named) -> Result<(), AuthError> {
        self.url_policy.check_universe(universe)
    }

    /// Returns the files of this machine, if `what` may be one.
    pub(crate) fn files(&self, what: &str) -> Result<&Environment, AuthError> {
        self.url_policy.check_files(what)?;
        Ok(&self.environment)
    }

    /// Returns the programs of this machine, if the file may run one. `allowed` is the setting of these credentials.
    pub(crate) fn programs(&self, allowed: Option<bool>) -> Result<&Environment, AuthError> {
        self.url_policy.check_programs(allowed, &self.environment)?;
        Ok(&self.environment)
    }

    /// Returns the first of these variables that is set, with its text.
    pub(crate) fn variable<'a>(&self, names: &[&'a str]) -> Option<(&'a str, String)> {
        self.environment.first_of(names)
    }
}

/// Shows neither the transport nor the clock.
impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reach")
            .field("policy", &self.url_policy)
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}
