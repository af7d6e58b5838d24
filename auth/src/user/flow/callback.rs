//! The callback of an authorization request, as a browser sends it.

use http::Uri;
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroize};

use super::pending::{PendingAuthorization, is_same};
use crate::{AuthError, AuthErrorKind};

/// The parameters of a callback.
#[derive(Default)]
struct CallbackParameters {
    code: Option<SecretString>,
    state: Option<SecretString>,
    iss: Option<String>,
    error: Option<String>,
    description: Option<String>,
}

/// Returns the code of a callback, if it belongs to `pending` and comes from `issuer`, or from the server of `auth_uri` if no issuer is known.
///
/// The error has the kind [`AuthErrorKind::Callback`] if it does not, and [`AuthErrorKind::Denied`] if the user denied access.
pub(crate) fn code(
    callback: &str,
    pending: &PendingAuthorization,
    issuer: Option<&str>,
    auth_uri: &str,
) -> Result<SecretString, AuthError> {
    let parameters = CallbackParameters::parse(callback)?;
    let Some(state) = &parameters.state else {
        return Err(stray("it has no `state`"));
    };
    if !is_same(state.expose_secret(), pending.state.expose_secret()) {
        return Err(stray("its `state` is another one")
            .with_hint("let the user start again, in one browser"));
    }
    if let Some(iss) = &parameters.iss
        && !is_issuer(iss, issuer, auth_uri)
    {
        return Err(stray("its issuer `iss` is another server"));
    }
    if let Some(error) = parameters.error {
        return Err(refused(error, parameters.description));
    }
    parameters
        .code
        .filter(|code| !code.expose_secret().is_empty())
        .ok_or_else(|| stray("it has neither `code` nor `error`"))
}

/// Returns the code that a user pasted: a whole callback URL, or the code alone, which has no state to check but is protected by the code verifier.
pub(crate) fn pasted(
    text: &str,
    pending: &PendingAuthorization,
    issuer: Option<&str>,
    auth_uri: &str,
) -> Result<SecretString, AuthError> {
    let text = text.trim();
    if text.contains("code=") || text.contains("error=") || text.contains("://") {
        return code(text, pending, issuer, auth_uri);
    }
    let code = percent_decode_str(text).decode_utf8_lossy();
    if code.is_empty() || code.contains(|c: char| c.is_whitespace() || "?&<>\"".contains(c)) {
        return Err(stray("it is neither a redirect URL nor a code"));
    }
    Ok(SecretString::from(code.into_owned()))
}

impl CallbackParameters {
    /// Reads a URL or its query alone, which is also the format of a posted form.
    fn parse(callback: &str) -> Result<Self, AuthError> {
        let query = callback
            .split_once('?')
            .map_or(callback, |(_, query)| query);
        let query = query.split_once('#').map_or(query, |(query, _)| query);
        let mut parameters = Self::default();
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let mut value = decode(value);
            let is_new = match decode(name).as_str() {
                "code" => set(&mut parameters.code, SecretString::from(value.as_str())),
                "state" => set(&mut parameters.state, SecretString::from(value.as_str())),
                "iss" => set(&mut parameters.iss, value.clone()),
                "error" => set(&mut parameters.error, value.clone()),
                "error_description" => set(&mut parameters.description, value.clone()),
                _ => true,
            };
            value.zeroize();
            if !is_new {
                return Err(stray("a parameter is given twice"));
            }
        }
        Ok(parameters)
    }
}

fn set<T>(parameter: &mut Option<T>, value: T) -> bool {
    parameter.replace(value).is_none()
}

fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}

/// Returns whether `iss` is the requested server (RFC 9207). Without a known issuer it must be on the server of `auth_uri`.
fn is_issuer(iss: &str, issuer: Option<&str>, auth_uri: &str) -> bool {
    match issuer {
        Some(issuer) => iss == issuer,
        None => match (iss.parse::<Uri>(), auth_uri.parse::<Uri>()) {
            (Ok(a), Ok(b)) => a.scheme() == b.scheme() && a.authority() == b.authority(),
            _ => false,
        },
    }
}

fn stray(why: &str) -> AuthError {
    AuthError::new(
        AuthErrorKind::Callback,
        format!("the callback does not belong to this authorization: {why}"),
    )
}

fn refused(error: String, description: Option<String>) -> AuthError {
    // The browser passes on these texts, so what looks like a secret is removed.
    let code = crate::redact::words(&error);
    let suffix = description
        .as_deref()
        .map(|text| format!(": {}", crate::redact::words(text)))
        .unwrap_or_default();
    let (kind, message, hint) = match error.as_str() {
        "access_denied" => (
            AuthErrorKind::Denied,
            format!("access was denied{suffix}"),
            Some("the user, or an administrator, did not give the permission"),
        ),
        "admin_policy_enforced" | "org_internal" => (
            AuthErrorKind::Denied,
            format!("the organization's policy does not allow it: {code}{suffix}"),
            Some("an administrator has to allow the app"),
        ),
        "redirect_uri_mismatch" => (
            AuthErrorKind::OAuth,
            format!("the authorization server refused with {code}{suffix}"),
            Some("register the redirect URI with the client, letter by letter"),
        ),
        "temporarily_unavailable" | "server_error" => (
            AuthErrorKind::OAuth,
            format!("the authorization server is not available: {code}{suffix}"),
            Some("let the user try again later"),
        ),
        "interaction_required" | "login_required" | "consent_required" => (
            AuthErrorKind::SignInRequired,
            format!("the user has to be asked: {code}{suffix}"),
            Some("omit `prompt=none`"),
        ),
        _ => (
            AuthErrorKind::OAuth,
            format!("the authorization server refused with {code}{suffix}"),
            None,
        ),
    };
    let error = AuthError::new(kind, message)
        .with_oauth(code, description.as_deref().map(crate::redact::words));
    match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}
