//! The answer to an authorization request, as a browser brings it.

use http::Uri;
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroize};

use super::pending::{PendingAuthorization, is_same};
use crate::{AuthError, AuthErrorKind};

/// What an authorization server says in a callback.
#[derive(Default)]
struct CallbackParameters {
    code: Option<SecretString>,
    state: Option<SecretString>,
    iss: Option<String>,
    error: Option<String>,
    description: Option<String>,
}

/// The code of a callback, if it is the answer to `pending` from `issuer`, or from the server of `auth_uri` where no issuer is known.
///
/// Of the kind [`AuthErrorKind::Callback`] are the errors that say that it is not, [`AuthErrorKind::Denied`] says that the user said no.
pub(crate) fn code(
    callback: &str,
    pending: &PendingAuthorization,
    issuer: Option<&str>,
    auth_uri: &str,
) -> Result<SecretString, AuthError> {
    let answer = CallbackParameters::parse(callback)?;
    let Some(state) = &answer.state else {
        return Err(stray("it has no `state`"));
    };
    if !is_same(state.expose_secret(), pending.state.expose_secret()) {
        return Err(stray("its `state` is another one")
            .with_hint("let the user start again, in one browser"));
    }
    if let Some(iss) = &answer.iss
        && !is_issuer(iss, issuer, auth_uri)
    {
        return Err(stray("its issuer `iss` is another server"));
    }
    if let Some(error) = answer.error {
        return Err(refused(error, answer.description));
    }
    answer
        .code
        .filter(|code| !code.expose_secret().is_empty())
        .ok_or_else(|| stray("it has neither `code` nor `error`"))
}

/// The code that a person pasted: a whole callback URL, or the code alone, which has no state to check; the code verifier protects it.
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
    /// Reads a URL, or its query alone, which is also what a form that was posted looks like.
    fn parse(callback: &str) -> Result<Self, AuthError> {
        let query = callback
            .split_once('?')
            .map_or(callback, |(_, query)| query);
        let query = query.split_once('#').map_or(query, |(query, _)| query);
        let mut answer = Self::default();
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let mut value = decode(value);
            let is_new = match decode(name).as_str() {
                "code" => set(&mut answer.code, SecretString::from(value.as_str())),
                "state" => set(&mut answer.state, SecretString::from(value.as_str())),
                "iss" => set(&mut answer.iss, value.clone()),
                "error" => set(&mut answer.error, value.clone()),
                "error_description" => set(&mut answer.description, value.clone()),
                _ => true,
            };
            value.zeroize();
            if !is_new {
                return Err(stray("a parameter is given twice"));
            }
        }
        Ok(answer)
    }
}

fn set<T>(place: &mut Option<T>, value: T) -> bool {
    place.replace(value).is_none()
}

fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}

/// Whether `iss` is the server that was asked (RFC 9207). Without a known issuer it has to be on the server of `auth_uri`.
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
        format!("the callback is no answer to this authorization: {why}"),
    )
}

fn refused(error: String, description: Option<String>) -> AuthError {
    // These words come through the browser: they are shown as text, without what looks like a secret.
    let shown = crate::redact::words(&error);
    let said = description
        .as_deref()
        .map(|text| format!(": {}", crate::redact::words(text)))
        .unwrap_or_default();
    let (kind, message, hint) = match error.as_str() {
        "access_denied" => (
            AuthErrorKind::Denied,
            format!("access was denied{said}"),
            Some("the user, or an administrator, did not give the permission"),
        ),
        "admin_policy_enforced" | "org_internal" => (
            AuthErrorKind::Denied,
            format!("the organization's policy does not allow it: {shown}{said}"),
            Some("an administrator has to allow the app"),
        ),
        "redirect_uri_mismatch" => (
            AuthErrorKind::OAuth,
            format!("the authorization server refused with {shown}{said}"),
            Some("register the redirect URI with the client, letter by letter"),
        ),
        "temporarily_unavailable" | "server_error" => (
            AuthErrorKind::OAuth,
            format!("the authorization server is not available: {shown}{said}"),
            Some("let the user try again later"),
        ),
        "interaction_required" | "login_required" | "consent_required" => (
            AuthErrorKind::SignInRequired,
            format!("the user has to be asked: {shown}{said}"),
            Some("leave out `prompt=none`"),
        ),
        _ => (
            AuthErrorKind::OAuth,
            format!("the authorization server refused with {shown}{said}"),
            None,
        ),
    };
    let error = AuthError::new(kind, message)
        .with_oauth(shown, description.as_deref().map(crate::redact::words));
    match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}
