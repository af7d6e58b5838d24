//! What a service account does when a token is needed.

use std::{borrow::Cow, fmt, path::Path, sync::Arc};

use gapi_transport::BoxFuture;
use http::Uri;
use secrecy::SecretString;
use serde_json::{Map, Value};

use super::{
    assertion::Claims,
    exchange::exchange,
    key_file::KeyFile,
    keys::{Fingerprint, Key, Keys},
    signs::Signs,
};
use crate::{
    AuthError, AuthErrorKind, AuthRequest, DEFAULT_UNIVERSE, FetchContext, Scopes, Token,
    TokenSource,
    configured::Configured,
    oauth::GOOGLE_TOKEN_URI,
    reach::{Named, Purpose, Reach},
    request::ScopeList,
};

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

/// Who this is, and what signs for it.
pub(super) struct Identity {
    pub(super) email: String,
    pub(super) client_id: Option<String>,
    pub(super) project_id: Option<String>,
    pub(super) signs: Signs,
}

impl Identity {
    /// The token with these claims.
    pub(super) async fn token(
        &self,
        claims: &Claims,
        cx: &FetchContext,
    ) -> Result<SecretString, AuthError> {
        let _step = cx.waits(format!("the signer of {} gave no signature", self.email));
        self.signs.token(claims).await
    }
}

impl Source {
    pub(super) fn new(file: KeyFile, reach: Reach) -> Result<Self, AuthError> {
        if file.client_email.trim().is_empty() {
            return Err(AuthError::new(
                AuthErrorKind::Config,
                format!("{}: the e-mail address is empty", file.place),
            ));
        }
        let keys = Keys::fixed(Key::new(&file)?, file.client_email.clone());
        let identity = Identity {
            email: file.client_email,
            client_id: file.client_id,
            project_id: file.project_id,
            signs: Signs::Key(keys),
        };
        Ok(Self {
            quota_project: file.quota_project_id,
            universe_domain: file.universe_domain.unwrap_or(Named::GOOGLE),
            token_uri: file.token_uri,
            ..Self::of(identity, reach)
        })
    }

    /// The account `email`, of which nothing is known but what signs for it.
    pub(super) fn signed_by(email: String, signs: Signs) -> Self {
        let identity = Identity {
            email,
            client_id: None,
            project_id: None,
            signs,
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

    /// Reads the key anew whenever its file, which looked like `seen`, changes.
    pub(super) fn watch(&mut self, path: &Path, seen: Option<Fingerprint>) {
        if let Some(identity) = Arc::get_mut(&mut self.identity)
            && let Signs::Key(keys) = &mut identity.signs
        {
            keys.watch(path.to_owned(), seen);
        }
    }

    /// Token endpoints outside `googleapis.com` know nothing of service accounts.
    fn signs_itself(&self) -> bool {
        self.self_signed
            || self.audience.is_some()
            || self.universe_domain.text() != DEFAULT_UNIVERSE
    }

    /// Where assertions are exchanged.
    pub(super) fn token_uri(&self) -> Result<Cow<'_, str>, AuthError> {
        let (url, universe) = (&self.token_uri, &self.universe_domain);
        self.reach.url(Purpose::Key, "the token URI", url, universe)
    }

    async fn self_sign(&self, cx: &FetchContext) -> Result<Token, AuthError> {
        let identity = &*self.identity;
        let claims = Claims::new(&identity.email, cx.clock().now(), &self.claims)
            .subject(Some(&identity.email));
        let claims = match cx.audience() {
            Some(audience) => claims.audience(Some(audience)),
            None => claims.scopes(cx.scopes()),
        };
        let token = identity.token(&claims, cx).await?;
        Ok(Token::new(token).expires_at(claims.expiry()))
    }
}

/// Neither the key nor the values of added claims.
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

impl Configured for Source {
    fn reach(&self) -> &Reach {
        &self.reach
    }

    fn set_reach(&mut self, reach: Reach) {
        self.reach = reach;
    }
}

impl TokenSource for Source {
    fn fetch<'a>(&'a self, cx: &'a FetchContext) -> BoxFuture<'a, Result<Token, AuthError>> {
        if self.signs_itself() {
            Box::pin(self.self_sign(cx))
        } else {
            Box::pin(exchange(self, cx))
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
        let config = |message: &str, hint: &str| {
            Err(AuthError::new(AuthErrorKind::Config, message).with_hint(hint))
        };
        self.reach.check_universe(&self.universe_domain)?;
        if self.signs_itself() {
            return match &self.subject {
                None => Ok(()),
                Some(_) if self.universe_domain.text() != DEFAULT_UNIVERSE => Err(AuthError::new(
                    AuthErrorKind::Universe,
                    format!("a subject is set, but domain-wide delegation does not exist in the universe {}", self.universe_domain.text()),
                )
                .with_hint("leave out the subject")),
                Some(_) => config(
                    "a subject is set, but self-signed tokens cannot act for a user",
                    "leave out the subject, or `self_signed` and `audience`",
                ),
            };
        }
        if self.subject.is_some()
            && self.scopes.is_empty()
            && matches!(request.scopes, Scopes::Default(_))
        {
            return config(
                "a subject is set without scopes",
                "name the scopes that the domain's administrator authorized, with `.scopes([...])`",
            );
        }
        if ScopeList::effective(Some(&self.scopes), request.scopes).is_empty() {
            return config(
                "there are no scopes to ask for",
                "name them with `.scopes([...])`",
            );
        }
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
