//! Verifying ID tokens.

mod claims;
mod error;
mod issuer_keys;
mod jwt;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use gapi_transport::{Clock, SystemClock, Transport};

pub use self::claims::IdTokenClaims;
pub use self::error::{IdTokenCheck, IdTokenError};

use self::{
    claims::{Expected, IAP},
    issuer_keys::IssuerKeys,
    jwt::JwtParts,
};

/// The keys of ID tokens of users and service accounts.
const GOOGLE_KEYS: &str = "https://www.googleapis.com/oauth2/v3/certs";
/// Both spellings of the issuer that Google uses.
const GOOGLE: [&str; 2] = ["https://accounts.google.com", "accounts.google.com"];
/// The keys of Identity-Aware Proxy.
const IAP_KEYS: &str = "https://www.gstatic.com/iap/verify/public_key-jwk";
/// The keys of Firebase Authentication and Identity Platform.
const FIREBASE_KEYS: &str =
    "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com";

/// Verifies the signature, the audience and the lifetime of ID tokens.
///
/// ```no_run
/// # async fn example(bearer: &str) -> Result<(), gapi_auth::IdTokenError> {
/// use gapi_auth::IdTokenVerifier;
///
/// // One for the whole program, because it caches the keys of the issuer.
/// let verifier = IdTokenVerifier::google(["https://hello-abc123-uc.a.run.app"]);
/// let claims = verifier.verify(bearer).await?;
/// println!("{} <{}>", claims.subject(), claims.email().unwrap_or("no e-mail"));
/// # Ok(()) }
/// ```
///
/// The keys of the issuer are fetched when the first token is verified. They are cached as long as their `Cache-Control` allows, and refreshed in the
/// background before that. There is one fetch at a time. A token with an unknown key causes a fetch, too, but at most one per minute. A failed fetch
/// does not discard valid keys.
///
/// The algorithm is that of the key, and a token cannot select another one. Clones share the keys.
#[derive(Clone)]
pub struct IdTokenVerifier {
    expected: Expected,
    issuer_keys: Arc<IssuerKeys>,
    transport: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
}

impl IdTokenVerifier {
    /// Returns a verifier of ID tokens that Google issues to users and service accounts for one of `audiences`: the IDs of OAuth clients for users who
    /// signed in, the URL of the service for calls between services.
    pub fn google<A: Into<String>>(audiences: impl IntoIterator<Item = A>) -> Self {
        Self::new(GOOGLE_KEYS, GOOGLE, audiences)
    }

    /// Returns a verifier of the header `x-goog-iap-jwt-assertion` of Identity-Aware Proxy. Audiences have the form `/projects/NUMBER/apps/PROJECT` or
    /// `/projects/NUMBER/global/backendServices/ID`.
    pub fn iap<A: Into<String>>(audiences: impl IntoIterator<Item = A>) -> Self {
        Self::new(IAP_KEYS, [IAP], audiences)
    }

    /// Returns a verifier of ID tokens of Firebase Authentication or Identity Platform in this project.
    pub fn firebase(project: impl AsRef<str>) -> Self {
        let project = project.as_ref();
        let issuer = format!("https://securetoken.google.com/{project}");
        Self::new(FIREBASE_KEYS, [issuer], [project])
    }

    /// Returns a verifier of ID tokens of `issuers`, whose public keys (a JSON Web Key Set, RFC 7517) are at `keys_url`.
    pub fn new<I: Into<String>, A: Into<String>>(
        keys_url: impl Into<String>,
        issuers: impl IntoIterator<Item = I>,
        audiences: impl IntoIterator<Item = A>,
    ) -> Self {
        Self {
            expected: Expected::new(issuers, audiences),
            issuer_keys: Arc::new(IssuerKeys::new(keys_url.into())),
            transport: Arc::new(gapi_transport::LazyTransport::default()),
            clock: Arc::new(SystemClock),
        }
    }

    /// Sets the URL of the issuer's keys. The cache starts empty.
    #[must_use]
    pub fn keys_url(mut self, url: impl Into<String>) -> Self {
        self.issuer_keys = Arc::new(IssuerKeys::new(url.into()));
        self
    }

    /// Sets how much the clocks of issuer and verifier may differ, 10 s by default.
    #[must_use]
    pub fn clock_skew(mut self, skew: Duration) -> Self {
        self.expected.skew = skew;
        self
    }

    /// Accepts only users of this Google Workspace domain: the claim `hd`.
    #[must_use]
    pub fn hosted_domain(mut self, domain: impl Into<String>) -> Self {
        self.expected.hosted_domain = Some(domain.into());
        self
    }

    /// Accepts only these e-mail addresses, and only verified ones. This is the usual check of the calling service account. Further calls add addresses.
    #[must_use]
    pub fn emails<E: Into<String>>(mut self, emails: impl IntoIterator<Item = E>) -> Self {
        let more = emails.into_iter().map(Into::into);
        self.expected.emails.get_or_insert_default().extend(more);
        self
    }

    /// Accepts only tokens with this `nonce`, which was sent with the authorization request.
    #[must_use]
    pub fn nonce(mut self, nonce: impl Into<String>) -> Self {
        self.expected.nonce = Some(nonce.into());
        self
    }

    /// Fetches keys through `transport`.
    #[must_use]
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Arc::new(transport);
        self
    }

    /// Reads the time from `clock`.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Verifies `token` and returns its claims. Surrounding white space is ignored.
    ///
    /// # Errors
    /// [`IdTokenError`] names the check that failed. It does not contain the token.
    pub async fn verify(&self, token: &str) -> Result<IdTokenClaims, IdTokenError> {
        self.expected.check_configuration()?;
        let parts = JwtParts::read(token.trim())?;
        let keys = self
            .issuer_keys
            .find(parts.key_id.as_deref(), &self.transport, &self.clock)
            .await?;
        // The claims are not trusted before this.
        parts.check_signature(&keys)?;
        let claims = IdTokenClaims::read(&parts.claims)?;
        self.expected.check(&claims, self.now())?;
        Ok(claims)
    }

    fn now(&self) -> SystemTime {
        self.clock.now()
    }
}

impl fmt::Debug for IdTokenVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdTokenVerifier")
            .field("expected", &self.expected)
            .field("issuer_keys", &self.issuer_keys)
            .finish_non_exhaustive()
    }
}
