//! Suppliers of subject tokens and of AWS keys that programs implement.

use std::{fmt, sync::Arc};

use gapi_transport::{BoxFuture, Clock, Transport};
use secrecy::{ExposeSecret, SecretString};

use super::settings::FederationSettings;
use crate::{AuthError, FetchContext};

/// Supplies subject tokens of a provider that no configuration describes.
///
/// It is called once for each exchange, never concurrently. Google's tokens are cached, subject tokens are not.
pub trait SubjectTokenSupplier: fmt::Debug + Send + Sync + 'static {
    /// Returns a valid token of the type that was given to [`ExternalAccount::with_supplier`](crate::ExternalAccount::with_supplier).
    ///
    /// # Errors
    /// [`AuthError`]. It is retried if [`AuthError::is_transient`].
    fn subject_token<'a>(
        &'a self,
        cx: &'a SupplierContext<'a>,
    ) -> BoxFuture<'a, Result<SecretString, AuthError>>;
}

/// The context of a call of a supplier.
#[derive(Clone, Copy)]
pub struct SupplierContext<'a> {
    pub(super) settings: &'a FederationSettings,
    pub(super) fetch: &'a FetchContext,
}

impl SupplierContext<'_> {
    /// Returns the resource name of the provider that the token is for.
    pub fn audience(&self) -> &str {
        &self.settings.audience
    }

    /// Returns the type of the subject token.
    pub fn subject_token_type(&self) -> &str {
        &self.settings.subject_token_type
    }

    /// Returns the transport for requests.
    pub fn transport(&self) -> &Arc<dyn Transport> {
        self.fetch.transport()
    }

    /// Returns the clock.
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

/// Supplies AWS keys and the region if neither the environment nor the metadata server has them: in ECS, in EKS, or with a profile of the
/// AWS SDK.
///
/// It is called once for each exchange, never concurrently.
pub trait AwsSupplier: fmt::Debug + Send + Sync + 'static {
    /// Returns valid keys.
    ///
    /// # Errors
    /// [`AuthError`]. It is retried if [`AuthError::is_transient`].
    fn credentials<'a>(
        &'a self,
        cx: &'a SupplierContext<'a>,
    ) -> BoxFuture<'a, Result<AwsCredentials, AuthError>>;

    /// Returns the region of the AWS Security Token Service, such as `us-east-2`.
    ///
    /// # Errors
    /// As [`credentials`](Self::credentials).
    fn region<'a>(
        &'a self,
        cx: &'a SupplierContext<'a>,
    ) -> BoxFuture<'a, Result<String, AuthError>>;
}

/// An AWS access key. `Debug` shows only its ID.
#[derive(Clone)]
pub struct AwsCredentials {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: SecretString,
    pub(super) session_token: Option<SecretString>,
}

impl AwsCredentials {
    /// Creates a key from its ID and secret.
    pub fn new(
        access_key_id: impl Into<String>,
        secret_access_key: impl Into<SecretString>,
    ) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: None,
        }
    }

    /// Sets the session token of a temporary key.
    #[must_use]
    pub fn session_token(mut self, token: impl Into<SecretString>) -> Self {
        self.session_token = Some(token.into());
        self
    }

    pub(super) fn secret(&self) -> &str {
        self.secret_access_key.expose_secret()
    }
}

impl fmt::Debug for AwsCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AwsCredentials")
            .field("access_key_id", &self.access_key_id)
            .field("is_temporary", &self.session_token.is_some())
            .finish_non_exhaustive()
    }
}
