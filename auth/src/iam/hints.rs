//! What to do when the API refuses.

use super::Call;
use crate::AuthError;

/// Adds the way out to a refusal, where one is known.
pub(super) fn add(error: AuthError, call: &Call<'_>) -> AuthError {
    match hint(&error, call) {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

fn hint(error: &AuthError, call: &Call<'_>) -> Option<String> {
    let said = error.oauth_description().unwrap_or_default();
    let target = &call.account.email;
    Some(match error.oauth_error()? {
        "PERMISSION_DENIED" if said.contains("has not been used") || said.contains("disabled") => {
            String::from(
                "enable the API iamcredentials.googleapis.com in the project of the credentials that impersonate",
            )
        }
        "PERMISSION_DENIED" if said.contains("insufficient authentication scopes") => format!(
            "the credentials that impersonate need the scope {} or https://www.googleapis.com/auth/cloud-platform",
            super::SCOPE
        ),
        "PERMISSION_DENIED" => format!(
            "grant the role roles/iam.serviceAccountTokenCreator on {target} to those who impersonate it: {}; where there are delegates, \
             each of them needs it on the next one",
            call.source.describe()
        ),
        "NOT_FOUND" => {
            format!("the service account {target} does not exist, or its address is misspelt")
        }
        "INVALID_ARGUMENT" if said.to_ascii_lowercase().contains("lifetime") => String::from(
            "lifetimes above one hour need the organization policy constraints/iam.allowServiceAccountCredentialLifetimeExtension",
        ),
        "UNAUTHENTICATED" => format!(
            "the token of those who impersonate was refused: {}",
            call.source.describe()
        ),
        _ => return None,
    })
}
