//! What to do when an exchange is refused.

use super::settings::Settings;
use crate::AuthError;

/// Adds the way out to a refusal of the Security Token Service, where one is known.
pub(super) fn add(error: AuthError, settings: &Settings) -> AuthError {
    let audience = &settings.audience;
    let said = error
        .oauth_description()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let hint = match error.oauth_error() {
        Some("invalid_target") => {
            format!("check that the provider exists and is enabled: {audience}")
        }
        Some("invalid_grant") if said.contains("stale") || said.contains("expired") => {
            String::from(
                "the subject token has expired; whatever writes it does not keep it fresh, or this machine's clock is wrong",
            )
        }
        Some("invalid_grant") if said.contains("audience") => format!(
            "the subject token was made for another audience; the provider accepts https:{audience} unless it is configured for others"
        ),
        Some("invalid_grant" | "unauthorized_client") if said.contains("attribute condition") => {
            format!("the provider's attribute condition refuses this identity: {audience}")
        }
        Some("invalid_grant") => String::from(
            "the subject token is refused; compare its issuer, audience and claims with the provider's configuration",
        ),
        Some("invalid_client") => String::from("check the client's ID and secret"),
        _ => return error,
    };
    error.with_hint(hint)
}

/// Adds the way out to a refusal of impersonation.
pub(super) fn impersonation(error: AuthError, settings: &Settings) -> AuthError {
    let Some("PERMISSION_DENIED") = error.oauth_error() else {
        return error;
    };
    let email = settings.service_account_email().unwrap_or_default();
    let pool = settings
        .audience
        .split("/providers/")
        .next()
        .unwrap_or_default();
    error.with_hint(format!(
        "grant the role roles/iam.workloadIdentityUser on {email} to the federated identity, a principal or principalSet of {pool}, \
         and enable the API iamcredentials.googleapis.com"
    ))
}
