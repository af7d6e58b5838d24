//! Revocation (RFC 7009).

use secrecy::ExposeSecret;

use super::source::Source;
use crate::{
    AuthError, AuthErrorKind, FetchContext,
    configured::Configured,
    oauth::{read, send_form},
};

/// Ends the grant at the server, then in the store, then in memory.
pub(super) async fn revoke(source: &Source, cx: &FetchContext) -> Result<(), AuthError> {
    let (uri, names_client) = source.endpoints.revocation(source.reach())?;
    let _alone = source.grant.exclusively(cx).await?;
    let info = source.info();
    // A refresh token takes its access tokens with it; without one, the access token is all there is.
    let (token, kind) = match (&info.refresh_token, &info.token) {
        (Some(token), _) => (Some(token), "refresh_token"),
        (None, token) => (token.as_ref(), "access_token"),
    };
    if let Some(token) = token {
        let mut fields = vec![("token", token.expose_secret())];
        if names_client {
            fields.push(("token_type_hint", kind));
            fields.push(("client_id", &info.client_id));
            if let Some(secret) = &info.client_secret {
                fields.push(("client_secret", secret.expose_secret()));
            }
        }
        let (head, body) = send_form(uri, &fields, None, cx.transport()).await?;
        if !head.status.is_success() {
            let error = match read(head.status, &head.headers, &body, cx.clock().now()) {
                Err(refusal) => refusal.error,
                Ok(_) => AuthError::new(AuthErrorKind::Http, "the revocation failed"),
            };
            // What is revoked, or was never valid, is as good as revoked.
            if error.oauth_error() != Some("invalid_token") {
                return Err(error);
            }
        }
    }
    if let Some((store, key)) = source.grant.store() {
        store.delete(key).await?;
    }
    source.grant.revoked();
    Ok(())
}
