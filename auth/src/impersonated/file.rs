//! Files of type `impersonated_service_account`.

use std::sync::Arc;

use secrecy::ExposeSecret;

use super::source::Source;
use crate::{
    AuthError, AuthErrorKind,
    config::Fields,
    configured::Nested,
    iam::Account,
    reach::{Named, Reach},
};

/// A hint for files that cannot be read.
pub(super) const NEEDED: &str = "an impersonation file is needed, as `gcloud auth application-default login --impersonate-service-account` writes it";

/// Reads the text of a file that errors call `name`.
pub(super) fn read(name: &str, text: &str, reach: Reach) -> Result<Source, AuthError> {
    let mut fields = Fields::parse(name, text, NEEDED)?;
    fields.check_type("impersonated_service_account")?;
    let url = fields.required("service_account_impersonation_url")?;
    let account = Account::from_url(name, &url)?;
    let Some(source) = fields.object("source_credentials")? else {
        return Err(fields.error("the field `source_credentials` is missing"));
    };
    let nested = source_credentials(source, &reach)?;
    let mut impersonated = Source::new(nested.clone(), account.email, reach);
    impersonated.nested = Some(nested);
    impersonated.url = Some(Named::by_file(account.url));
    impersonated.delegates = fields.list("delegates")?;
    impersonated.scopes = fields.list("scopes")?;
    impersonated.quota_project = fields.text("quota_project_id")?;
    impersonated.universe_domain = fields.named("universe_domain")?;
    Ok(impersonated)
}

/// Reads the credentials that impersonate, which may be of several types. They reach what the outer file does.
#[cfg_attr(
    not(feature = "default"),
    allow(unused_variables, reason = "impersonation alone has no types for them")
)]
fn source_credentials(fields: Fields, reach: &Reach) -> Result<Arc<dyn Nested>, AuthError> {
    let name = fields.location().to_owned();
    let kind = fields.peek("type").unwrap_or_default().to_owned();
    let text = fields.to_text();
    let json = text.expose_secret();
    let within = |error: AuthError| error.within(&name);
    match kind.as_str() {
        #[cfg(feature = "service-account")]
        "service_account" => Ok(Arc::new(
            crate::ServiceAccount::read("service account key", json, reach).map_err(within)?,
        )),
        #[cfg(feature = "authorized-user")]
        "authorized_user" => Ok(Arc::new(
            crate::AuthorizedUser::read("authorized user", json, reach).map_err(within)?,
        )),
        #[cfg(feature = "external-account")]
        "external_account" => Ok(Arc::new(
            crate::ExternalAccount::read("external account", json, reach).map_err(within)?,
        )),
        #[cfg(feature = "external-account")]
        "external_account_authorized_user" => Ok(Arc::new(
            crate::ExternalAccountAuthorizedUser::read("workforce user", json, reach).map_err(within)?,
        )),
        "impersonated_service_account" => Err(AuthError::new(
            AuthErrorKind::Unsupported,
            format!("{name}: an impersonated service account impersonates another one"),
        )
        .with_hint("name the accounts in between as `delegates`")),
        "" => Err(fields.error("the field `type` is missing")),
        _ => Err(AuthError::new(
            AuthErrorKind::Unsupported,
            format!("{name}: credentials of this type cannot impersonate, or the feature for them is off"),
        )
        .with_hint("`authorized_user`, `service_account`, `external_account` and `external_account_authorized_user` can")),
    }
}
