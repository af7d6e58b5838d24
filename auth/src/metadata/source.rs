//! Tokens of the metadata server.

use std::{fmt, sync::Arc};

use gapi_transport::{BoxFuture, Transport};
use percent_encoding::{AsciiSet, utf8_percent_encode};

use super::server::{ATTEMPTS, Server};
use crate::{
    AuthError, AuthErrorKind, FetchContext, IdTokenSource, Token, TokenSource,
    oauth::{RESERVED, read},
};

/// The name of the machine's default account.
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

    /// Returns a path below the path of the account.
    pub(super) fn path(&self, rest: &str) -> String {
        // A segment of a path may contain `@`.
        const SEGMENT: &AsciiSet = &RESERVED.remove(b'@');
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
            path.extend(utf8_percent_encode(&scopes, RESERVED));
        }
        let asked_at = cx.clock().now();
        let response = self
            .server
            .ask(&path, "auth-request-type/at cred-type/mds")
            .await?
            .ok_or_else(|| self.no_account())?;
        let now = cx.clock().now();
        // Errors do not show the body, because it may contain a token in another form.
        let token =
            read(response.status, &response.headers, &response.body, now).map_err(|_| {
                AuthError::new(
                    AuthErrorKind::Http,
                    format!(
                        "the metadata server responded with {} bytes without an access token",
                        response.body.len()
                    ),
                )
                .with_status(response.status)
                .with_transient(true)
            })?;
        Ok(token.into_token(asked_at))
    }

    async fn id_token(&self, audience: &str) -> Result<Token, AuthError> {
        let audience = utf8_percent_encode(audience, RESERVED);
        let mut path = self.path(&format!("identity?audience={audience}"));
        if self.full_id_tokens {
            path.push_str("&format=full");
        }
        if self.licenses {
            path.push_str("&licenses=TRUE");
        }
        let response = self
            .server
            .ask(&path, "auth-request-type/it cred-type/mds")
            .await?
            .ok_or_else(|| self.no_account())?;
        let jwt = std::str::from_utf8(&response.body).unwrap_or_default();
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
