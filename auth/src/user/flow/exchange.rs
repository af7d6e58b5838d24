//! Exchanging a code for tokens (RFC 6749, section 4.1.3).

use std::{sync::Arc, time::Duration};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use gapi_transport::{Clock, Transport, TransportError, TransportErrorKind};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{client::ClientSecrets, pending::PendingAuthorization};
use crate::{
    AuthError, AuthErrorKind, AuthorizedUser,
    oauth::{TokenResponse, post_form},
    user::authorized_user::UserInfo,
};

/// The number of attempts if the server accepts no connection.
const ATTEMPTS: u32 = 3;
/// The lifetime of a token without `expires_in`. If it is shorter, one call fails with 401.
const LIFETIME: Duration = Duration::from_secs(3600);

/// Exchanges `code` for the user's credentials.
pub(crate) async fn exchange(
    client: &ClientSecrets,
    pending: &PendingAuthorization,
    code: &SecretString,
    transport: &Arc<dyn Transport>,
    clock: &Arc<dyn Clock>,
) -> Result<UserInfo, AuthError> {
    let mut fields = vec![
        ("grant_type", "authorization_code"),
        ("code", code.expose_secret()),
        ("redirect_uri", &pending.redirect_uri),
        ("client_id", &client.client_id),
    ];
    if let Some(secret) = &client.client_secret {
        fields.push(("client_secret", secret.expose_secret()));
    }
    if let Some(verifier) = &pending.code_verifier {
        fields.push(("code_verifier", verifier.expose_secret()));
    }
    let response = send(client, &fields, transport, clock).await?;
    let info = granted(client, response, &pending.scopes, &**clock);
    if let Some(nonce) = &pending.nonce
        && let Some(claims) = info.id_token.as_ref().and_then(claims)
        && claims["nonce"] != nonce.as_str()
    {
        return Err(AuthError::new(
            AuthErrorKind::Callback,
            "the ID token belongs to another authorization: its `nonce` is another one",
        ));
    }
    Ok(info)
}

/// Sends the code. It can be sent only once, so only requests that did not arrive are sent again.
async fn send(
    client: &ClientSecrets,
    fields: &[(&str, &str)],
    transport: &Arc<dyn Transport>,
    clock: &Arc<dyn Clock>,
) -> Result<TokenResponse, AuthError> {
    let mut attempt = 1;
    loop {
        let error = match post_form(&client.token_uri, fields, None, transport, clock).await {
            Ok(response) => return Ok(response),
            Err(error) => error,
        };
        let never_arrived = std::error::Error::source(&error)
            .and_then(|cause| cause.downcast_ref::<TransportError>())
            .is_some_and(|cause| {
                use TransportErrorKind::{Connect, NoRoom, Unprocessed};
                matches!(cause.kind(), Connect | NoRoom | Unprocessed)
            });
        if !never_arrived || attempt == ATTEMPTS {
            return Err(hint(error, client));
        }
        clock.sleep(Duration::from_secs(1) * attempt).await;
        attempt += 1;
    }
}

fn hint(error: AuthError, client: &ClientSecrets) -> AuthError {
    match error.oauth_error() {
        Some("invalid_grant") => error.with_hint(
            "a code works once, for some minutes, for the client and redirect URI that it was made for: let the user start again",
        ),
        Some("invalid_client" | "unauthorized_client") => {
            let hint = format!(
                "check the client {} and its secret, and that the client is of the right type",
                client.client_id
            );
            error.with_hint(hint)
        }
        Some("redirect_uri_mismatch") => {
            error.with_hint("the redirect URI has to be the one of the authorization URL")
        }
        _ => error,
    }
}

/// Returns the grant of a response.
pub(crate) fn granted(
    client: &ClientSecrets,
    response: TokenResponse,
    asked: &[String],
    clock: &dyn Clock,
) -> UserInfo {
    // Without `scope` the requested scopes were granted (RFC 6749, section 5.1).
    let scopes = response.scopes.unwrap_or_else(|| asked.to_vec());
    let account = response
        .id_token
        .as_ref()
        .and_then(claims)
        .and_then(|claims| {
            let name = claims["email"].as_str().or(claims["sub"].as_str());
            name.map(str::to_owned)
        });
    UserInfo {
        client_id: client.client_id.clone(),
        client_secret: client.client_secret.clone(),
        refresh_token: response.refresh_token,
        token: Some(response.access_token),
        expiry: clock
            .now()
            .checked_add(response.expires_in.unwrap_or(LIFETIME)),
        id_token: response.id_token,
        granted_scopes: Some(scopes.clone()),
        scopes,
        token_uri: Some(client.token_uri.clone()),
        revoke_uri: client.revoke_uri.clone(),
        account,
        ..UserInfo::default()
    }
}

/// Returns the credentials of a grant.
pub(crate) fn user(
    client: &ClientSecrets,
    info: UserInfo,
    transport: Option<&Arc<dyn Transport>>,
    clock: &Arc<dyn Clock>,
) -> AuthorizedUser {
    let user = AuthorizedUser::from_info(info, None)
        .token_uri(&client.token_uri)
        .clock(clock.clone());
    match transport {
        Some(transport) => user.transport(transport.clone()),
        None => user,
    }
}

/// Returns the claims of an ID token of the token endpoint. TLS authenticates it (OpenID Connect Core, section 3.1.3.7).
fn claims(token: &SecretString) -> Option<Value> {
    let claims = token.expose_secret().split('.').nth(1)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?).ok()
}
