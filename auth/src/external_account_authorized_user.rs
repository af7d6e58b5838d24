//! Users who signed in through a workforce pool.

use std::{
    borrow::Cow,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use gapi_transport::BoxFuture;
use secrecy::{ExposeSecret, SecretString};

use crate::{
    AuthError, AuthErrorKind, AuthRequest, Cached, Credentials, FetchContext, Token, TokenSource,
    config::Fields,
    configured::{configured, nested},
    facade::{cached_facade, file_constructors, setters},
    oauth,
    reach::{Named, Purpose, Reach},
    sts::{self, ClientAuth},
    token_retry::ATTEMPT_TIMEOUT,
};

/// A user who signed in through a [workforce pool](https://docs.cloud.google.com/iam/docs/workforce-identity-federation): a
/// refresh token of Google's Security Token Service.
///
/// If the service returns a new refresh token, it replaces the old one in memory, for this value and its clones. Programs that save it
/// get it from [`refresh_token`](Self::refresh_token).
///
/// The scopes are those of the sign-in; requests cannot change them. Constructors send no requests. Tokens are cached as [`Cached`]
/// describes. Clones share the cache; setters empty it.
#[derive(Clone)]
pub struct ExternalAccountAuthorizedUser(Cached<Source>);

impl ExternalAccountAuthorizedUser {
    file_constructors!(
        ExternalAccountAuthorizedUser,
        "external_account_authorized_user",
        "workforce user",
        read,
        NEEDED
    );

    setters! {
        quota_project,
        ///
        /// The default is the URL in the file.
        token_url,
        url_policy,
        transport,
        clock,
        retry,
    }

    /// Returns the resource name of the provider that the user signed in with, if the file names it.
    pub fn audience(&self) -> Option<&str> {
        self.0.source().audience.as_deref()
    }

    /// Returns the current refresh token, which is a secret.
    pub fn refresh_token(&self) -> SecretString {
        self.0.source().refresh_token()
    }

    /// Signs out: revokes the refresh token and removes it from this value. Later requests fail.
    ///
    /// # Errors
    /// [`AuthError`] if the file names no `revoke_url`, or if the service cannot be reached or refuses. The refresh token remains then.
    pub async fn revoke(&self) -> Result<(), AuthError> {
        let cx = self.0.outside_fetch();
        let revoking = self.0.source().revoke(&cx);
        cx.within(ATTEMPT_TIMEOUT, "the sign-out did not end", revoking)
            .await?;
        self.0.forget();
        Ok(())
    }
}

nested!(ExternalAccountAuthorizedUser);

cached_facade!(ExternalAccountAuthorizedUser, Source);

impl Credentials for ExternalAccountAuthorizedUser {
    crate::credentials::forward!(common, universe_domain);
}

/// A refresh token, its client, and its URLs.
#[derive(Clone)]
struct Source {
    client: ClientAuth,
    /// Shared by all copies, so that a new refresh token replaces the old one in all of them.
    grant: Arc<SharedGrant>,
    audience: Option<String>,
    /// The Security Token Service; `{universe_domain}` in it is replaced by the universe.
    token_url: Named,
    revoke_url: Option<Named>,
    quota_project: Option<String>,
    universe_domain: Named,
    reach: Reach,
}

struct SharedGrant {
    /// None if it was revoked.
    refresh_token: Mutex<Option<SecretString>>,
    /// Locked during a refresh, because a refresh token that is sent twice may be treated as stolen.
    turn: tokio::sync::Mutex<()>,
}

impl SharedGrant {
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

/// A hint for files that cannot be read.
const NEEDED: &str = "a workforce user's credentials are needed, as `gcloud auth application-default login` writes them after signing in with a \
     `--login-config`";

/// Reads the text of a file that errors call `name`.
fn read(name: &str, text: &str, reach: Reach) -> Result<Source, AuthError> {
    let mut fields = Fields::parse(name, text, NEEDED)?;
    fields.check_type("external_account_authorized_user")?;
    let client = ClientAuth {
        id: fields.required("client_id")?,
        secret: fields.required_secret("client_secret")?,
    };
    let mut source = Source::new(client, fields.required_secret("refresh_token")?, reach);
    source.audience = fields.text("audience")?;
    if let Some(url) = fields.named("token_url")? {
        source.token_url = url;
    }
    source.revoke_url = fields.named("revoke_url")?;
    source.quota_project = fields.text("quota_project_id")?;
    if let Some(universe) = fields.named("universe_domain")? {
        source.universe_domain = universe;
    }
    Ok(source)
}

impl Source {
    fn new(client: ClientAuth, refresh_token: SecretString, reach: Reach) -> Self {
        Self {
            client,
            grant: Arc::new(SharedGrant {
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

    fn refresh_token(&self) -> SecretString {
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
        let mut response = sts::refresh(&self.sts()?, &refresh_token, Some(&self.client), cx)
            .await
            .map_err(|error| self.hint(error))?;
        if let Some(new) = response.refresh_token.take() {
            *self.grant.refresh_token() = Some(new);
        }
        Ok(response.into_token(asked_at))
    }

    /// Revokes the grant (RFC 7009). A grant that is revoked already is no error.
    async fn revoke(&self, cx: &FetchContext) -> Result<(), AuthError> {
        let Some(url) = &self.revoke_url else {
            return Err(AuthError::new(
                AuthErrorKind::Config,
                "it is not known where these credentials are revoked",
            )
            .with_hint("add the field `revoke_url` to their file"));
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

configured!(Source);

impl TokenSource for Source {
    fn fetch<'a>(&'a self, cx: &'a FetchContext) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(self.token(cx))
    }

    /// The scopes are those of the sign-in.
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
