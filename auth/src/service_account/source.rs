//! How a service account gets tokens: by an exchange of assertions, or by signing them.

use std::{borrow::Cow, fmt, path::Path, sync::Arc, time::SystemTime};

use gapi_transport::BoxFuture;
use http::Uri;
use serde_json::{Map, Value};

use super::{
    identity::{Identity, Signing},
    key_file::KeyFile,
    keys::{Fingerprint, Keys, PrivateKey},
};
use crate::{
    AuthError, AuthErrorKind, AuthRequest, DEFAULT_UNIVERSE, FetchContext, Scopes, Token,
    TokenSource,
    assertion::{self, Claims, delegation_hint, jwt_bearer, subject_hint},
    configured::configured,
    oauth::{GOOGLE_TOKEN_URI, Reader, Refusal, read},
    reach::{Named, Purpose, Reach},
};

/// The metrics of token requests for an ID token.
pub(super) const ID_TOKEN_METRICS: &str = "auth-request-type/it cred-type/sa";
const ACCESS_TOKEN_METRICS: &str = "auth-request-type/at cred-type/sa";

/// A service account's identity and settings.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) identity: Arc<Identity>,
    pub(super) scopes: Vec<String>,
    pub(super) subject: Option<String>,
    pub(super) quota_project: Option<String>,
    pub(super) universe_domain: Named,
    pub(super) token_uri: Named,
    pub(super) reach: Reach,
    pub(super) self_signed: bool,
    pub(super) audience: Option<String>,
    pub(super) claims: Map<String, Value>,
}

impl Source {
    pub(super) fn new(file: KeyFile, reach: Reach) -> Result<Self, AuthError> {
        if file.client_email.trim().is_empty() {
            return Err(AuthError::new(
                AuthErrorKind::Config,
                format!("{}: the e-mail address is empty", file.name),
            ));
        }
        let keys = Keys::fixed(PrivateKey::new(&file)?, file.client_email.clone());
        let identity = Identity {
            email: file.client_email,
            client_id: file.client_id,
            project_id: file.project_id,
            signing: Signing::Key(keys),
        };
        Ok(Self {
            quota_project: file.quota_project_id,
            universe_domain: file.universe_domain.unwrap_or(Named::GOOGLE),
            token_uri: file.token_uri,
            ..Self::of(identity, reach)
        })
    }

    /// The account `email`, for which `signing` signs.
    pub(super) fn signed_by(email: String, signing: Signing) -> Self {
        let identity = Identity {
            email,
            client_id: None,
            project_id: None,
            signing,
        };
        Self::of(identity, Reach::trusted())
    }

    fn of(identity: Identity, reach: Reach) -> Self {
        Self {
            identity: Arc::new(identity),
            scopes: Vec::new(),
            subject: None,
            quota_project: None,
            universe_domain: Named::GOOGLE,
            token_uri: Named::constant(GOOGLE_TOKEN_URI),
            reach,
            self_signed: false,
            audience: None,
            claims: Map::new(),
        }
    }

    /// Reads the key again when its file changes. `fingerprint` was taken before the file was read.
    pub(super) fn watch(&mut self, path: &Path, fingerprint: Option<Fingerprint>) {
        if let Some(identity) = Arc::get_mut(&mut self.identity)
            && let Signing::Key(keys) = &mut identity.signing
        {
            keys.watch(path.to_owned(), fingerprint);
        }
    }

    /// Whether tokens are self-signed. Universes other than `googleapis.com` have no token endpoint for service accounts.
    fn signs_itself(&self) -> bool {
        self.self_signed
            || self.audience.is_some()
            || self.universe_domain.text() != DEFAULT_UNIVERSE
    }

    /// Returns the URL where assertions are exchanged.
    pub(super) fn token_uri(&self) -> Result<Cow<'_, str>, AuthError> {
        let (url, universe) = (&self.token_uri, &self.universe_domain);
        self.reach.url(Purpose::Key, "the token URI", url, universe)
    }

    /// Exchanges an assertion for an ID token for `audience`, or for an access token with the scopes of `cx`.
    ///
    /// Returns the response, and when it was requested.
    pub(super) async fn exchange<T: Send>(
        &self,
        cx: &FetchContext,
        audience: Option<&str>,
        read: Reader<T>,
    ) -> Result<(T, SystemTime), AuthError> {
        assertion::exchange(
            &**cx.clock(),
            |now| Box::pin(self.send_assertion(cx, audience, now, read)),
            |error, skew| self.diagnose(error, cx.scopes(), skew),
        )
        .await
    }

    async fn send_assertion<T: Send>(
        &self,
        cx: &FetchContext,
        audience: Option<&str>,
        now: SystemTime,
        read: Reader<T>,
    ) -> Result<Result<T, Refusal>, AuthError> {
        let identity = &*self.identity;
        let claims = Claims::new(&identity.email, now)
            .with(&self.claims)
            .audience(GOOGLE_TOKEN_URI);
        let (claims, metrics) = match audience {
            None => (
                claims.subject(self.subject.as_deref()).scopes(cx.scopes()),
                ACCESS_TOKEN_METRICS,
            ),
            Some(audience) => (claims.target_audience(audience), ID_TOKEN_METRICS),
        };
        let assertion = identity.token(&claims, cx).await?;
        jwt_bearer(&self.token_uri()?, &assertion, metrics, cx, read).await
    }

    /// Adds a hint to a refusal if a remedy is known. `skew` is the server's clock minus this machine's, in seconds.
    fn diagnose(&self, error: AuthError, scopes: &[String], skew: Option<i64>) -> AuthError {
        match self.hint(&error, scopes, skew) {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }

    fn hint(&self, error: &AuthError, scopes: &[String], skew: Option<i64>) -> Option<String> {
        let identity = &*self.identity;
        let description = error
            .oauth_description()
            .unwrap_or_default()
            .to_ascii_lowercase();
        Some(match (error.oauth_error()?, self.subject.as_deref()) {
            ("invalid_grant", _) if skew.is_some() => {
                let skew = skew?;
                let side = if skew < 0 { "ahead of" } else { "behind" };
                format!(
                    "this machine's clock is {} s {side} the token endpoint's: set it",
                    skew.unsigned_abs()
                )
            }
            ("unauthorized_client" | "access_denied", Some(subject)) => {
                let client = match &identity.client_id {
                    Some(id) => format!("the client ID {id}"),
                    None => format!(
                        "the unique ID of {} (the key file does not hold it)",
                        identity.email
                    ),
                };
                delegation_hint(subject, &client, scopes)
            }
            ("invalid_grant", Some(subject))
                if description.contains("email") || description.contains("user id") =>
            {
                subject_hint(subject)
            }
            ("invalid_grant", _) if description.contains("signature") => format!(
                "the key {}is not a key of {} any more: it was deleted or disabled, or belongs to another account",
                identity
                    .signing
                    .key_id()
                    .map_or_else(String::new, |id| format!("{id} ")),
                identity.email
            ),
            ("invalid_grant", _) if description.contains("account not found") => {
                format!(
                    "{} does not exist any more, or the address is misspelt",
                    identity.email
                )
            }
            ("invalid_grant", _)
                if description.contains("short-lived") || description.contains("timeframe") =>
            {
                String::from("check this machine's clock")
            }
            ("invalid_scope", _) => {
                format!("check the spelling of the scopes: {}", scopes.join(" "))
            }
            ("disabled_client" | "account_disabled", _) => {
                format!("enable {} in the Cloud console", identity.email)
            }
            _ => return None,
        })
    }

    async fn access_token(&self, cx: &FetchContext) -> Result<Token, AuthError> {
        let (response, asked_at) = self.exchange(cx, None, read).await?;
        Ok(response.into_token(asked_at))
    }

    async fn self_sign(&self, cx: &FetchContext) -> Result<Token, AuthError> {
        let identity = &*self.identity;
        let claims = Claims::new(&identity.email, cx.clock().now())
            .with(&self.claims)
            .subject(Some(&identity.email));
        let claims = match cx.audience() {
            Some(audience) => claims.audience(audience),
            None => claims.scopes(cx.scopes()),
        };
        let token = identity.token(&claims, cx).await?;
        Ok(Token::new(token).expires_at(claims.expiry()))
    }
}

/// Without the key and the values of added claims.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceAccount")
            .field("email", &self.identity.email)
            .field("scopes", &self.scopes)
            .field("subject", &self.subject)
            .field("quota_project", &self.quota_project)
            .field("universe_domain", &self.universe_domain)
            .field("self_signed", &self.signs_itself())
            .field("audience", &self.audience)
            .finish_non_exhaustive()
    }
}

configured!(Source);

impl TokenSource for Source {
    fn fetch<'a>(&'a self, cx: &'a FetchContext) -> BoxFuture<'a, Result<Token, AuthError>> {
        if self.signs_itself() {
            Box::pin(self.self_sign(cx))
        } else {
            Box::pin(self.access_token(cx))
        }
    }

    fn scopes(&self) -> Option<&[String]> {
        Some(&self.scopes)
    }

    fn audience(&self, request: &AuthRequest<'_>) -> Option<String> {
        match request.scopes {
            _ if !self.signs_itself() => None,
            Scopes::Exactly(scopes) if !scopes.is_empty() => None,
            _ if self.audience.is_some() => self.audience.clone(),
            _ if !self.scopes.is_empty() => None,
            _ => host_audience(request.url),
        }
    }

    fn check(&self, request: &AuthRequest<'_>) -> Result<(), AuthError> {
        self.reach.check_universe(&self.universe_domain)?;
        if self.signs_itself() {
            let Some(_) = self.subject else {
                return Ok(());
            };
            let universe = self.universe_domain.text();
            if universe != DEFAULT_UNIVERSE {
                return Err(AuthError::new(
                    AuthErrorKind::Universe,
                    format!("a subject is set, but domain-wide delegation does not exist in the universe {universe}"),
                )
                .with_hint("leave out the subject"));
            }
            return Err(AuthError::new(
                AuthErrorKind::Config,
                "a subject is set, but self-signed tokens cannot act for a user",
            )
            .with_hint("leave out the subject, or `self_signed` and `audience`"));
        }
        request.check_scopes(&self.scopes, self.subject.as_deref())?;
        self.token_uri().map(drop)
    }

    fn universe_domain(&self) -> &str {
        self.universe_domain.text()
    }

    fn quota_project(&self) -> Option<&str> {
        self.quota_project.as_deref()
    }

    fn describe(&self) -> String {
        match &self.subject {
            Some(subject) => format!("service account {} for {subject}", self.identity.email),
            None => format!("service account {}", self.identity.email),
        }
    }

    fn metrics(&self) -> Option<&'static str> {
        Some(if self.signs_itself() {
            "cred-type/jwt"
        } else {
            "cred-type/sa"
        })
    }
}

/// `https://HOST/`, the audience that self-signed tokens for a Google API carry (AIP-4111).
fn host_audience(url: &Uri) -> Option<String> {
    url.host().map(|host| format!("https://{host}/"))
}
