//! ID tokens of the target.

use std::fmt;

use gapi_transport::BoxFuture;
use serde_json::json;

use super::source::Source;
use crate::{AuthError, FetchContext, IdTokenSource, Token, iam, oauth::metrics_header};

/// ID tokens of the target, which IAM makes. They have the claims `email` and `email_verified`.
pub(super) struct IdTokens(pub(super) Source);

impl IdTokens {
    async fn fetch(&self, audience: &str, cx: &FetchContext) -> Result<Token, AuthError> {
        let body = json!({"audience": audience, "includeEmail": true});
        let own = "auth-request-type/it cred-type/imp";
        let metrics = match self.0.source.metrics() {
            Some(source) => metrics_header(&format!("{own} {source}")),
            None => metrics_header(own),
        };
        let mut answer = self
            .0
            .call(
                "generateIdToken",
                body,
                Some(metrics),
                cx.transport(),
                cx.clock(),
            )
            .await?;
        Token::from_jwt(iam::text(&mut answer, "token")?)
    }
}

impl IdTokenSource for IdTokens {
    fn fetch_id_token<'a>(
        &'a self,
        audience: &'a str,
        cx: &'a FetchContext,
    ) -> BoxFuture<'a, Result<Token, AuthError>> {
        Box::pin(self.fetch(audience, cx))
    }

    fn describe(&self) -> String {
        crate::TokenSource::describe(&self.0)
    }

    fn metrics(&self) -> Option<&'static str> {
        Some("cred-type/imp")
    }
}

impl fmt::Debug for IdTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("IdTokens").field(&self.0).finish()
    }
}
