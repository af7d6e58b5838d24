//! What to do when a token endpoint refuses a service account.

use super::source::Source;
use crate::AuthError;

/// Adds the way out to a refusal, where one is known. `skew` is the server's clock minus ours, in seconds.
pub(super) fn add(
    error: AuthError,
    source: &Source,
    scopes: &[String],
    skew: Option<i64>,
) -> AuthError {
    match hint(&error, source, scopes, skew) {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

fn hint(
    error: &AuthError,
    source: &Source,
    scopes: &[String],
    skew: Option<i64>,
) -> Option<String> {
    let description = error
        .oauth_description()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let identity = &source.identity;
    Some(match (error.oauth_error()?, &source.subject) {
        ("invalid_grant", _) if skew.is_some() => {
            let skew = skew?;
            let side = if skew < 0 { "ahead of" } else { "behind" };
            format!(
                "this machine's clock is {} s {side} the token endpoint's: set it",
                skew.unsigned_abs()
            )
        }
        ("unauthorized_client" | "access_denied", Some(subject)) => {
            let domain = subject.rsplit('@').next().unwrap_or(subject);
            let client = match &identity.client_id {
                Some(id) => format!("the client ID {id}"),
                None => format!(
                    "the unique ID of {} (the key file does not hold it)",
                    identity.email
                ),
            };
            format!(
                "in the Admin console of {domain}, under Security > API controls > Domain-wide delegation, an administrator has to authorize {client} for exactly these scopes: {}",
                scopes.join(",")
            )
        }
        ("invalid_grant", Some(subject))
            if description.contains("email") || description.contains("user id") =>
        {
            format!(
                "{subject} has to be the primary address of an active user; aliases and groups do not work"
            )
        }
        ("invalid_grant", _) if description.contains("signature") => format!(
            "the key {}is not a key of {} any more: it was deleted or disabled, or belongs to another account",
            identity
                .signs
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
