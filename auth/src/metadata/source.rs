//! What the metadata server does when a token is needed.

use std::{fmt, sync::Arc};

use gapi_transport::{BoxFuture, Transport};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::server::{ATTEMPTS, Server};
use crate::{
    AuthError, AuthErrorKind, FetchContext, IdTokenSource, Token, TokenSource, oauth::read,
};

const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The account that a machine has unless another one is named.
const DEFAULT_ACCOUNT: &str = "default";

/// A machine's identity and settings.
#[derive(Clone)]
pub(super) struct Source {
    pub(super) server: Server,
    pub(super) account: Option<String>,
    pub(super) scopes: Vec<String>,
    pub(super) quota_project: Option<String>,
    pub(super) universe_domain: Option<String>,
    pub(super) full_id_tokens: bool,
    pub(super) licenses: bool,
    pub(super) api_transport: Option<Arc<dyn Transport>>,
}

impl Source {
    pub(super) fn new(server: Server) -> Self {
        Self {
            server,
            account: None,
            scopes: Vec::new(),
            quota_project: None,
            universe_domain: None,
            full_id_tokens: true,
            licenses: false,
            api_transport: None,
        }
    }

    /// A path below the account's.
    pub(super) fn path(&self, rest: &str) -> String {
        // An address is a segment of the path: `@` may stand there.
        const SEGMENT: &AsciiSet = &ENCODED.remove(b'@');
        let account = self.account.as_deref().unwrap_or(DEFAULT_ACCOUNT);
        let account = utf8_percent_encode(account, SEGMENT);
        format!("instance/service-accounts/{account}/{rest}")
    }

    pub(super) fn no_account(&self) -> AuthError {
        let error = |message: String| AuthError::new(AuthErrorKind::NotFound, message);
        match &self.account {
            None => error(String::from("this machine has no service account")).with_hint(
                "attach one to the machine, or give the program other credentials with GOOGLE_APPLICATION_CREDENTIALS",
            ),
            Some(account) => error(format!("this machine has no service account {account}"))
                .with_hint("leave the account out to use the machine's own"),
        }
        .with_status(http::StatusCode::NOT_FOUND)
    }

    async fn access_token(&self, cx: &FetchContext) -> Result<Token, AuthError> {
        let mut path = self.path("token");
        if !cx.scopes().is_empty() {
            let scopes = cx.scopes().join(",");
            path.push_str("?scopes=");
            path.extend(utf8_percent_encode(&scopes, ENCODED));
        }
        let asked_at = cx.clock().now();
        let answer = self
            .server
            .ask(&path, "auth-request-type/at cred-type/mds")
            .await?
            .ok_or_else(|| self.no_account())?;
        let now = cx.clock().now();
        // What is no token as it should be may still be one, so nothing of it is shown.
        let answer = read(answer.status, &answer.headers, &answer.body, now).map_err(|_| {
            AuthError::new(
                AuthErrorKind::Http,
                format!(
                    "the metadata server answered with {} bytes that hold no access token",
                    answer.body.len()
                ),
            )
            .with_status(answer.status)
            .with_transient(true)
        })?;
        let token = Token::new(answer.access_token);
        Ok(
            match answer
                .expires_in
                .and_then(|left| asked_at.checked_add(left))
            {
                Some(expiry) => token.expires_at(expiry),
                None => token,
            },
        )
    }

    async fn id_token(&self, audience: &str) -> Result<Token, AuthError> {
        let audience = utf8_percent_encode(audience, ENCODED);
        let mut path = self.path(&format!("identity?audience={audience}"));
        if self.full_id_tokens {
            path.push_str("&format=full");
        }
        if self.licenses {
            path.push_str("&licenses=TRUE");
        }
        let answer = self
            .server
            .ask(&path, "auth-request-type/it cred-type/mds")
            .await?
            .ok_or_else(|| self.no_account())?;
        let jwt = std::str::from_utf8(&answer.body).unwrap_or_default();
        Token::from_jwt(jwt.trim().to_owned())
    }
}

impl TokenSource for Source {
    fn fetch<'a>(&'a self, cx: &'a FetchContext) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(self.access_token(cx))
    }

    fn scopes(&self) -> Option<&[String]> {
        Some(&self.scopes)
    }

    fn attempts(&self) -> u32 {
        ATTEMPTS
    }

    fn quota_project(&self) -> Option<&str> {
        self.quota_project.as_deref()
    }

    fn describe(&self) -> String {
        let known = self.server.recall(&self.path("email"));
        match self.account.clone().or(known) {
            Some(account) => format!("service account {account} of the metadata server"),
            None => String::from("service account of the metadata server"),
        }
    }

    fn metrics(&self) -> Option<&'static str> {
        Some("cred-type/mds")
    }
}

impl IdTokenSource for Source {
    fn fetch_id_token<'a>(
        &'a self,
        audience: &'a str,
        _: &'a FetchContext,
    ) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(self.id_token(audience))
    }

    fn describe(&self) -> String {
        TokenSource::describe(self)
    }

    fn metrics(&self) -> Option<&'static str> {
        TokenSource::metrics(self)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MetadataServer")
            .field("server", &self.server)
            .field("account", &self.account)
            .field("scopes", &self.scopes)
            .field("quota_project", &self.quota_project)
            .field("universe_domain", &self.universe_domain)
            .finish_non_exhaustive()
    }
}

/// For [`Credentials::id_tokens`](crate::Credentials::id_tokens).
pub(super) fn id_tokens(source: &Source) -> Arc<dyn IdTokenSource> {
    Arc::new(source.clone())
}
