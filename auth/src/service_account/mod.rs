//! Service accounts: robots with a key.

mod assertion;
mod exchange;
mod hints;
#[cfg(feature = "id-token")]
mod id_token;
mod key_file;
mod keys;
mod signer;
mod signing_key;
mod signs;
mod source;

use std::{path::Path, sync::Arc};

use serde_json::Value;

use self::{key_file::KeyFile, keys::Fingerprint, signer::KeySigner, signs::Signs, source::Source};
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
/// By default it signs an assertion and exchanges it for an access token at the key's token URI (RFC 7523), which every Google
/// API accepts. With [`subject`](Self::subject) it acts for a user of a Google Workspace domain (domain-wide delegation).
/// [`self_signed`](Self::self_signed) tokens need no network, but not every API takes them.
///
/// Scopes: those of the request if it insists on them, else those given to [`scopes`](Self::scopes), else those that
/// the request offers.
///
/// Building one touches no network. Tokens are cached as [`Cached`] describes; clones share the cache, and every setter empties it.
#[derive(Clone)]
pub struct ServiceAccount(Cached<Source>);

impl ServiceAccount {
    /// Reads a key file, as the Cloud console and `gcloud iam service-accounts keys create` write it.
    ///
    /// The file is read again when a token or a signature is needed and it has changed, so that keys can be rotated without a restart. A file
    /// that is gone, half written, broken or another account's never replaces a key that works.
    ///
    /// # Errors
    /// [`AuthErrorKind::NotFound`](crate::AuthErrorKind::NotFound) where there is no such file; [`AuthErrorKind::Config`](crate::AuthErrorKind::Config), [`AuthErrorKind::Unsupported`](crate::AuthErrorKind::Unsupported) or
    /// [`AuthErrorKind::Crypto`](crate::AuthErrorKind::Crypto) where it cannot be used. The text names the file and the field.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, AuthError> {
        let path = path.as_ref();
        Self::watching(
            path,
            &RedactedPath::new(path).to_string(),
            &Reach::trusted(),
        )
    }

    /// Reads a key file that errors call `place`.
    pub(crate) fn watching(path: &Path, place: &str, reach: &Reach) -> Result<Self, AuthError> {
        let seen = Fingerprint::of(path);
        let mut source = Source::new(KeyFile::read(path, place)?, reach.clone())?;
        source.watch(path, seen);
        Ok(Self(Cached::of_file(source)))
    }

    /// Reads the text of a key file, for keys that come from a secret manager or an environment variable.
    ///
    /// # Errors
    /// As [`from_file`](Self::from_file).
    pub fn from_json(text: &str) -> Result<Self, AuthError> {
        Self::read("service account key", text, &Reach::trusted())
    }

    /// Reads a file's text; `place` names it in errors.
    pub(crate) fn read(place: &str, text: &str, reach: &Reach) -> Result<Self, AuthError> {
        Self::from_key_file(KeyFile::parse(place, text)?, reach.clone())
    }

    /// From an e-mail address and a PEM private key, PKCS#1 or PKCS#8.
    ///
    /// # Errors
    /// [`AuthErrorKind::Crypto`](crate::AuthErrorKind::Crypto) when the key cannot be used.
    pub fn from_parts(email: impl Into<String>, private_key_pem: &str) -> Result<Self, AuthError> {
        let file = KeyFile::from_parts(email.into(), private_key_pem);
        Self::from_key_file(file, Reach::trusted())
    }

    /// The service account `email`, for which `signer` signs: a key in a key management service or an HSM, or IAM, which signs for accounts
    /// that other credentials may act as ([`Credentials::signer`] of [`Impersonated`](crate::Impersonated)).
    ///
    /// Everything else is as with a key: assertions, [`subject`](Self::subject), self-signed tokens, ID tokens. The signature has to be one of RS256.
    /// A token's header names the key that [`Signer::key_id`] names, or else the one that a [signature](crate::Signature::key_id) names.
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
        let signs = Signs::elsewhere(Arc::new(signer));
        Self(Cached::of_file(Source::signed_by(email.into(), signs)))
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

    /// Whether to sign tokens instead of exchanging assertions ([AIP-4111](https://google.aip.dev/auth/4111)). Off unless set:
    /// not every API accepts such tokens.
    ///
    /// A self-signed token carries the scopes that were set, else the audience that was set, else `https://HOST/` of the request.
    #[must_use]
    pub fn self_signed(self, self_signed: bool) -> Self {
        self.change(|source| source.self_signed = self_signed)
    }

    /// Adds a claim to assertions and self-signed tokens. The claims that this type sets itself cannot be changed.
    #[must_use]
    pub fn claim(self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        let (name, value) = (name.into(), value.into());
        self.change(|source| drop(source.claims.insert(name, value)))
    }

    /// The service account's e-mail address.
    pub fn email(&self) -> &str {
        &self.0.source().identity.email
    }

    /// Signs with the account's key, for [signed URLs](Signer) and the like. No network, unless the key is elsewhere.
    pub fn signer(&self) -> impl Signer + Clone + use<> {
        Arc::new(KeySigner(self.0.source().identity.clone()))
    }

    /// The number that an administrator authorizes for domain-wide delegation, where the key file has it.
    pub fn client_id(&self) -> Option<&str> {
        self.0.source().identity.client_id.as_deref()
    }

    /// The project that the service account belongs to, where the key file has it.
    pub fn project_id(&self) -> Option<&str> {
        self.0.source().identity.project_id.as_deref()
    }
}

#[cfg(feature = "impersonation")]
crate::configured::nested!(ServiceAccount);

cached_facade!(ServiceAccount, Source);

impl Credentials for ServiceAccount {
    crate::credentials::forward!(
        headers,
        reject,
        universe_domain,
        quota_project,
        describe,
        metrics,
        has_time_limit
    );

    #[cfg(feature = "id-token")]
    fn id_tokens(&self) -> Option<Arc<dyn IdTokenSource>> {
        Some(Arc::new(self.0.source().clone()))
    }

    fn signer(&self) -> Option<Arc<dyn Signer>> {
        Some(Arc::new(KeySigner(self.0.source().identity.clone())))
    }
}
