//! What the credentials of a file may reach: hosts, files and programs.

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

/// What the credentials of a file may reach, and through what. Whoever reads a file is given one, and gives it on to the credentials within the file;
/// hosts, files and programs that a file names can be had of it only.
#[derive(Clone)]
pub(crate) struct Reach {
    policy: UrlPolicy,
    environment: Environment,
    /// The program's transport; none leaves it to the requests.
    transport: Option<Arc<dyn Transport>>,
    clock: Option<Arc<dyn Clock>>,
    retry: Option<TokenRetryPolicy>,
}

impl Reach {
    /// What a file may reach that the program reads itself, until the program says otherwise.
    pub(crate) fn trusted() -> Self {
        Self::new(UrlPolicy::default(), Environment::default())
    }

    pub(crate) fn new(policy: UrlPolicy, environment: Environment) -> Self {
        Self {
            policy,
            environment,
            transport: None,
            clock: None,
            retry: None,
        }
    }

    pub(crate) fn set_policy(&mut self, policy: UrlPolicy) {
        self.policy = policy;
    }

    pub(crate) fn set_environment(&mut self, environment: Environment) {
        self.environment = environment;
    }

    pub(crate) fn set_transport(&mut self, transport: Option<Arc<dyn Transport>>) {
        self.transport = transport.or(self.transport.take());
    }

    pub(crate) fn set_clock(&mut self, clock: Option<Arc<dyn Clock>>) {
        self.clock = clock.or(self.clock.take());
    }

    pub(crate) fn set_retry(&mut self, retry: Option<TokenRetryPolicy>) {
        self.retry = retry.or(self.retry.take());
    }

    pub(crate) fn retry(&self) -> Option<&TokenRetryPolicy> {
        self.retry.as_ref()
    }

    pub(crate) fn transport(&self) -> Option<&Arc<dyn Transport>> {
        self.transport.as_ref()
    }

    pub(crate) fn clock(&self) -> Option<&Arc<dyn Clock>> {
        self.clock.as_ref()
    }

    /// Where to send something: `named`, if it is good for `purpose` in the credentials' `universe`. `what` is what errors call it.
    pub(crate) fn url<'a>(
        &self,
        purpose: Purpose,
        what: &str,
        named: &'a Named,
        universe: &Named,
    ) -> Result<Cow<'a, str>, AuthError> {
        let url = named.within(universe);
        self.policy.check(purpose, what, &url, named, universe)?;
        Ok(url)
    }

    /// Refuses a universe that nobody has named whom the program trusts.
    pub(crate) fn check_universe(&self, universe: &Named) -> Result<(), AuthError> {
        self.policy.check_universe(universe)
    }

    /// The files of this machine, if `what` may be one.
    pub(crate) fn files(&self, what: &str) -> Result<&Environment, AuthError> {
        self.policy.check_files(what)?;
        Ok(&self.environment)
    }

    /// The programs of this machine, if the file may run one. `allowed` is what the program says of these credentials.
    pub(crate) fn programs(&self, allowed: Option<bool>) -> Result<&Environment, AuthError> {
        self.policy.check_programs(allowed, &self.environment)?;
        Ok(&self.environment)
    }

    /// The first of these variables that is set, and its text.
    pub(crate) fn variable<'a>(&self, names: &[&'a str]) -> Option<(&'a str, String)> {
        self.environment.first_of(names)
    }
}

/// The transport and the clock are the program's.
impl fmt::Debug for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reach")
            .field("policy", &self.policy)
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}
