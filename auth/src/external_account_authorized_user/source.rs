//! What a workforce user's credentials do when a token is needed.

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use gapi_transport::BoxFuture;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    AuthError, AuthErrorKind, AuthRequest, FetchContext, Token, TokenSource,
    configured::Configured,
    oauth,
    reach::{Named, Purpose, Reach},
    sts::{self, ClientAuth},
};

/// A refresh token, and who may use it where.
#[derive(Clone)]
pub(super) struct Source {
    client: ClientAuth,
    /// All copies share it: a refresh token that is replaced is replaced for all of them.
    grant: Arc<Grant>,
    pub(super) audience: Option<String>,
    /// The Security Token Service; `{universe_domain}` in it stands for the universe.
    pub(super) token_url: Named,
    pub(super) revoke_url: Option<Named>,
    pub(super) quota_project: Option<String>,
    pub(super) universe_domain: Named,
    pub(super) reach: Reach,
}

struct Grant {
    /// None when it was revoked.
    refresh_token: Mutex<Option<SecretString>>,
    /// One refresh at a time: a token that is sent twice may be taken for a stolen one.
    turn: tokio::sync::Mutex<()>,
}

impl Grant {
    fn refresh_token(&self) -> MutexGuard<'_, Option<SecretString>> {
        self.refresh_token
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn usable(&self) -> Result<SecretString, AuthError> {
        self.refresh_token().clone().ok_or_else(|| {
            AuthError::new(AuthErrorKind::Config, "the refresh token was revoked")
                .with_hint(SIGN_IN)
        })
    }
}

const SIGN_IN: &str = "sign in again, with `gcloud auth application-default login`";

impl Source {
    pub(super) fn new(client: ClientAuth, refresh_token: SecretString, reach: Reach) -> Self {
        Self {
            client,
            grant: Arc::new(Grant {
                refresh_token: Mutex::new(Some(refresh_token)),
                turn: tokio::sync::Mutex::default(),
            }),
            audience: None,
            token_url: Named::by_file("https://sts.{universe_domain}/v1/oauthtoken"),
            revoke_url: None,
            quota_project: None,
            universe_domain: Named::GOOGLE,
            reach,
        }
    }

    pub(super) fn refresh_token(&self) -> SecretString {
        self.grant.refresh_token().clone().unwrap_or_default()
    }

    fn url<'a>(&self, what: &str, url: &'a Named) -> Result<Cow<'a, str>, AuthError> {
        self.reach
            .url(Purpose::Sts, what, url, &self.universe_domain)
    }

    fn sts(&self) -> Result<Cow<'_, str>, AuthError> {
        self.url("the token URL", &self.token_url)
    }

    async fn token(&self, cx: &FetchContext) -> Result<Token, AuthError> {
        let _turn = self.grant.turn.lock().await;
        let refresh_token = self.grant.usable()?;
        let asked_at = cx.clock().now();
        let mut answer = sts::refresh(&self.sts()?, &refresh_token, Some(&self.client), cx)
            .await
            .map_err(|error| self.hint(error))?;
        if let Some(new) = answer.refresh_token.take() {
            *self.grant.refresh_token() = Some(new);
        }
        Ok(answer.into_token(asked_at))
    }

    /// Ends the grant (RFC 7009). What is revoked already is no error.
    pub(super) async fn revoke(&self, cx: &FetchContext) -> Result<(), AuthError> {
        let Some(url) = &self.revoke_url else {
            return Err(AuthError::new(
                AuthErrorKind::Config,
                "it is not known where these credentials are revoked",
            )
            .with_hint("the field `revoke_url` of their file would say so"));
        };
        let url = self.url("the revocation URL", url)?;
        let _turn = self.grant.turn.lock().await;
        let refresh_token = self.grant.usable()?;
        let fields = [
            ("token", refresh_token.expose_secret()),
            ("token_type_hint", "refresh_token"),
        ];
        let request = sts::request(&url, &fields, Some(&self.client), None)?;
        let (head, body) = cx.transport().send(request).await?.into_parts();
        let body = body.collect(oauth::RESPONSE_LIMIT).await?;
        if !head.status.is_success() {
            let who = "the Security Token Service";
            let error = oauth::refuse(who, head.status, &head.headers, &body, cx.clock().now());
            if error.oauth_error() != Some("invalid_token") {
                return Err(error);
            }
        }
        *self.grant.refresh_token() = None;
        Ok(())
    }

    fn hint(&self, error: AuthError) -> AuthError {
        match error.oauth_error() {
            Some("invalid_grant") => error.with_hint(format!(
                "the session has ended, or the refresh token was revoked: {SIGN_IN}"
            )),
            Some("invalid_client") => {
                let hint = format!("check the client {} and its secret", self.client.id);
                error.with_hint(hint)
            }
            _ => error,
        }
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExternalAccountAuthorizedUser")
            .field("audience", &self.audience)
            .field("client", &self.client)
            .field("token_url", &self.token_url)
            .field("quota_project", &self.quota_project)
            .field("universe_domain", &self.universe_domain)
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
        Box::pin(self.token(cx))
    }

    /// A person signed in for what they signed in for; no request can ask for more.
    fn is_scoped(&self) -> bool {
        false
    }

    fn check(&self, _: &AuthRequest<'_>) -> Result<(), AuthError> {
        self.reach.check_universe(&self.universe_domain)?;
        self.sts().map(drop)
    }

    fn universe_domain(&self) -> &str {
        self.universe_domain.text()
    }

    fn quota_project(&self) -> Option<&str> {
        self.quota_project.as_deref()
    }

    fn describe(&self) -> String {
        match &self.audience {
            Some(audience) => format!("workforce user of {audience}"),
            None => format!("workforce user of the client {}", self.client.id),
        }
    }
}
