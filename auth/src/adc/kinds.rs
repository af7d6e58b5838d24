//! Making the credentials of a file, by its type.

use std::sync::Arc;

use super::{
    SearchSettings,
    file::{CredentialFile, TYPES},
};
use crate::{AuthError, AuthErrorKind, Credentials, reach::Reach};

/// Makes credentials of a file. They have access to what `Reach` allows, and to nothing else.
type Make = fn(&CredentialFile, &SearchSettings, &Reach) -> Result<Arc<dyn Credentials>, AuthError>;

/// Returns what makes credentials of a file of this type, if its feature is on.
fn make(kind: &str) -> Option<Make> {
    match kind {
        #[cfg(feature = "authorized-user")]
        "authorized_user" => Some(authorized_user),
        #[cfg(feature = "service-account")]
        "service_account" => Some(service_account),
        #[cfg(feature = "external-account")]
        "external_account" => Some(external_account),
        #[cfg(feature = "external-account")]
        "external_account_authorized_user" => Some(workforce_user),
        #[cfg(feature = "impersonation")]
        "impersonated_service_account" => Some(impersonated),
        #[cfg(feature = "gdch")]
        "gdch_service_account" => Some(gdch_service_account),
        _ => None,
    }
}

/// Makes credentials of a file. `origin` names it in errors.
pub(super) fn credentials(
    file: &CredentialFile,
    settings: &SearchSettings,
    origin: &str,
) -> Result<Arc<dyn Credentials>, AuthError> {
    let Some((kind, feature)) = TYPES.iter().find(|(kind, _)| *kind == file.kind) else {
        return Err(file.unsupported(origin));
    };
    let Some(make) = make(kind) else {
        return Err(AuthError::new(
            AuthErrorKind::Unsupported,
            format!("{origin}: the field `type` is `{kind}`, which this program was built without"),
        )
        .with_hint(format!("turn on the feature `{feature}` of gapi-auth")));
    };
    make(file, settings, &settings.reach())
        .map_err(|error| error.with_credential(|| origin.to_owned()))
}

#[cfg(any(
    feature = "service-account",
    feature = "authorized-user",
    feature = "impersonation"
))]
/// Applies settings, which have the same names on all credentials.
macro_rules! with {
    ($credentials:expr, $settings:ident: $($setting:ident)*) => {{
        let mut credentials = $credentials;
        $(credentials = with!(@$setting credentials, $settings);)*
        credentials
    }};
    (@scopes $c:ident, $s:ident) => {
        if $s.scopes.is_empty() { $c } else { $c.scopes($s.scopes.iter().cloned()) }
    };
    (@subject $c:ident, $s:ident) => {
        match &$s.subject { Some(subject) => $c.subject(subject), None => $c }
    };
    (@quota_project $c:ident, $s:ident) => {
        match $s.quota_project() { Some(project) => $c.quota_project(project), None => $c }
    };
    (@transport $c:ident, $s:ident) => {
        match &$s.transport { Some(transport) => $c.transport(transport.clone()), None => $c }
    };
    (@audience $c:ident, $s:ident) => {
        match &$s.gdch_audience { Some(audience) => $c.audience(audience), None => $c }
    };
    (@retry $c:ident, $s:ident) => {
        match &$s.retry { Some(policy) => $c.retry(policy.clone()), None => $c }
    };
    (@clock $c:ident, $s:ident) => {
        match &$s.clock { Some(clock) => $c.clock(clock.clone()), None => $c }
    };
}

/// The scopes of a user are those that the user granted, so the settings do not change them.
#[cfg(feature = "authorized-user")]
fn authorized_user(
    file: &CredentialFile,
    settings: &SearchSettings,
    reach: &Reach,
) -> Result<Arc<dyn Credentials>, AuthError> {
    let known = crate::AuthorizedUser::read("authorized user", &file.text, reach)?;
    user(known, settings)
}

#[cfg(feature = "authorized-user")]
pub(super) fn user(
    user: crate::AuthorizedUser,
    settings: &SearchSettings,
) -> Result<Arc<dyn Credentials>, AuthError> {
    no_subject(settings, "a user's credentials")?;
    Ok(Arc::new(
        with!(user, settings: quota_project transport clock retry),
    ))
}

#[cfg(feature = "service-account")]
fn service_account(
    file: &CredentialFile,
    settings: &SearchSettings,
    reach: &Reach,
) -> Result<Arc<dyn Credentials>, AuthError> {
    let name = "service account key";
    // A file of the machine may be replaced while the program runs.
    let account = if settings.environment.is_machines_file(&file.path) {
        crate::ServiceAccount::watching(&file.path, name, reach)?
    } else {
        crate::ServiceAccount::read(name, &file.text, reach)?
    };
    Ok(Arc::new(
        with!(account, settings: scopes subject quota_project),
    ))
}

#[cfg(feature = "external-account")]
fn external_account(
    file: &CredentialFile,
    settings: &SearchSettings,
    reach: &Reach,
) -> Result<Arc<dyn Credentials>, AuthError> {
    no_subject(settings, "a federated identity")?;
    let account = crate::ExternalAccount::read("external account", &file.text, reach)?;
    Ok(Arc::new(with!(account, settings: scopes quota_project)))
}

/// The scopes of a user of a workforce pool are those that the user granted, too.
#[cfg(feature = "external-account")]
fn workforce_user(
    file: &CredentialFile,
    settings: &SearchSettings,
    reach: &Reach,
) -> Result<Arc<dyn Credentials>, AuthError> {
    no_subject(settings, "a workforce user")?;
    let user = crate::ExternalAccountAuthorizedUser::read("workforce user", &file.text, reach)?;
    Ok(Arc::new(with!(user, settings: quota_project)))
}

#[cfg(feature = "impersonation")]
fn impersonated(
    file: &CredentialFile,
    settings: &SearchSettings,
    reach: &Reach,
) -> Result<Arc<dyn Credentials>, AuthError> {
    let account = crate::Impersonated::read("impersonated service account", &file.text, reach)?;
    Ok(Arc::new(
        with!(account, settings: scopes subject quota_project),
    ))
}

#[cfg(feature = "gdch")]
fn gdch_service_account(
    file: &CredentialFile,
    settings: &SearchSettings,
    reach: &Reach,
) -> Result<Arc<dyn Credentials>, AuthError> {
    no_subject(settings, "a service identity of Google Distributed Cloud")?;
    let account = crate::GdchServiceAccount::read("service identity", &file.text, reach)?;
    Ok(Arc::new(with!(account, settings: audience)))
}

#[cfg_attr(
    not(feature = "default"),
    allow(dead_code, reason = "kinds of credentials that use it may be off")
)]
fn no_subject(settings: &SearchSettings, what: &str) -> Result<(), AuthError> {
    if settings.subject.is_none() {
        return Ok(());
    }
    Err(AuthError::new(
        AuthErrorKind::Config,
        format!("a subject is set, but {what} cannot act for another user"),
    )
    .with_hint("use a service account that has domain-wide delegation, or impersonate one"))
}
