//! The hosts, files and programs that a configuration may name.

use std::{borrow::Cow, fmt};

use http::Uri;

use super::hosts::{check_endpoint, is_google_host, is_google_token_host, is_loopback};
#[cfg(feature = "external-account")]
use super::hosts::{is_aws_sts, is_link_local};
use crate::{AuthError, AuthErrorKind, DEFAULT_UNIVERSE, Environment};

/// The variable that allows programs with the value `1`.
const ALLOW: &str = "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES";

/// The placeholder of the universe in a URL.
const UNIVERSE: &str = "{universe_domain}";

/// The hosts to which a credentials file may send tokens, assertions and secrets, and what it may do on this machine. The policy also applies to the
/// credentials within the file and to the files that it names.
///
/// A configuration of workload identity federation or impersonation is not secret, so it is shared in repositories and messages. But a
/// changed one decides where tokens are sent, which files are read and which programs are run.
///
/// | | [default](UrlPolicy::default) | [untrusted](UrlPolicy::untrusted) |
/// |---|---|---|
/// | Security Token Service and IAM | Google's hosts in the configuration's universe; this machine | Google's hosts in `googleapis.com` and universes that the program names |
/// | token URI of a service account's key | any https host; this machine | Google's token endpoints |
/// | token and revocation URI of a user | Google's token endpoints; this machine | Google's token endpoints |
/// | token URI of a service identity of Google Distributed Cloud | any https host; this machine | hosts that the program names |
/// | URL of a subject token | any https host; link-local addresses and this machine also over http | hosts that the program names |
/// | AWS metadata | `169.254.169.254`, `fd00:ec2::254`, this machine | `169.254.169.254`, `fd00:ec2::254` |
/// | AWS verification URL | `sts` hosts of AWS over https, this machine | `sts` hosts of AWS over https |
/// | universe | as in the file | `googleapis.com` and universes that the program names |
/// | files | as in the file | only where the program allows it |
/// | executables | where the program or the environment allows it | only where the program allows it |
///
/// Hosts that the program names with [`allow_host`](Self::allow_host) are allowed for all purposes, over https. URLs that the program sets on the
/// credentials are always allowed.
#[derive(Clone, Debug, Default)]
pub struct UrlPolicy {
    untrusted: bool,
    hosts: Vec<String>,
    universes: Vec<String>,
    files: bool,
    executables: bool,
    any_host: bool,
}

/// The purpose of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The token endpoint of a key. The author of the file has the key.
    Key,
    /// The token server of a service identity of Google Distributed Cloud.
    Gdch,
    /// The token endpoint of a user's refresh token.
    User,
    /// The Security Token Service.
    Sts,
    /// The IAM Service Account Credentials API.
    Iam,
    /// A server that returns a subject token.
    #[cfg(feature = "external-account")]
    Subject,
    /// The metadata server of an EC2 instance.
    #[cfg(feature = "external-account")]
    AwsMetadata,
    /// The AWS Security Token Service.
    #[cfg(feature = "external-account")]
    AwsSts,
}

impl UrlPolicy {
    /// Returns the policy for files from sources that the program does not trust, such as an upload or the settings of a tenant.
    pub fn untrusted() -> Self {
        Self {
            untrusted: true,
            ..Self::default()
        }
    }

    /// Allows this host, such as `sts.corp.example`, for all purposes, over https.
    #[must_use]
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.hosts.push(host.into().to_ascii_lowercase());
        self
    }

    /// Allows Google's hosts in this universe, also for untrusted configurations.
    #[must_use]
    pub fn allow_universe(mut self, domain: impl Into<String>) -> Self {
        self.universes.push(domain.into().to_ascii_lowercase());
        self
    }

    /// Allows any host over https: for private endpoints whose names are not known when the program is written.
    #[must_use]
    pub fn allow_any_host(mut self) -> Self {
        self.any_host = true;
        self
    }

    /// Allows an untrusted file to name files of this machine.
    #[must_use]
    pub fn allow_files(mut self) -> Self {
        self.files = true;
        self
    }

    /// Allows a file, trusted or not, to run the program that it names for a subject token.
    #[must_use]
    pub fn allow_executables(mut self) -> Self {
        self.executables = true;
        self
    }

    pub(super) fn check_files(&self, what: &str) -> Result<(), AuthError> {
        if self.untrusted && !self.files {
            return Err(AuthError::new(
                AuthErrorKind::Config,
                format!("{what} is a file, which a configuration that is not trusted may not name"),
            )
            .with_hint("allow it with `UrlPolicy::allow_files`"));
        }
        Ok(())
    }

    pub(super) fn check_programs(
        &self,
        allowed: Option<bool>,
        environment: &Environment,
    ) -> Result<(), AuthError> {
        let of_environment = || !self.untrusted && environment.get(ALLOW).as_deref() == Some("1");
        if allowed.unwrap_or_else(|| self.executables || of_environment()) {
            return Ok(());
        }
        let hint = if self.untrusted {
            "if you trust the configuration, call `.allow_executables(true)` or `UrlPolicy::allow_executables`"
        } else {
            "if you trust the configuration, set GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1, or call `.allow_executables(true)`"
        };
        Err(AuthError::new(
            AuthErrorKind::Config,
            "the configuration wants to run a program for the subject token, which is not allowed",
        )
        .with_hint(hint))
    }

    /// Refuses a universe that is not allowed. A universe decides which hosts are Google's, and where APIs are called.
    pub(super) fn check_universe(&self, universe: &Named) -> Result<(), AuthError> {
        let domain = universe.text();
        let is_allowed = !self.untrusted
            || universe.is_trusted()
            || domain == DEFAULT_UNIVERSE
            || self.universes.iter().any(|known| known == domain);
        if is_allowed {
            return Ok(());
        }
        Err(AuthError::new(
            AuthErrorKind::Config,
            "the universe is none that the program has named, and the configuration is not trusted",
        )
        .with_hint("allow it with `UrlPolicy::allow_universe`"))
    }

    /// Refuses a URL that is not allowed for `purpose`. `what` names it in the error, `by` is its origin, and `universe` is that of the credentials.
    pub(super) fn check(
        &self,
        purpose: Purpose,
        what: &str,
        url: &str,
        by: &Named,
        universe: &Named,
    ) -> Result<(), AuthError> {
        let is_free = matches!(purpose, Purpose::Key | Purpose::Gdch) && !self.untrusted;
        if by.is_trusted() || is_free {
            return check_endpoint(what, url);
        }
        let refused = |message: String, hint: &str| {
            Err(AuthError::new(AuthErrorKind::Config, format!("{what} {message}")).with_hint(hint))
        };
        let uri = url.parse::<Uri>().unwrap_or_default();
        let authority = uri.authority().map_or("", |authority| authority.as_str());
        let host = &*uri.host().unwrap_or_default().to_ascii_lowercase();
        // A user name before the host deceives readers.
        if host.is_empty() || authority.contains('@') {
            return refused(
                String::from("is not a URL with a host"),
                "it begins with https://",
            );
        }
        let scheme = uri.scheme_str().unwrap_or_default();
        if scheme == "https" && (self.any_host || self.hosts.iter().any(|allowed| allowed == host))
        {
            return Ok(());
        }
        if !self.untrusted && is_loopback(host) && matches!(scheme, "http" | "https") {
            return Ok(());
        }
        match (scheme, self.allows(purpose, &uri, host, universe)) {
            ("https", true) => Ok(()),
            ("http", true) if purpose.may_be_plain(host) => Ok(()),
            (_, true) => refused(
                String::from("is not an https URL"),
                "secrets are not sent in the clear",
            ),
            (_, false) => refused(
                format!("names the host {host}, which {}", purpose.not()),
                "if that is right, allow it with `.url_policy(UrlPolicy::default().allow_host(...))`",
            ),
        }
    }

    fn allows(&self, purpose: Purpose, uri: &Uri, host: &str, universe: &Named) -> bool {
        let is_google = |service: &str| {
            let own = self.check_universe(universe).is_ok();
            let universes = self.universes.iter().map(String::as_str);
            universes
                .chain([DEFAULT_UNIVERSE])
                .chain(own.then_some(universe.text()))
                .any(|universe| is_google_host(service, host, universe))
        };
        match purpose {
            Purpose::Key | Purpose::User => is_google_token_host(uri),
            Purpose::Gdch => false,
            Purpose::Sts => is_google("sts"),
            Purpose::Iam => is_google("iamcredentials"),
            #[cfg(feature = "external-account")]
            Purpose::Subject => !self.untrusted,
            #[cfg(feature = "external-account")]
            Purpose::AwsMetadata => matches!(host, "169.254.169.254" | "[fd00:ec2::254]"),
            #[cfg(feature = "external-account")]
            Purpose::AwsSts => is_aws_sts(host),
        }
    }
}

impl Purpose {
    /// Returns whether plain http is allowed. Metadata servers use it, on addresses that no router forwards.
    fn may_be_plain(self, host: &str) -> bool {
        match self {
            #[cfg(feature = "external-account")]
            Self::AwsMetadata => true,
            #[cfg(feature = "external-account")]
            Self::Subject => is_link_local(host) || host == "metadata.google.internal",
            _ => {
                let _ = host;
                false
            }
        }
    }

    fn not(self) -> &'static str {
        match self {
            Self::Key | Self::User => "is not a token endpoint of Google",
            Self::Gdch => "the program has not allowed for keys",
            Self::Sts => "is not a Security Token Service of Google",
            Self::Iam => "is not an IAM Service Account Credentials API of Google",
            #[cfg(feature = "external-account")]
            Self::Subject => "the program has not allowed for subject tokens",
            #[cfg(feature = "external-account")]
            Self::AwsMetadata => "is not the metadata server of an EC2 instance",
            #[cfg(feature = "external-account")]
            Self::AwsSts => "is not a Security Token Service of AWS",
        }
    }
}

/// A URL or a universe with its origin: a file, which needs the permission of a policy, or the program, which is trusted.
#[derive(Clone)]
pub(crate) struct Named {
    text: Cow<'static, str>,
    trusted: bool,
}

impl Named {
    /// The default universe.
    pub(crate) const GOOGLE: Self = Self::constant(DEFAULT_UNIVERSE);

    /// Returns a text of this crate, which is trusted.
    pub(crate) const fn constant(text: &'static str) -> Self {
        Self {
            text: Cow::Borrowed(text),
            trusted: true,
        }
    }

    pub(crate) fn by_program(text: impl Into<String>) -> Self {
        Self {
            text: Cow::Owned(text.into()),
            trusted: true,
        }
    }

    pub(crate) fn by_file(text: impl Into<String>) -> Self {
        Self {
            text: Cow::Owned(text.into()),
            trusted: false,
        }
    }

    pub(crate) fn is_trusted(&self) -> bool {
        self.trusted
    }

    /// Returns the text for comparison, storage and display. Requests are sent to the result of `Reach::url`.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Returns another text of the same origin.
    pub(crate) fn with(&self, change: impl FnOnce(&str) -> String) -> Self {
        Self {
            text: Cow::Owned(change(&self.text)),
            trusted: self.trusted,
        }
    }

    /// Returns the text with the universe inserted.
    pub(super) fn within(&self, universe: &Self) -> Cow<'_, str> {
        if self.text.contains(UNIVERSE) {
            Cow::Owned(self.text.replace(UNIVERSE, &universe.text))
        } else {
            Cow::Borrowed(&self.text)
        }
    }
}

impl From<Named> for String {
    fn from(named: Named) -> Self {
        named.text.into_owned()
    }
}

/// Shows no query, which may contain a secret.
impl fmt::Debug for Named {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.split('?').next().unwrap_or_default().fmt(f)
    }
}
