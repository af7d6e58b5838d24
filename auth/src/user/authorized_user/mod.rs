//! Users who authorized an app.

mod endpoints;
mod grant;
#[cfg(feature = "id-token")]
mod id_tokens;
mod info;
mod refresh;
mod source;

use std::{path::Path, sync::Arc};

use secrecy::{ExposeSecret, SecretString};

#[cfg(feature = "id-token")]
use self::id_tokens::UserIdTokens;
pub(crate) use self::info::UserInfo;
use self::{grant::lock, source::Source};
use super::store::{TokenKey, TokenStore};
#[cfg(feature = "id-token")]
use crate::IdTokenSource;
use crate::{
    AuthError, AuthErrorKind, Cached, Credentials, RedactedPath, config,
    configured::Configured,
    facade::{cached_facade, setters},
    reach::Reach,
    token_retry::ATTEMPT_TIMEOUT,
};

const NEEDED: &str = "`gcloud auth application-default login` writes one";

/// A user who authorized an app: a refresh token that gives access tokens.
///
/// It comes from a file that `gcloud auth application-default login` wrote, from a token store, or from a flow in which the user signs in.
///
/// - **Rotation**: a server that answers with a new refresh token gets the new one from then on. With a [store](Self::save_in)
///   the new one is saved before the old one is forgotten, and processes that share the store refresh one at a time.
/// - **Scopes** are what the user granted. Requests cannot change them; [`scopes`](Self::scopes) asks for fewer.
/// - **The refresh token goes to Google only**, whatever a file says, unless the program names another server with
///   [`token_uri`](Self::token_uri) or the server is on this machine.
///
/// Building one touches no network. Tokens are cached as [`Cached`] describes; clones share the cache. Setters empty the cache,
/// and the copies that they make share the refresh token.
#[derive(Clone)]
pub struct AuthorizedUser(Cached<Source>);

impl AuthorizedUser {
    /// Reads a file of type `authorized_user`, such as gcloud's `application_default_credentials.json`, or one with what
    /// [`to_json`](Self::to_json) or google-auth's method of that name gave.
    ///
    /// # Errors
    /// [`AuthErrorKind::NotFound`] where there is no such file; [`AuthErrorKind::Config`] or [`AuthErrorKind::Unsupported`]
    /// where it cannot be used. The text names the file and the field.
    #[doc(alias = "from_file")]
    pub fn from_authorized_user_file(path: impl AsRef<Path>) -> Result<Self, AuthError> {
        let path = path.as_ref();
        let text = config::read_text(path, NEEDED, "AuthorizedUser::from_authorized_user_info")?;
        let place = RedactedPath::new(path).to_string();
        Self::read(&place, &text, &Reach::trusted())
    }

    /// Reads the text of such a file.
    ///
    /// # Errors
    /// As [`from_authorized_user_file`](Self::from_authorized_user_file).
    #[doc(alias = "from_json")]
    pub fn from_authorized_user_info(json: &str) -> Result<Self, AuthError> {
        Self::read("authorized user", json, &Reach::trusted())
    }

    /// Reads a file's text; `place` names it in errors.
    pub(crate) fn read(place: &str, text: &str, reach: &Reach) -> Result<Self, AuthError> {
        let info = UserInfo::parse(place, text)?;
        if info.refresh_token.is_none() && (info.token.is_none() || info.expiry.is_none()) {
            return Err(AuthError::new(
                AuthErrorKind::Config,
                format!("{place}: the field `refresh_token` is missing or empty"),
            )
            .with_hint("a user's credentials are needed, as `gcloud auth application-default login` writes them"));
        }
        Ok(Self(Cached::of_file(Source::new(
            info,
            None,
            reach.clone(),
        ))))
    }

    /// From a client and a refresh token that it was given.
    pub fn from_parts(
        client_id: impl Into<String>,
        client_secret: impl Into<SecretString>,
        refresh_token: impl Into<SecretString>,
    ) -> Self {
        Self::from_info(
            UserInfo {
                client_id: client_id.into(),
                client_secret: Some(client_secret.into()),
                refresh_token: Some(refresh_token.into()),
                ..UserInfo::default()
            },
            None,
        )
    }

    pub(crate) fn from_info(
        info: UserInfo,
        store: Option<(Arc<dyn TokenStore>, TokenKey)>,
    ) -> Self {
        Self(Cached::new(Source::new(info, store, Reach::trusted())))
    }

    /// The credentials that `store` keeps under `key`, if it has any. What a refresh changes is saved there.
    ///
    /// # Errors
    /// [`AuthErrorKind::Store`] where the store cannot be read.
    pub async fn from_store(
        store: impl TokenStore,
        key: TokenKey,
    ) -> Result<Option<Self>, AuthError> {
        let Some(text) = store.load(&key).await? else {
            return Ok(None);
        };
        Self::from_stored(&text, Arc::new(store), key).map(Some)
    }

    pub(crate) fn from_stored(
        text: &SecretString,
        store: Arc<dyn TokenStore>,
        key: TokenKey,
    ) -> Result<Self, AuthError> {
        let info = UserInfo::parse("token store", text.expose_secret())
            .map_err(|error| error.with_kind(AuthErrorKind::Store))?;
        let mut source = Source::new(info, Some((store, key)), Reach::trusted());
        // `save_in` stores nothing that it would refuse to use.
        source.endpoints.vouch();
        Ok(Self(Cached::new(source)))
    }

    /// Saves the credentials in `store` under `key`, over what was there, and gives credentials that save there what a
    /// refresh changes. Whoever reads the store believes it, so it takes nothing that could not be used here.
    ///
    /// # Errors
    /// [`AuthErrorKind::Store`] where the store cannot be written; [`AuthErrorKind::Config`] where the refresh token would go to a server that
    /// nobody vouches for, [`AuthErrorKind::Universe`] where it could not be exchanged, and [`AuthErrorKind::SignInRequired`] where there is none and
    /// the access token has expired.
    pub async fn save_in(self, store: impl TokenStore, key: TokenKey) -> Result<Self, AuthError> {
        let store: Arc<dyn TokenStore> = Arc::new(store);
        let old = self.0.source();
        let cx = self.0.outside_fetch();
        let now = cx.clock().now();
        old.check_usable(now)?;
        let mut info = old.info();
        info.stamp(now);
        let keeping = async {
            let _lock = lock(&*store, &key, &cx).await?;
            store.save(&key, &info.to_json()).await
        };
        cx.within(
            ATTEMPT_TIMEOUT,
            "the credentials could not be kept",
            keeping,
        )
        .await?;
        let mut source = Source::new(info, Some((store, key)), old.reach().clone());
        source.endpoints = old.endpoints.clone();
        Ok(Self(self.0.with_source(source)))
    }

    /// The key under which a store would keep these credentials: the client, the account as far as it is known, and the
    /// scopes that were granted.
    pub fn store_key(&self) -> TokenKey {
        let source = self.0.source();
        TokenKey::new(
            source.client_id.clone(),
            source.account.clone().unwrap_or_default(),
            self.granted_scopes(),
        )
    }

    /// A later grant to the same client keeps the refresh token of this one.
    #[cfg(feature = "user-flows")]
    pub(crate) fn lend_refresh_token(&self, later: &mut UserInfo) {
        let info = self.0.source().info();
        if info.client_id == later.client_id {
            later.refresh_token = info.refresh_token;
        }
    }

    /// The user's address, or any name that tells this account from others. It is shown in errors.
    #[must_use]
    pub fn account(self, account: impl Into<String>) -> Self {
        let account = account.into();
        self.change(|source| source.account = Some(account))
    }

    /// The token endpoint of a server other than Google's: an https URL, or http on this machine.
    #[must_use]
    pub fn token_uri(self, uri: impl Into<String>) -> Self {
        let uri = uri.into();
        self.change(|source| source.endpoints.set_token_uri(uri))
    }

    /// The revocation endpoint (RFC 7009) of a server other than Google's.
    #[must_use]
    pub fn revoke_uri(self, uri: impl Into<String>) -> Self {
        let uri = uri.into();
        self.change(|source| source.endpoints.set_revoke_uri(uri))
    }

    setters!(
        /// They must be among the granted scopes.
        scopes,
        quota_project,
        /// Users can sign in to `googleapis.com` only.
        universe_domain,
        url_policy,
        transport,
        clock,
        retry,
    );

    /// The client that the user authorized.
    pub fn client_id(&self) -> &str {
        &self.0.source().client_id
    }

    /// The account's name, where it is known.
    pub fn account_name(&self) -> Option<&str> {
        self.0.source().account.as_deref()
    }

    /// The scopes that the server says were granted; before its first answer, those that were asked for. Users may grant fewer than an app asks for.
    pub fn granted_scopes(&self) -> Vec<String> {
        let info = self.0.source().info();
        info.granted_scopes.unwrap_or(info.scopes)
    }

    /// Whether all of these scopes were granted. `email` and `profile` are the same as the URLs that Google calls them by.
    pub fn has_scopes<S: AsRef<str>>(&self, scopes: impl IntoIterator<Item = S>) -> bool {
        let granted = self.granted_scopes();
        scopes.into_iter().all(|wanted| {
            let wanted = canonical(wanted.as_ref());
            granted.iter().any(|scope| canonical(scope) == wanted)
        })
    }

    /// The last ID token, where the grant includes `openid`. A refresh brings a new one;
    /// [`IdTokenCredentials`](crate::IdTokenCredentials) made of [`id_tokens`](Credentials::id_tokens) give one that is valid.
    pub fn id_token(&self) -> Option<SecretString> {
        self.0.source().info().id_token
    }

    /// Everything as the JSON text of an `authorized_user` file, secrets included: refresh token, client secret, current
    /// access token and ID token, scopes, quota project, account, universe, and fields of the file that mean nothing here.
    /// [`from_authorized_user_info`](Self::from_authorized_user_info), gcloud and google-auth read it.
    pub fn to_json(&self) -> String {
        self.0.source().info().to_json().expose_secret().to_owned()
    }

    /// Ends the grant: tells the server that the tokens are not to be accepted any more, deletes them from the store, and
    /// forgets them. Later requests fail with [`AuthErrorKind::SignInRequired`]. Revoking what is revoked is no error.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses; nothing is deleted then.
    pub async fn revoke(&self) -> Result<(), AuthError> {
        let cx = self.0.outside_fetch();
        let revoking = self.0.source().revoke(&cx);
        cx.within(ATTEMPT_TIMEOUT, "the grant could not be revoked", revoking)
            .await?;
        self.0.forget();
        Ok(())
    }
}

/// One name for scopes that have two.
fn canonical(scope: &str) -> &str {
    match scope {
        "https://www.googleapis.com/auth/userinfo.email" => "email",
        "https://www.googleapis.com/auth/userinfo.profile" => "profile",
        scope => scope,
    }
}

#[cfg(feature = "impersonation")]
crate::configured::nested!(AuthorizedUser);

cached_facade!(AuthorizedUser, Source);

impl Credentials for AuthorizedUser {
    crate::credentials::forward!(
        headers,
        reject,
        universe_domain,
        quota_project,
        describe,
        metrics,
        has_time_limit
    );

    /// For one audience: [`client_id`](Self::client_id), because a user signs in to a client. They come with refreshes of a grant that includes
    /// `openid`.
    #[cfg(feature = "id-token")]
    fn id_tokens(&self) -> Option<Arc<dyn IdTokenSource>> {
        Some(Arc::new(UserIdTokens::new(self.0.source().clone())))
    }
}
