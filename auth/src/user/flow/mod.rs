//! The authorization code flow: the authorization server redirects the user back with a code.

mod callback;
mod client;
mod exchange;
mod pending;

use std::{fmt, path::Path, sync::Arc, time::Duration};

use gapi_transport::{Clock, SystemClock, Transport};
use http::Uri;
use secrecy::{ExposeSecret, SecretString};

use self::pending::{VERSION, challenge, random};
pub(crate) use self::{
    callback::{code, pasted},
    exchange::{exchange, granted, user},
};
pub use self::{client::ClientSecrets, pending::PendingAuthorization};
use crate::{
    AuthError, AuthErrorKind, AuthorizedUser, FetchContext, facade::setters, oauth::form,
    reach::check_endpoint,
};

/// Parameters that a flow sets itself.
const RESERVED: [&str; 8] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "nonce",
];
/// The redirects that show the code to the user. Google ended them in 2022; other servers support them.
const OUT_OF_BAND: [&str; 2] = [
    "urn:ietf:wg:oauth:2.0:oob",
    "urn:ietf:wg:oauth:2.0:oob:auto",
];

/// The time limit of the exchange of a code.
const EXCHANGE: Duration = Duration::from_secs(60);

/// The flow in which a web app requests authorization from its users ([OAuth 2.0 for web server applications](https://developers.google.com/identity/protocols/oauth2/web-server)).
///
/// ```no_run
/// # async fn example(callback_url: &str) -> Result<(), gapi_auth::AuthError> {
/// use gapi_auth::Flow;
///
/// let flow = Flow::from_client_secrets_file("client_secret.json", ["https://www.googleapis.com/auth/drive.metadata.readonly"])?
///     .redirect_uri("https://app.example/oauth2callback")
///     .include_granted_scopes(true);
///
/// // First request: redirect the user to `url`, and store `pending` in the session.
/// let (url, pending) = flow.authorization_url()?;
///
/// // Second request, at the redirect URI:
/// let user = flow.exchange(pending, callback_url).await?;
/// # Ok(()) }
/// ```
///
/// PKCE with S256 is on. The `state` and the `iss` of the callback are checked before the rest of it is used. A user may grant fewer scopes than
/// requested: check [`AuthorizedUser::has_scopes`].
#[derive(Clone)]
pub struct Flow {
    client: Arc<ClientSecrets>,
    scopes: Vec<String>,
    redirect_uri: Option<String>,
    parameters: Vec<(String, String)>,
    pkce: bool,
    issuer: Option<String>,
    require_scopes: bool,
    previous: Option<AuthorizedUser>,
    transport: Option<Arc<dyn Transport>>,
    fallback: Arc<dyn Transport>,
    clock: Arc<dyn Clock>,
}

impl Flow {
    /// Returns a flow for the client of a `client_secret.json` that requests these scopes.
    ///
    /// # Errors
    /// As [`ClientSecrets::from_file`].
    pub fn from_client_secrets_file<S: Into<String>>(
        path: impl AsRef<Path>,
        scopes: impl IntoIterator<Item = S>,
    ) -> Result<Self, AuthError> {
        Ok(Self::new(ClientSecrets::from_file(path)?, scopes))
    }

    /// Returns a flow for a client that requests these scopes.
    pub fn new<S: Into<String>>(
        client: ClientSecrets,
        scopes: impl IntoIterator<Item = S>,
    ) -> Self {
        let issuer = client
            .auth_uri
            .parse::<Uri>()
            .ok()
            .filter(|uri| uri.host() == Some("accounts.google.com"))
            .map(|_| String::from("https://accounts.google.com"));
        Self {
            // A single registered redirect URI is the default.
            redirect_uri: match client.redirect_uris.as_slice() {
                [only] => Some(only.clone()),
                _ => None,
            },
            client: Arc::new(client),
            scopes: scopes.into_iter().map(Into::into).collect(),
            parameters: vec![(String::from("access_type"), String::from("offline"))],
            pkce: true,
            issuer,
            require_scopes: false,
            previous: None,
            transport: None,
            fallback: Arc::new(gapi_transport::LazyTransport::default()),
            clock: Arc::new(SystemClock),
        }
    }

    /// Sets the redirect URI, which must be registered with the client. It must be https, except on this machine.
    #[must_use]
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.redirect_uri = Some(uri.into());
        self
    }

    /// Sets the access type: `offline` (the default) requests a refresh token, `online` does not.
    #[must_use]
    pub fn access_type(self, access_type: impl Into<String>) -> Self {
        self.parameter("access_type", access_type)
    }

    /// Sets the prompt: `consent` always prompts the user, which returns a new refresh token; `select_account` lets the user select the account; `none`
    /// does not prompt, and fails if a prompt is required.
    #[must_use]
    pub fn prompt(self, prompt: impl Into<String>) -> Self {
        self.parameter("prompt", prompt)
    }

    /// Sets the address of the expected user.
    #[must_use]
    pub fn login_hint(self, hint: impl Into<String>) -> Self {
        self.parameter("login_hint", hint)
    }

    /// Sets the Workspace domain of the expected user. It is a hint only: check the `hd` claim of the ID token.
    #[must_use]
    pub fn hd(self, domain: impl Into<String>) -> Self {
        self.parameter("hd", domain)
    }

    /// Sets whether the token includes scopes that the user granted to this client earlier (incremental authorization).
    #[must_use]
    pub fn include_granted_scopes(self, include: bool) -> Self {
        self.parameter("include_granted_scopes", include.to_string())
    }

    /// Sets another parameter of the authorization URL. The last value of a name is used.
    #[must_use]
    pub fn parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let name = name.into();
        self.parameters.retain(|(old, _)| *old != name);
        self.parameters.push((name, value.into()));
        self
    }

    /// Sets whether a code challenge binds the code to this flow (RFC 7636, S256). It is on by default; some servers do not support it.
    #[must_use]
    pub fn pkce(mut self, pkce: bool) -> Self {
        self.pkce = pkce;
        self
    }

    /// Sets the expected `iss` of a callback (RFC 9207). Google's is the default for Google. For other servers the default is any issuer on the server of the
    /// authorization URI.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.issuer = Some(issuer.into());
        self
    }

    /// Sets whether it is an error if the user grants fewer scopes than requested. It is off by default.
    #[must_use]
    pub fn require_scopes(mut self, require: bool) -> Self {
        self.require_scopes = require;
        self
    }

    /// Sets the earlier grant of the user, whose refresh token is used if the response has none. Google returns a refresh token at the first consent only.
    #[must_use]
    pub fn previous(mut self, user: &AuthorizedUser) -> Self {
        self.previous = Some(user.clone());
        self
    }

    fn configure(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    setters!(
        /// The credentials use it, too.
        transport,
        clock,
    );

    /// Returns the authorization URL, and the value to store until the callback. Each call returns another pair.
    ///
    /// # Errors
    /// [`AuthErrorKind::Config`] if the redirect URI is missing, or a URI or a parameter is invalid.
    pub fn authorization_url(&self) -> Result<(String, PendingAuthorization), AuthError> {
        self.client.check()?;
        let redirect_uri = self.redirect_uri.clone().ok_or_else(|| {
            AuthError::new(AuthErrorKind::Config, "there is no redirect URI")
                .with_hint("name one that is registered with the client, with `.redirect_uri(...)`")
        })?;
        check_redirect(&redirect_uri)?;
        if self.scopes.is_empty() {
            return Err(AuthError::new(
                AuthErrorKind::Config,
                "there are no scopes to ask for",
            ));
        }
        let pending = PendingAuthorization {
            version: VERSION,
            client_id: self.client.client_id.clone(),
            redirect_uri,
            scopes: self.scopes.clone(),
            state: random::<32>()?,
            code_verifier: if self.pkce {
                Some(random::<64>()?)
            } else {
                None
            },
            nonce: match self.scopes.iter().any(|scope| scope == "openid") {
                true => Some(random::<16>()?.expose_secret().to_owned()),
                false => None,
            },
            created_at: self
                .clock
                .now()
                .duration_since(std::time::UNIX_EPOCH)
                .map_or(0, |age| age.as_secs()),
        };
        Ok((self.url(&pending)?, pending))
    }

    fn url(&self, pending: &PendingAuthorization) -> Result<String, AuthError> {
        let scope = self.scopes.join(" ");
        let challenge = pending.code_verifier.as_ref().map(challenge);
        let mut fields = vec![
            ("response_type", "code"),
            ("client_id", self.client.client_id.as_str()),
            ("redirect_uri", &pending.redirect_uri),
            ("scope", &scope),
            ("state", pending.state.expose_secret()),
        ];
        if let Some(challenge) = &challenge {
            fields.push(("code_challenge", challenge));
            fields.push(("code_challenge_method", "S256"));
        }
        if let Some(nonce) = &pending.nonce {
            fields.push(("nonce", nonce));
        }
        for (name, value) in &self.parameters {
            if RESERVED.contains(&name.as_str()) {
                return Err(AuthError::new(
                    AuthErrorKind::Config,
                    format!("the parameter `{name}` is set by the flow itself"),
                ));
            }
            fields.push((name, value));
        }
        let auth_uri = &self.client.auth_uri;
        let separator = if auth_uri.contains('?') { '&' } else { '?' };
        Ok(format!("{auth_uri}{separator}{}", form(&fields)))
    }

    /// Exchanges the code of a callback for the user's credentials. The callback is the requested URL, its query alone, or the posted form.
    ///
    /// # Errors
    /// - [`AuthErrorKind::Callback`] if the callback does not belong to `pending`: it is forged, mixed up or repeated. Do not trust it.
    /// - [`AuthErrorKind::Denied`] if the user denied access.
    /// - An error of the token endpoint, usually [`AuthErrorKind::OAuth`].
    pub async fn exchange(
        &self,
        pending: PendingAuthorization,
        callback_url: &str,
    ) -> Result<AuthorizedUser, AuthError> {
        let code = self.code(&pending, callback_url)?;
        self.exchange_code(&pending, &code).await
    }

    pub(crate) fn code(
        &self,
        pending: &PendingAuthorization,
        callback: &str,
    ) -> Result<SecretString, AuthError> {
        self.check_pending(pending)?;
        code(
            callback,
            pending,
            self.issuer.as_deref(),
            &self.client.auth_uri,
        )
    }

    pub(crate) fn pasted(
        &self,
        pending: &PendingAuthorization,
        text: &str,
    ) -> Result<SecretString, AuthError> {
        pasted(text, pending, self.issuer.as_deref(), &self.client.auth_uri)
    }

    fn check_pending(&self, pending: &PendingAuthorization) -> Result<(), AuthError> {
        let message = if pending.version != VERSION {
            "the pending authorization was made by another version of this program"
        } else if pending.client_id != self.client.client_id {
            "the pending authorization belongs to another client"
        } else {
            return Ok(());
        };
        Err(AuthError::new(AuthErrorKind::Callback, message).with_hint("let the user start again"))
    }

    pub(crate) async fn exchange_code(
        &self,
        pending: &PendingAuthorization,
        code: &SecretString,
    ) -> Result<AuthorizedUser, AuthError> {
        let cx = self.outside_fetch();
        let request = exchange(&self.client, pending, code, cx.transport(), cx.clock());
        let mut info = cx
            .within(EXCHANGE, "the code could not be exchanged", request)
            .await?;
        if info.refresh_token.is_none()
            && let Some(previous) = &self.previous
        {
            previous.copy_refresh_token(&mut info);
        }
        let user = user(&self.client, info, self.transport.as_ref(), &self.clock);
        if self.require_scopes && !user.has_scopes(&pending.scopes) {
            let missing: Vec<_> = pending
                .scopes
                .iter()
                .filter(|scope| !user.has_scopes([scope]))
                .map(String::as_str)
                .collect();
            return Err(AuthError::new(
                AuthErrorKind::Denied,
                format!("the user did not grant {}", missing.join(" ")),
            ));
        }
        Ok(user)
    }

    /// Returns the context of its requests.
    pub(crate) fn outside_fetch(&self) -> FetchContext {
        let transport = self.transport.as_ref().unwrap_or(&self.fallback);
        FetchContext::outside(transport.clone(), self.clock.clone())
    }

    pub(crate) fn sleep(
        &self,
        duration: std::time::Duration,
    ) -> gapi_transport::BoxFuture<'static, ()> {
        self.clock.sleep(duration)
    }

    /// Returns the settings for another flow of the same client.
    pub(crate) fn parts(&self) -> FlowParts<'_> {
        FlowParts {
            client: &self.client,
            scopes: &self.scopes,
            own_transport: self.transport.as_ref(),
            clock: &self.clock,
        }
    }
}

/// See [`Flow::parts`].
pub(crate) struct FlowParts<'a> {
    pub(crate) client: &'a ClientSecrets,
    pub(crate) scopes: &'a [String],
    /// The transport of the flow, if set.
    pub(crate) own_transport: Option<&'a Arc<dyn Transport>>,
    pub(crate) clock: &'a Arc<dyn Clock>,
}

/// Shows no secret.
impl fmt::Debug for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.parameters.iter().map(|(name, _)| name).collect();
        f.debug_struct("Flow")
            .field("client", &self.client)
            .field("scopes", &self.scopes)
            .field("redirect_uri", &self.redirect_uri)
            .field("parameters", &names)
            .finish_non_exhaustive()
    }
}

/// Refuses a redirect URI that is neither https, nor on this machine, nor the reverse domain name of an app (RFC 8252, section 7.1), nor out of band.
fn check_redirect(uri: &str) -> Result<(), AuthError> {
    if OUT_OF_BAND.contains(&uri) {
        return Ok(());
    }
    let scheme = uri.split_once(':').map_or("", |(scheme, _)| scheme);
    let is_app = scheme.contains('.')
        && scheme
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+'));
    if uri.contains('#') {
        return Err(AuthError::new(
            AuthErrorKind::Config,
            "the redirect URI has a fragment",
        ));
    }
    if is_app {
        return Ok(());
    }
    check_endpoint("the redirect URI", uri)
}
