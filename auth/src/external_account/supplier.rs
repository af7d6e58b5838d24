//! Where subject tokens come from.

use std::{fmt, sync::Arc, time::Duration};

use gapi_transport::{BoxFuture, Clock, Transport};
use secrecy::SecretString;

use super::{
    aws::Aws,
    certificate::{self, Certificate},
    executable::Executable,
    settings::Settings,
    token_file::{self, TokenFile},
    token_url::TokenUrl,
};
use crate::{AuthError, FetchContext, token_retry::ATTEMPT_TIMEOUT};

/// Gives the tokens that are exchanged, for providers that no configuration describes.
///
/// It is asked once for each exchange, and never twice at once; Google's tokens are cached, the supplier's are not.
pub trait SubjectTokenSupplier: fmt::Debug + Send + Sync + 'static {
    /// A token of the type that was given to [`ExternalAccount::with_supplier`](crate::ExternalAccount::with_supplier), valid now.
    ///
    /// # Errors
    /// [`AuthError`]; where [`AuthError::is_transient`] holds, it is asked again.
    fn subject_token<'a>(
        &'a self,
        cx: &'a SupplierContext<'a>,
    ) -> BoxFuture<'a, Result<SecretString, AuthError>>;
}

/// What a supplier works with.
#[derive(Clone, Copy)]
pub struct SupplierContext<'a> {
    pub(super) settings: &'a Settings,
    pub(super) fetch: &'a FetchContext,
}

impl SupplierContext<'_> {
    /// The provider that the token is for.
    pub fn audience(&self) -> &str {
        &self.settings.audience
    }

    /// The type that the token is said to have.
    pub fn subject_token_type(&self) -> &str {
        &self.settings.subject_token_type
    }

    /// How to send requests.
    pub fn transport(&self) -> &Arc<dyn Transport> {
        self.fetch.transport()
    }

    /// What time it is.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        self.fetch.clock()
    }
}

impl fmt::Debug for SupplierContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SupplierContext")
            .field("audience", &self.audience())
            .field("subject_token_type", &self.subject_token_type())
            .finish_non_exhaustive()
    }
}

/// The ways to a subject token.
#[derive(Clone, Debug)]
pub(super) enum Supplied {
    File(TokenFile),
    Url(TokenUrl),
    Executable(Executable),
    Aws(Aws),
    Certificate(Certificate),
    Own(Arc<dyn SubjectTokenSupplier>),
}

impl Supplied {
    pub(super) async fn subject_token(
        &self,
        settings: &Settings,
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

    /// The transport of the exchange, where it has to present a certificate.
    pub(super) fn own_transport(
        &self,
        settings: &Settings,
    ) -> Result<Option<Arc<dyn Transport>>, AuthError> {
        match self {
            // A transport of the program's presents certificates itself.
            Self::Certificate(certificate) if settings.reach.transport().is_none() => {
                certificate.transport(&settings.reach).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// Refuses what can never work, or is not allowed.
    pub(super) fn check(&self, settings: &Settings) -> Result<(), AuthError> {
        match self {
            Self::File(_) => settings.reach.files(token_file::WHAT).map(drop),
            Self::Certificate(_) => settings.reach.files(certificate::WHAT).map(drop),
            Self::Url(url) => url.check(settings),
            Self::Executable(executable) => executable.check(settings),
            Self::Aws(aws) => aws.check(settings),
            Self::Own(_) => Ok(()),
        }
    }

    /// How long one attempt may take: programs may take their time.
    pub(super) fn attempt_limit(&self) -> Duration {
        match self {
            Self::Executable(executable) => ATTEMPT_TIMEOUT + executable.timeout,
            _ => ATTEMPT_TIMEOUT,
        }
    }

    /// What metrics call it.
    pub(super) fn kind(&self) -> &'static str {
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
