//! Subject tokens from a server.

use std::{borrow::Cow, collections::BTreeMap};

use gapi_transport::Body;
use http::{HeaderName, HeaderValue, Method, Request, StatusCode};
use secrecy::{ExposeSecret, SecretString};

use super::{format::Format, settings::Settings};
use crate::{
    AuthError, AuthErrorKind, FetchContext,
    oauth::{RESPONSE_LIMIT, refuse},
    reach::{Named, Purpose},
};

const WHO: &str = "the server of the subject token";

/// A server that gives a subject token.
#[derive(Clone)]
pub(super) struct TokenUrl {
    pub(super) url: Named,
    pub(super) headers: BTreeMap<String, SecretString>,
    pub(super) format: Format,
}

impl TokenUrl {
    pub(super) fn check(&self, settings: &Settings) -> Result<(), AuthError> {
        self.url(settings).map(drop)
    }

    fn url(&self, settings: &Settings) -> Result<Cow<'_, str>, AuthError> {
        settings.url(Purpose::Subject, "the URL of the subject token", &self.url)
    }

    /// Asks for a token.
    pub(super) async fn get(
        &self,
        settings: &Settings,
        cx: &FetchContext,
    ) -> Result<SecretString, AuthError> {
        let url = self.url(settings)?;
        let transport = settings.transport_to(&url, cx);
        let _step = cx.waits(format!("{WHO} gave none"));
        let unreachable = |error| AuthError::unreachable(WHO, error);
        let (head, body) = transport
            .send(self.request(&url)?)
            .await
            .map_err(unreachable)?
            .into_parts();
        let body = body.collect(RESPONSE_LIMIT).await.map_err(unreachable)?;
        if head.status != StatusCode::OK {
            return Err(refuse(
                WHO,
                head.status,
                &head.headers,
                &body,
                cx.clock().now(),
            ));
        }
        let text = std::str::from_utf8(&body)
            .map_err(|_| AuthError::new(AuthErrorKind::Http, format!("{WHO} gave no text")))?;
        self.format.token(WHO, text)
    }

    fn request(&self, url: &str) -> Result<Request<Body>, AuthError> {
        let config = |message: &str| AuthError::new(AuthErrorKind::Config, message);
        let mut request = Request::builder()
            .method(Method::GET)
            .uri(url)
            .body(Body::empty())
            .map_err(|error| {
                config("the URL of the subject token cannot be used").with_source(error)
            })?;
        for (name, value) in &self.headers {
            let (Ok(name), Ok(mut value)) = (
                HeaderName::from_bytes(name.as_bytes()),
                HeaderValue::from_str(value.expose_secret()),
            ) else {
                return Err(config(
                    "a header for the subject token's server cannot be sent",
                ));
            };
            value.set_sensitive(true);
            request.headers_mut().insert(name, value);
        }
        Ok(request)
    }
}

impl std::fmt::Debug for TokenUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The headers may hold a secret, as those of GitHub Actions do.
        f.debug_struct("TokenUrl")
            .field("url", &self.url)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("format", &self.format)
            .finish()
    }
}
