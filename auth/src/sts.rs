//! Google's Security Token Service: token exchange (RFC 8693), and refresh tokens of workforce users.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use gapi_transport::{Body, Transport};
use http::{HeaderValue, Request, header};
use percent_encoding::{AsciiSet, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};
use serde_json::Value;

use crate::{
    AuthError, AuthErrorKind, FetchContext,
    oauth::{RESERVED, RESPONSE_LIMIT, TokenResponse, form_request, read},
};

const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// The type of an access token (RFC 8693, section 3).
pub(crate) const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// Characters that are encoded in the options, before the form encodes them once more.
const OPTIONS: &AsciiSet = &RESERVED.remove(b'/');

/// A client's ID and secret, sent in an `authorization: Basic` header (RFC 7617).
#[derive(Clone)]
pub(crate) struct ClientAuth {
    pub(crate) id: String,
    pub(crate) secret: SecretString,
}

impl ClientAuth {
    /// Returns the value of the header.
    fn basic(&self) -> Zeroizing<String> {
        let pair = Zeroizing::new(format!("{}:{}", self.id, self.secret.expose_secret()));
        let encoded = Zeroizing::new(STANDARD.encode(pair.as_bytes()));
        Zeroizing::new(format!("Basic {}", &*encoded))
    }
}

impl fmt::Debug for ClientAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientAuth")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A token exchange.
pub(crate) struct Exchange<'a> {
    pub(crate) token_url: &'a str,
    pub(crate) audience: Option<&'a str>,
    pub(crate) scopes: &'a [String],
    pub(crate) subject_token: &'a str,
    pub(crate) subject_token_type: &'a str,
    /// Google's extension of RFC 8693: a JSON object.
    pub(crate) options: Option<Value>,
    pub(crate) client: Option<&'a ClientAuth>,
    /// The `x-goog-api-client` header.
    pub(crate) metrics: Option<String>,
}

impl Exchange<'_> {
    /// Sends the exchange over `transport`, which is the one of `cx` unless a client certificate is needed.
    pub(crate) async fn send(
        &self,
        transport: &dyn Transport,
        cx: &FetchContext,
    ) -> Result<TokenResponse, AuthError> {
        let scope = self.scopes.join(" ");
        // Google's clients encode the options twice, as their servers expect.
        let options = self
            .options
            .as_ref()
            .map(|options| utf8_percent_encode(&options.to_string(), OPTIONS).to_string());
        let mut fields = vec![("grant_type", GRANT)];
        let optional = [
            ("audience", self.audience),
            ("scope", Some(scope.as_str())),
            ("requested_token_type", Some(ACCESS_TOKEN)),
            ("subject_token", Some(self.subject_token)),
            ("subject_token_type", Some(self.subject_token_type)),
            ("options", options.as_deref()),
        ];
        fields.extend(
            optional
                .into_iter()
                .filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?))),
        );
        let request = request(
            self.token_url,
            &fields,
            self.client,
            self.metrics.as_deref(),
        )?;
        ask(request, transport, cx).await
    }
}

/// Sends a refresh token, with the client in a header.
pub(crate) async fn refresh(
    token_url: &str,
    refresh_token: &SecretString,
    client: Option<&ClientAuth>,
    cx: &FetchContext,
) -> Result<TokenResponse, AuthError> {
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", refresh_token.expose_secret()),
    ];
    let request = request(token_url, &fields, client, None)?;
    ask(request, &**cx.transport(), cx).await
}

async fn ask(
    request: Request<Body>,
    transport: &dyn Transport,
    cx: &FetchContext,
) -> Result<TokenResponse, AuthError> {
    let (head, body) = transport.send(request).await?.into_parts();
    let body = body.collect(RESPONSE_LIMIT).await?;
    read(head.status, &head.headers, &body, cx.clock().now()).map_err(|refusal| refusal.error)
}

/// Returns a request to the Security Token Service with a form.
pub(crate) fn request(
    url: &str,
    fields: &[(&str, &str)],
    client: Option<&ClientAuth>,
    metrics: Option<&str>,
) -> Result<Request<Body>, AuthError> {
    let mut request = form_request(url, fields, metrics)?;
    if let Some(client) = client {
        let mut value = HeaderValue::from_str(&client.basic()).map_err(|_| {
            AuthError::new(
                AuthErrorKind::Config,
                "the client's ID and secret cannot be sent",
            )
        })?;
        value.set_sensitive(true);
        request.headers_mut().insert(header::AUTHORIZATION, value);
    }
    Ok(request)
}
