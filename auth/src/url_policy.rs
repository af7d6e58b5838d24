//! Which hosts a configuration may name.

#[cfg(feature = "external-account")]
use std::net::IpAddr;

use http::Uri;

use crate::{AuthError, AuthErrorKind, DEFAULT_UNIVERSE, oauth::is_loopback};

/// Which hosts a credential configuration may send tokens, assertions and secrets to, and what it may make this machine do.
///
/// A configuration of workload identity federation or impersonation is no secret, so it travels in repositories and messages; but
/// whoever can change one decides where tokens go, which files are read and which programs are run.
///
/// | | [default](UrlPolicy::default) | [untrusted](UrlPolicy::untrusted) |
/// |---|---|---|
/// | token and impersonation URLs | Google's hosts in the configuration's universe; this machine | Google's hosts in `googleapis.com` and universes that the program names |
/// | URL of a subject token | any https host; link-local addresses and this machine also over http | hosts that the program names |
/// | AWS metadata | `169.254.169.254`, `fd00:ec2::254`, this machine | `169.254.169.254`, `fd00:ec2::254` |
/// | AWS verification URL | `sts` hosts of AWS over https, this machine | `sts` hosts of AWS over https |
/// | files | as the configuration says | only where the program allows it |
/// | executables | where the program or the environment allows it | only where the program allows it |
///
/// Hosts that the program names with [`allow_host`](Self::allow_host) are good for everything, over https.
#[derive(Clone, Debug, Default)]
pub struct UrlPolicy {
    untrusted: bool,
    hosts: Vec<String>,
    universes: Vec<String>,
    files: bool,
    any_host: bool,
}

/// What a URL is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The Security Token Service.
    Sts,
    /// The IAM Service Account Credentials API.
    Iam,
    /// A server that gives a subject token.
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
    /// For configurations that come from somebody whom the program does not trust, such as an upload or a tenant's settings.
    pub fn untrusted() -> Self {
        Self {
            untrusted: true,
            ..Self::default()
        }
    }

    /// Allows this host, such as `sts.corp.example`, for every purpose, over https.
    #[must_use]
    pub fn allow_host(mut self, host: impl Into<String>) -> Self {
        self.hosts.push(host.into().to_ascii_lowercase());
        self
    }

    /// Allows Google's hosts in this universe, also where a configuration is not trusted.
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

    /// Lets a configuration that is not trusted name files of this machine.
    #[must_use]
    pub fn allow_files(mut self) -> Self {
        self.files = true;
        self
    }

    /// Whether the environment may allow executables, or only the program.
    #[cfg(feature = "external-account")]
    pub(crate) fn trusts_environment(&self) -> bool {
        !self.untrusted
    }

    #[cfg(feature = "external-account")]
    pub(crate) fn check_files(&self, what: &str) -> Result<(), AuthError> {
        if self.untrusted && !self.files {
            return Err(AuthError::new(
                AuthErrorKind::Config,
                format!("{what} is a file, which a configuration that is not trusted may not name"),
            )
            .with_hint("allow it with `UrlPolicy::allow_files`"));
        }
        Ok(())
    }

    /// Refuses a URL that is not allowed for `purpose`; `what` names it, and `universe` is the configuration's.
    pub(crate) fn check(
        &self,
        purpose: Purpose,
        what: &str,
        url: &str,
        universe: &str,
    ) -> Result<(), AuthError> {
        let refused = |message: String, hint: &str| {
            Err(AuthError::new(AuthErrorKind::Config, format!("{what} {message}")).with_hint(hint))
        };
        let uri = url.parse::<Uri>().ok();
        let parts = uri.as_ref().and_then(|uri| {
            let authority = uri.authority()?;
            // A user name before the host is there to deceive readers.
            let is_plain = !authority.as_str().contains('@');
            (is_plain && !authority.host().is_empty())
                .then(|| (uri.scheme_str().unwrap_or(""), authority.host()))
        });
        let Some((scheme, host)) = parts else {
            return refused(
                String::from("is not a URL with a host"),
                "it begins with https://",
            );
        };
        let host = &*host.to_ascii_lowercase();
        if scheme == "https" && (self.any_host || self.hosts.iter().any(|allowed| allowed == host))
        {
            return Ok(());
        }
        if !self.untrusted && is_loopback(host) && matches!(scheme, "http" | "https") {
            return Ok(());
        }
        match (scheme, self.allows(purpose, host, universe)) {
            ("https", true) => Ok(()),
            ("http", true) if purpose.may_be_plain(host) => Ok(()),
            (_, true) => refused(
                String::from("is not an https URL"),
                "secrets do not travel in the clear",
            ),
            (_, false) => refused(
                format!("names the host {host}, which {}", purpose.not()),
                "if that is right, allow it with `.url_policy(UrlPolicy::default().allow_host(...))`",
            ),
        }
    }

    fn allows(&self, purpose: Purpose, host: &str, universe: &str) -> bool {
        let is_google = |service: &str| {
            let own = (!self.untrusted).then_some(universe);
            let universes = self.universes.iter().map(String::as_str);
            universes
                .chain([DEFAULT_UNIVERSE])
                .chain(own)
                .any(|universe| is_google_host(service, host, universe))
        };
        match purpose {
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
    /// Metadata servers speak plain http, on addresses that no router forwards.
    fn may_be_plain(self, host: &str) -> bool {
        match self {
            Self::Sts | Self::Iam => false,
            #[cfg(feature = "external-account")]
            Self::AwsSts => false,
            #[cfg(feature = "external-account")]
            Self::AwsMetadata => true,
            #[cfg(feature = "external-account")]
            Self::Subject => is_link_local(host) || host == "metadata.google.internal",
        }
    }

    fn not(self) -> &'static str {
        match self {
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

/// The forms that hosts of a Google service have: global, mTLS, regional (three spellings) and Private Service Connect.
fn is_google_host(service: &str, host: &str, universe: &str) -> bool {
    let Some(name) = host
        .strip_suffix(universe)
        .and_then(|rest| rest.strip_suffix('.'))
    else {
        return false;
    };
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let labels: Vec<_> = name.split('.').collect();
    if universe.is_empty() || !labels.iter().all(|label| is_label(label)) {
        return false;
    }
    match labels[..] {
        // sts, us-east1-sts
        [one] => {
            one == service
                || one
                    .strip_suffix(service)
                    .is_some_and(|rest| rest.len() > 1 && rest.ends_with('-'))
        }
        // sts.mtls, sts.us-east1, us-east1.sts
        [one, two] if one == service || two == service => true,
        // sts-endpoint.p
        [one, "p"] => one
            .strip_prefix(service)
            .is_some_and(|rest| rest.len() > 1 && rest.starts_with('-')),
        // sts.us-east1.rep
        [one, _, "rep"] => one == service,
        _ => false,
    }
}

/// `sts.REGION.amazonaws.com`, also of China, FIPS and dual stack.
#[cfg(feature = "external-account")]
fn is_aws_sts(host: &str) -> bool {
    let service = host.split('.').next().unwrap_or_default();
    let domains = [
        ".amazonaws.com",
        ".amazonaws.com.cn",
        ".api.aws",
        ".api.amazonwebservices.com.cn",
    ];
    matches!(service, "sts" | "sts-fips") && domains.iter().any(|domain| host.ends_with(domain))
}

#[cfg(feature = "external-account")]
fn is_link_local(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => address.is_link_local(),
        Ok(IpAddr::V6(address)) => address.is_unicast_link_local() || address.is_unique_local(),
        Err(_) => false,
    }
}
