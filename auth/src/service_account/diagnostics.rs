//! Hints for refusals of a token endpoint.

use super::identity::Identity;
use crate::{
    AuthError,
    assertion::{delegation_hint, subject_hint},
};

/// Adds a hint to a refusal if a remedy is known. `skew` is the server's clock minus this machine's, in seconds.
pub(super) fn diagnose(
    error: AuthError,
    identity: &Identity,
    subject: Option<&str>,
    scopes: &[String],
    skew: Option<i64>,
) -> AuthError {
    match hint(&error, identity, subject, scopes, skew) {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

fn hint(
    error: &AuthError,
    identity: &Identity,
    subject: Option<&str>,
    scopes: &[String],
    skew: Option<i64>,
) -> Option<String> {
    let description = error
        .oauth_description()
        .unwrap_or_default()
        .to_ascii_lowercase();
    Some(match (error.oauth_error()?, subject) {
        ("invalid_grant", _) if skew.is_some() => {
            let skew = skew?;
            let side = if skew < 0 { "ahead of" } else { "behind" };
            format!(
                "this machine's clock is {} s {side} the token endpoint's: set it",
                skew.unsigned_abs()
            )
        }
        ("unauthorized_client" | "access_denied", Some(subject)) => {
            let client = match &identity.client_id {
                Some(id) => format!("the client ID {id}"),
                None => format!(
                    "the unique ID of {} (the key file does not hold it)",
                    identity.email
                ),
            };
            delegation_hint(subject, &client, scopes)
        }
        ("invalid_grant", Some(subject))
            if description.contains("email") || description.contains("user id") =>
        {
            subject_hint(subject)
        }
        ("invalid_grant", _) if description.contains("signature") => format!(
            "the key {}is not a key of {} any more: it was deleted or disabled, or belongs to another account",
            identity
                .signing
                .key_id()
                .map_or_else(String::new, |id| format!("{id} ")),
            identity.email
        ),
        ("invalid_grant", _) if description.contains("account not found") => {
            format!(
                "{} does not exist any more, or the address is misspelt",
                identity.email
            )
        }
        ("invalid_grant", _)
            if description.contains("short-lived") || description.contains("timeframe") =>
        {
            String::from("check this machine's clock")
        }
        ("invalid_scope", _) => format!("check the spelling of the scopes: {}", scopes.join(" ")),
        ("disabled_client" | "account_disabled", _) => {
            format!("enable {} in the Cloud console", identity.email)
        }
        _ => return None,
    })
}
