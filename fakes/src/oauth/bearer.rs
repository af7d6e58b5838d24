//! What API servers ask of a request's token.

use std::time::SystemTime;

use serde_json::json;

use super::{assertion::Assertion, endpoint::TokenEndpoint};
use crate::{Request, discovery::Call, lock::lock, rpc::RpcError};

/// The API method that a token is shown to.
#[derive(Clone, Copy, Debug)]
pub struct Audience<'a> {
    /// The API's host, such as `sqladmin.googleapis.com`.
    pub service: &'a str,
    /// The method's id, such as `sql.instances.list`.
    pub method: &'a str,
    /// The scopes of which the token needs one.
    pub scopes: &'a [String],
}

impl TokenEndpoint {
    /// [Checks](Self::check) a request for a method of the document of `service`.
    ///
    /// # Errors
    /// As for [`check`](Self::check).
    pub fn check_call(
        &self,
        request: &Request,
        service: &str,
        call: &Call<'_>,
    ) -> Result<String, RpcError> {
        let audience = Audience {
            service,
            method: &call.method.id,
            scopes: &call.method.scopes,
        };
        self.check(request, audience)
    }

    /// Checks the `Authorization` header and returns who calls: the subject if there is one, else the account.
    /// Tokens of this endpoint and self-signed JWTs of its accounts are accepted.
    ///
    /// # Errors
    /// The 401 or 403 that Google's front end gives.
    pub fn check(&self, request: &Request, audience: Audience<'_>) -> Result<String, RpcError> {
        let Some(token) = request.bearer() else {
            return Err(missing(request, audience));
        };
        let state = lock(&self.state);
        let now = state.now();
        let (caller, scopes) = if token.matches('.').count() == 2 && !token.starts_with("ya29.") {
            let jwt = Assertion::verify(token, &state.accounts, now)
                .map_err(|_| unauthenticated(audience))?;
            let scopes = self_signed_scopes(&jwt, request, audience)?;
            (jwt.issuer, scopes)
        } else {
            let grant = state
                .tokens
                .get(token)
                .filter(|grant| is_live(grant.expires, grant.revoked, now))
                .ok_or_else(|| unauthenticated(audience))?;
            let caller = grant
                .subject
                .clone()
                .unwrap_or_else(|| grant.account.clone());
            (caller, grant.scopes.clone())
        };
        if scopes.iter().any(|scope| audience.scopes.contains(scope)) {
            Ok(caller)
        } else {
            Err(insufficient(audience))
        }
    }
}

fn is_live(expires: SystemTime, revoked: bool, now: SystemTime) -> bool {
    !revoked && now < expires
}

/// By AIP-4111 a self-signed JWT carries scopes, or an audience that means all scopes of one service.
fn self_signed_scopes(
    jwt: &Assertion,
    request: &Request,
    audience: Audience<'_>,
) -> Result<Vec<String>, RpcError> {
    if jwt.text("sub") != Some(&jwt.issuer) {
        return Err(unauthenticated(audience));
    }
    let host = request.header("host").unwrap_or_default();
    match jwt.text("aud") {
        None => Ok(jwt.scopes()),
        Some(aud)
            if aud == format!("https://{}/", audience.service)
                || aud == format!("http://{host}/") =>
        {
            Ok(audience.scopes.to_vec())
        }
        Some(_) => Err(unauthenticated(audience)),
    }
}

fn unauthenticated(audience: Audience<'_>) -> RpcError {
    RpcError::new(
        401,
        "UNAUTHENTICATED",
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid \
         authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.",
    )
    .error("global", "authError")
    .info(
        "ACCESS_TOKEN_EXPIRED",
        json!({"service": audience.service, "method": audience.method}),
    )
    .header(
        "www-authenticate",
        "Bearer realm=\"https://accounts.google.com/\", error=\"invalid_token\"",
    )
}

fn missing(request: &Request, audience: Audience<'_>) -> RpcError {
    let has_key = request.header("x-goog-api-key").is_some()
        || request.query_pairs().iter().any(|(name, _)| name == "key");
    let message = if has_key {
        "API keys are not supported by this API. Expected OAuth2 access token or other authentication credentials that assert a principal. \
         See https://cloud.google.com/docs/authentication"
    } else {
        "Request is missing required authentication credential. Expected OAuth 2 access token, login cookie or other valid authentication \
         credential. See https://developers.google.com/identity/sign-in/web/devconsole-project."
    };
    RpcError::new(401, "UNAUTHENTICATED", message)
        .error("global", "required")
        .info(
            "CREDENTIALS_MISSING",
            json!({"service": audience.service, "method": audience.method}),
        )
        .header(
            "www-authenticate",
            "Bearer realm=\"https://accounts.google.com/\"",
        )
}

fn insufficient(audience: Audience<'_>) -> RpcError {
    RpcError::new(
        403,
        "PERMISSION_DENIED",
        "Request had insufficient authentication scopes.",
    )
    .error("global", "insufficientPermissions")
    .info(
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
        json!({"service": audience.service, "method": audience.method}),
    )
    .header(
        "www-authenticate",
        format!(
            "Bearer realm=\"https://accounts.google.com/\", error=\"insufficient_scope\", scope=\"{}\"",
            audience.scopes.join(" ")
        ),
    )
}
