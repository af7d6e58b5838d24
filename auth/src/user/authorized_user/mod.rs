//! Users who authorized an app.

mod endpoints;
mod grant;
#[cfg(feature = "id-token")]
mod id_tokens;
mod info;
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

/// A user who authorized an app, with a refresh token.
///
/// Read it from a file of `gcloud auth application-default login` or from a token store, or get it from a flow in which the user signs in.
///
/// - **Rotation**: a new refresh token of the server replaces the old one. With a [store](Self::save_in) it is saved before it is used, and
///   processes that share the store refresh one at a time.
/// - **Scopes** are those that the user granted. Requests cannot change them; [`scopes`](Self::scopes) requests fewer.
/// - **The refresh token is sent to Google only**, unless the program names another server with [`token_uri`](Self::token_uri) or the server
///   is on this machine. A file cannot name another server.
///
/// Constructors do not use the network. Tokens are cached as [`Cached`] describes, and clones share the cache. Setters return copies with an empty
/// cache and the same refresh token.
#[derive(Clone)]
pub struct AuthorizedUser(Cached<Source>);

impl AuthorizedUser {
    /// Reads a file of type `authorized_user`, such as gcloud's `application_default_credentials.json` or the output of [`to_json`](Self::to_json) and of
    /// google-auth's `to_json`.
    ///
    /// # Errors
    /// [`AuthErrorKind::NotFound`] if the file does not exist; [`AuthErrorKind::Config`] or [`AuthErrorKind::Unsupported`] if it cannot be used. The text
    /// names the file and the field.
    #[doc(alias = "from_file")]
    pub fn from_authorized_user_file(path: impl AsRef<Path>) -> Result<Self, AuthError> {
        let path = path.as_ref();
        let text = config::read_text(path, NEEDED, "AuthorizedUser::from_authorized_user_info")?;
        let name = RedactedPath::new(path).to_string();
        Self::read(&name, &text, &Reach::trusted())
    }

    /// Reads the text of such a file.
    ///
    /// # Errors
    /// As [`from_authorized_user_file`](Self::from_authorized_user_file).
    #[doc(alias = "from_json")]
    pub fn from_authorized_user_info(json: &str) -> Result<Self, AuthError> {
        Self::read("authorized user", json, &Reach::trusted())
    }

    /// Reads the text of a file. `name` names it in errors.
    pub(crate) fn read(name: &str, text: &str, reach: &Reach) -> Result<Self, AuthError> {
        let info = UserInfo::parse(name, text)?;
        if info.refresh_token.is_none() && (info.token.is_none() || info.expiry.is_none()) {
            return Err(AuthError::new(
                AuthErrorKind::Config,
                format!("{name}: the field `refresh_token` is missing or empty"),
            )
            .with_hint("a user's credentials are needed, as `gcloud auth application-default login` writes them"));
        }
        Ok(Self(Cached::of_file(Source::new(
            info,
            None,
            reach.clone(),
        ))))
    }

    /// Returns credentials of a client and its refresh token.
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

    /// Loads the credentials of `key` from `store`, if there are any. Refreshes save their changes there.
    ///
    /// # Errors
    /// [`AuthErrorKind::Store`] if the store cannot be read.
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
        // `save_in` refuses credentials with another endpoint.
        source.endpoints.trust();
        Ok(Self(Cached::new(source)))
    }

    /// Saves the credentials in `store` under `key`, and returns credentials whose refreshes save their changes there. Existing credentials of `key` are
    /// replaced. A store is trusted when it is read, so credentials that cannot be used are refused.
    ///
    /// # Errors
    /// [`AuthErrorKind::Store`] if the store cannot be written, [`AuthErrorKind::Config`] if the refresh token would be sent to a server that is not
    /// trusted, [`AuthErrorKind::Universe`] if it could not be exchanged, and [`AuthErrorKind::SignInRequired`] if there is none and the access token
    /// has expired.
    pub async fn save_in(self, store: impl TokenStore, key: TokenKey) -> Result<Self, AuthError> {
        let store: Arc<dyn TokenStore> = Arc::new(store);
        let old = self.0.source();
        let cx = self.0.outside_fetch();
        let now = cx.clock().now();
        old.check_usable(now)?;
        let mut info = old.info();
        info.set_signed_in_at(now);
        let saving = async {
            let _lock = lock(&*store, &key, &cx).await?;
            store.save(&key, &info.to_json()).await
        };
        cx.within(
            ATTEMPT_TIMEOUT,
            "the credentials could not be saved",
            saving,
        )
        .await?;
        let mut source = Source::new(info, Some((store, key)), old.reach().clone());
        source.endpoints = old.endpoints.clone();
        Ok(Self(self.0.with_source(source)))
    }

    /// Returns a key for these credentials in a store: the client, the account if known, and the granted scopes.
    pub fn store_key(&self) -> TokenKey {
        let source = self.0.source();
        TokenKey::new(
            source.client_id.clone(),
            source.account.clone().unwrap_or_default(),
            self.granted_scopes(),
        )
    }

    /// Copies the refresh token to a later grant of the same client.
    #[cfg(feature = "user-flows")]
    pub(crate) fn copy_refresh_token(&self, later: &mut UserInfo) {
        let info = self.0.source().info();
        if info.client_id == later.client_id {
            later.refresh_token = info.refresh_token;
        }
    }

    /// Sets the user's address, or another name of the account. Errors contain it.
    #[must_use]
    pub fn account(self, account: impl Into<String>) -> Self {
        let account = account.into();
        self.change(|source| source.account = Some(account))
    }

    /// Sets the token endpoint of a server other than Google's: an https URL, or http on this machine.
    #[must_use]
    pub fn token_uri(self, uri: impl Into<String>) -> Self {
        let uri = uri.into();
        self.change(|source| source.endpoints.set_token_uri(uri))
    }

    /// Sets the revocation endpoint (RFC 7009) of a server other than Google's.
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

    /// Returns the ID of the client that the user authorized.
    pub fn client_id(&self) -> &str {
        &self.0.source().client_id
    }

    /// Returns the account's name, if known.
    pub fn account_name(&self) -> Option<&str> {
        self.0.source().account.as_deref()
    }

    /// Returns the granted scopes according to the server; before its first response, those that were requested. Users may grant fewer scopes than an app
    /// requests.
    pub fn granted_scopes(&self) -> Vec<String> {
        let info = self.0.source().info();
        info.granted_scopes.unwrap_or(info.scopes)
    }

    /// Returns whether all of these scopes were granted. `email` and `profile` equal the URLs that Google uses for them.
    pub fn has_scopes<S: AsRef<str>>(&self, scopes: impl IntoIterator<Item = S>) -> bool {
        let granted = self.granted_scopes();
        scopes.into_iter().all(|wanted| {
            let wanted = canonical(wanted.as_ref());
            granted.iter().any(|scope| canonical(scope) == wanted)
        })
    }

    /// Returns the last ID token, if the grant includes `openid`. It may have expired;
    /// [`IdTokenCredentials`](crate::IdTokenCredentials) of [`id_tokens`](Credentials::id_tokens) return a valid one.
    pub fn id_token(&self) -> Option<SecretString> {
        self.0.source().info().id_token
    }

    /// Returns the JSON text of an `authorized_user` file, including the secrets: refresh token, client secret, current access token and ID token, scopes,
    /// quota project, account, universe, and unknown fields of the file.
    /// [`from_authorized_user_info`](Self::from_authorized_user_info), gcloud and google-auth read it.
    pub fn to_json(&self) -> String {
        self.0.source().info().to_json().expose_secret().to_owned()
    }

    /// Ends the grant: revokes the tokens at the server, and deletes them from the store and from memory. Later requests fail with
    /// [`AuthErrorKind::SignInRequired`]. Revoking again is not an error.
    ///
    /// # Errors
    /// If the server cannot be reached or refuses. Then nothing is deleted.
    pub async fn revoke(&self) -> Result<(), AuthError> {
        let cx = self.0.outside_fetch();
        let revoking = self.0.source().revoke(&cx);
        cx.within(ATTEMPT_TIMEOUT, "the grant could not be revoked", revoking)
            .await?;
        self.0.forget();
        Ok(())
    }
}

/// Returns one name for scopes that have two.
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

    /// Returns ID tokens for the audience [`client_id`](Self::client_id), because a user signs in to a client. The grant must include `openid`.
    #[cfg(feature = "id-token")]
    fn id_tokens(&self) -> Option<Arc<dyn IdTokenSource>> {
        Some(Arc::new(UserIdTokens::new(self.0.source().clone())))
    }
}
