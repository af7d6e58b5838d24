//! Service accounts with a private key.

#[cfg(feature = "id-token")]
mod id_token;
mod identity;
mod key_file;
mod keys;
mod source;

use std::{path::Path, sync::Arc};

use serde_json::Value;

use self::{
    identity::{KeySigner, Signing},
    key_file::KeyFile,
    keys::Fingerprint,
    source::Source,
};
#[cfg(feature = "id-token")]
use crate::IdTokenSource;
use crate::RedactedPath;
use crate::{
    AuthError, Cached, Credentials, Signer,
    facade::{cached_facade, setters},
    reach::Reach,
};

/// A [service account](https://docs.cloud.google.com/iam/docs/service-account-overview) with its private key.
///
/// Signs an assertion and exchanges it for an access token at the key's token URI (RFC 7523). All Google APIs accept these tokens.
/// With [`subject`](Self::subject) it acts for a user of a Google Workspace domain (domain-wide delegation).
/// [`self_signed`](Self::self_signed) tokens need no network, but some APIs do not accept them.
///
/// Scopes are those of [`Scopes::Exactly`](crate::Scopes::Exactly), else those given to [`scopes`](Self::scopes), else the default ones
/// of the request.
///
/// Constructors send no requests. Tokens are cached as [`Cached`] describes. Clones share the cache; setters empty it.
#[derive(Clone)]
pub struct ServiceAccount(Cached<Source>);

impl ServiceAccount {
    /// Reads a key file, as the Cloud console and `gcloud iam service-accounts keys create` write it.
    ///
    /// A changed file is read again before the next signature, so that keys can be rotated without a restart. A file that is missing,
    /// half written, broken or of another account does not replace a key that works.
    ///
    /// # Errors
    /// [`AuthErrorKind::NotFound`](crate::AuthErrorKind::NotFound) if the file does not exist;
    /// [`AuthErrorKind::Config`](crate::AuthErrorKind::Config), [`AuthErrorKind::Unsupported`](crate::AuthErrorKind::Unsupported) or
    /// [`AuthErrorKind::Crypto`](crate::AuthErrorKind::Crypto) if it cannot be used. The text names the file and the field.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, AuthError> {
        let path = path.as_ref();
        Self::watching(
            path,
            &RedactedPath::new(path).to_string(),
            &Reach::trusted(),
        )
    }

    /// Reads a key file that errors call `name`, and reads it again when it changes.
    pub(crate) fn watching(path: &Path, name: &str, reach: &Reach) -> Result<Self, AuthError> {
        let fingerprint = Fingerprint::of(path);
        let mut source = Source::new(KeyFile::read(path, name)?, reach.clone())?;
        source.watch(path, fingerprint);
        Ok(Self(Cached::of_file(source)))
    }

    /// Reads the text of a key file, such as one from a secret manager or an environment variable.
    ///
    /// # Errors
    /// As [`from_file`](Self::from_file).
    pub fn from_json(text: &str) -> Result<Self, AuthError> {
        Self::read("service account key", text, &Reach::trusted())
    }

    /// Reads the text of a file that errors call `name`.
    pub(crate) fn read(name: &str, text: &str, reach: &Reach) -> Result<Self, AuthError> {
        Self::from_key_file(KeyFile::parse(name, text)?, reach.clone())
    }

    /// Creates credentials from an e-mail address and a PEM private key, PKCS#1 or PKCS#8.
    ///
    /// # Errors
    /// [`AuthErrorKind::Crypto`](crate::AuthErrorKind::Crypto) if the key cannot be used.
    pub fn from_parts(email: impl Into<String>, private_key_pem: &str) -> Result<Self, AuthError> {
        let file = KeyFile::from_parts(email.into(), private_key_pem);
        Self::from_key_file(file, Reach::trusted())
    }

    /// Creates credentials of the service account `email`, for which `signer` makes RS256 signatures.
    ///
    /// The signer may use a key management service, an HSM, or IAM ([`Credentials::signer`] of [`Impersonated`](crate::Impersonated)).
    /// Assertions, [`subject`](Self::subject), self-signed tokens and ID tokens work as with a key. The header of a token names the key
    /// of [`Signer::key_id`], else the key of the [signature](crate::Signature::key_id).
    ///
    /// ```
    /// use gapi_auth::{ServiceAccount, Signer};
    ///
    /// fn robot(key: impl Signer) -> ServiceAccount {
    ///     ServiceAccount::with_signer("robot@example-123.iam.gserviceaccount.com", key)
    ///         .scopes(["https://www.googleapis.com/auth/drive.readonly"])
    ///         .subject("user@example.com")
    /// }
    /// ```
    pub fn with_signer(email: impl Into<String>, signer: impl Signer) -> Self {
        let signing = Signing::remote(Arc::new(signer));
        Self(Cached::of_file(Source::signed_by(email.into(), signing)))
    }

    fn from_key_file(file: KeyFile, reach: Reach) -> Result<Self, AuthError> {
        Ok(Self(Cached::of_file(Source::new(file, reach)?)))
    }

    setters! {
        scopes,
        /// The administrator authorizes the client ID of the service account for these scopes.
        subject,
        quota_project,
        ///
        /// The default is the universe of the key file. Outside `googleapis.com` tokens are always self-signed.
        universe_domain,
        ///
        /// The default is the `token_uri` of the key file. The audience of assertions is always `https://oauth2.googleapis.com/token`,
        /// which Google's token endpoints expect at any address.
        token_uri,
        ///
        /// Implies [`self_signed`](Self::self_signed) tokens, with this audience, such as `https://pubsub.googleapis.com/`.
        audience,
        url_policy,
        transport,
        clock,
        retry,
    }

    /// Sets whether to sign tokens instead of exchanging assertions ([AIP-4111](https://google.aip.dev/auth/4111)). The default is `false`,
    /// because some APIs do not accept these tokens.
    ///
    /// A self-signed token has the configured scopes, else the configured audience, else `https://HOST/` of the request.
    #[must_use]
    pub fn self_signed(self, self_signed: bool) -> Self {
        self.change(|source| source.self_signed = self_signed)
    }

    /// Adds a claim to assertions and self-signed tokens. Claims that this type sets cannot be changed.
    #[must_use]
    pub fn claim(self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        let (name, value) = (name.into(), value.into());
        self.change(|source| drop(source.claims.insert(name, value)))
    }

    /// Returns the e-mail address of the service account.
    pub fn email(&self) -> &str {
        &self.0.source().identity.email
    }

    /// Returns a signer with the account's key, for example for signed URLs. It sends no requests, unless a [`Signer`] was given that does.
    pub fn signer(&self) -> impl Signer + Clone + use<> {
        Arc::new(KeySigner(self.0.source().identity.clone()))
    }

    /// Returns the client ID in the key file, which an administrator authorizes for domain-wide delegation.
    pub fn client_id(&self) -> Option<&str> {
        self.0.source().identity.client_id.as_deref()
    }

    /// Returns the project of the service account in the key file.
    pub fn project_id(&self) -> Option<&str> {
        self.0.source().identity.project_id.as_deref()
    }
}

#[cfg(feature = "impersonation")]
crate::configured::nested!(ServiceAccount);

cached_facade!(ServiceAccount, Source);

impl Credentials for ServiceAccount {
    crate::credentials::forward!(common, universe_domain);

    #[cfg(feature = "id-token")]
    fn id_tokens(&self) -> Option<Arc<dyn IdTokenSource>> {
        Some(Arc::new(self.0.source().clone()))
    }

    fn signer(&self) -> Option<Arc<dyn Signer>> {
        Some(Arc::new(KeySigner(self.0.source().identity.clone())))
    }
}
