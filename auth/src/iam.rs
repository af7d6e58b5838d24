//! The methods of the IAM Service Account Credentials API that credentials call.

use std::{sync::Arc, time::Duration};

use gapi_transport::{Body, Clock, Transport};
use http::{HeaderMap, Method, Request, StatusCode, Uri, header};
use jiff::Timestamp;
use secrecy::{SecretString, zeroize::Zeroize};
use serde_json::{Map, Value, json};

use crate::{
    AuthError, AuthErrorKind, AuthRequest, Credentials, FetchContext, Scopes, Token, json, oauth,
};

/// The scope that calls of this API need.
pub(crate) const SCOPE: &str = "https://www.googleapis.com/auth/iam";
/// The default lifetime of access tokens.
pub(crate) const LIFETIME: Duration = Duration::from_secs(3600);
/// What errors call the API.
const WHO: &str = "the IAM credentials service";

/// A service account, and its URL in the IAM Service Account Credentials API.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) email: String,
    /// The account's URL, without a method.
    pub(crate) url: String,
}

/// The method in the URL of impersonation files.
const METHOD: &str = ":generateAccessToken";

impl Account {
    /// The account `email` in the API of `universe`.
    pub(crate) fn new(email: &str, universe: &str) -> Result<Self, AuthError> {
        check_email(email)?;
        if !is_domain(universe) {
            return Err(AuthError::new(
                AuthErrorKind::Config,
                "the universe is not a domain name, such as googleapis.com",
            ));
        }
        Ok(Self {
            email: email.to_owned(),
            url: format!("https://iamcredentials.{universe}/v1/projects/-/serviceAccounts/{email}"),
        })
    }

    /// Reads the URL in impersonation files: `https://HOST/v1/projects/-/serviceAccounts/EMAIL:generateAccessToken`.
    pub(crate) fn from_url(name: &str, url: &str) -> Result<Self, AuthError> {
        let wrong = || {
            AuthError::new(
                AuthErrorKind::Config,
                format!("{name}: the field `service_account_impersonation_url` names no service account"),
            )
            .with_hint(
                "it has to look like https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/EMAIL:generateAccessToken",
            )
        };
        let account = url.strip_suffix(METHOD).ok_or_else(wrong)?;
        let (_, email) = account.rsplit_once("/serviceAccounts/").ok_or_else(wrong)?;
        check_email(email).map_err(|_| wrong())?;
        if account.contains(['?', '#']) {
            return Err(wrong());
        }
        Ok(Self {
            email: email.to_owned(),
            url: account.to_owned(),
        })
    }
}

/// Accepts an e-mail address or the unique ID of an account, without characters that have a meaning in URLs.
fn check_email(email: &str) -> Result<(), AuthError> {
    let is_one = !email.is_empty()
        && email
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'@' | b'.' | b'-' | b'_'))
        && !email.starts_with('.');
    if is_one {
        return Ok(());
    }
    Err(AuthError::new(
        AuthErrorKind::Config,
        "the service account to impersonate is not named by an e-mail address",
    )
    .with_hint("it looks like NAME@PROJECT.iam.gserviceaccount.com"))
}

/// Whether the text is a domain name that can be put into a URL.
fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text.contains('.') && text.split('.').all(is_label)
}

/// A call of one method on one service account, with the credentials `source`.
pub(crate) struct Call<'a> {
    pub(crate) source: &'a dyn Credentials,
    pub(crate) account: &'a Account,
    /// The method, such as `generateAccessToken`.
    pub(crate) method: &'static str,
    pub(crate) body: Value,
    /// The `x-goog-api-client` header.
    pub(crate) metrics: Option<String>,
    pub(crate) transport: &'a Arc<dyn Transport>,
    pub(crate) clock: &'a Arc<dyn Clock>,
}

impl Call<'_> {
    /// Sends the call. If the source's token is refused, sends it again with a new one.
    pub(crate) async fn send(&self) -> Result<Map<String, Value>, AuthError> {
        let url: Uri = format!("{}:{}", self.account.url, self.method)
            .parse()
            .map_err(|error| {
                AuthError::new(
                    AuthErrorKind::Config,
                    "the impersonation URL cannot be used",
                )
                .with_source(error)
            })?;
        let scopes = [SCOPE];
        let request =
            AuthRequest::new(&url, Scopes::Exactly(&scopes)).with_transport(self.transport);
        let used = self.source.headers(&request).await?;
        let refusal = match self.attempt(&url, used.headers()).await? {
            Ok(response) => return Ok(response),
            Err(refusal) => refusal,
        };
        if refusal.status() == Some(StatusCode::UNAUTHORIZED) && self.source.reject(&used) {
            let renewed = self.source.headers(&request).await?;
            return self
                .attempt(&url, renewed.headers())
                .await?
                .map_err(|refusal| self.diagnose(refusal));
        }
        Err(self.diagnose(refusal))
    }

    /// Returns the response, or the refusal.
    async fn attempt(
        &self,
        url: &Uri,
        credentials: &HeaderMap,
    ) -> Result<Result<Map<String, Value>, AuthError>, AuthError> {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(url)
            .header(header::CONTENT_TYPE, "application/json");
        for (name, value) in credentials {
            request = request.header(name, value);
        }
        if let Some(metrics) = &self.metrics {
            request = request.header("x-goog-api-client", metrics);
        }
        let request = request
            .body(Body::from(self.body.to_string()))
            .map_err(|error| {
                AuthError::new(AuthErrorKind::Config, "the call of IAM cannot be built")
                    .with_source(error)
            })?;
        let (head, body) = oauth::send(WHO, request, self.transport).await?;
        if head.status.is_success() {
            return json::object(&body)
                .map(Ok)
                .ok_or_else(|| unusable("a response that is not a JSON object"));
        }
        let now = self.clock.now();
        let refusal = oauth::refuse(WHO, head.status, &head.headers, &body, now);
        Ok(Err(refusal))
    }

    /// Adds a hint to a refusal if a remedy is known.
    fn diagnose(&self, error: AuthError) -> AuthError {
        match self.hint(&error) {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }

    fn hint(&self, error: &AuthError) -> Option<String> {
        let description = error.oauth_description().unwrap_or_default();
        let target = &self.account.email;
        Some(match error.oauth_error()? {
            "PERMISSION_DENIED"
                if description.contains("has not been used")
                    || description.contains("disabled") =>
            {
                String::from(
                    "enable the API iamcredentials.googleapis.com in the project of the credentials that impersonate",
                )
            }
            "PERMISSION_DENIED" if description.contains("insufficient authentication scopes") => {
                format!(
                    "the credentials that impersonate need the scope {SCOPE} or https://www.googleapis.com/auth/cloud-platform"
                )
            }
            "PERMISSION_DENIED" => format!(
                "grant the role roles/iam.serviceAccountTokenCreator on {target} to those who impersonate it: {}; where there are delegates, \
                 each of them needs it on the next one",
                self.source.describe()
            ),
            "NOT_FOUND" => {
                format!("the service account {target} does not exist, or its address is misspelt")
            }
            "INVALID_ARGUMENT" if description.to_ascii_lowercase().contains("lifetime") => {
                String::from(
                    "lifetimes above one hour need the organization policy constraints/iam.allowServiceAccountCredentialLifetimeExtension",
                )
            }
            "UNAUTHENTICATED" => format!(
                "the token of those who impersonate was refused: {}",
                self.source.describe()
            ),
            _ => return None,
        })
    }
}

/// Returns the body of a `generateAccessToken` request for the scopes of `cx`.
pub(crate) fn access_token_request(cx: &FetchContext, lifetime: Duration) -> Value {
    json!({"scope": cx.scopes(), "lifetime": format!("{}s", lifetime.as_secs())})
}

/// Returns the token in a response of `generateAccessToken`.
pub(crate) fn access_token(mut response: Map<String, Value>) -> Result<Token, AuthError> {
    let token = text(&mut response, "accessToken")?;
    let expiry = match response.get("expireTime") {
        Some(Value::String(time)) => time.parse::<Timestamp>().ok(),
        _ => None,
    };
    match expiry {
        Some(expiry) => Ok(Token::new(token).expires_at(expiry.into())),
        None => Err(unusable("no expireTime that is a time")),
    }
}

/// Takes a text out of a response as a secret.
pub(crate) fn text(
    response: &mut Map<String, Value>,
    name: &str,
) -> Result<SecretString, AuthError> {
    match response.get_mut(name) {
        Some(Value::String(text)) if !text.is_empty() => {
            let secret = SecretString::from(text.as_str());
            text.zeroize();
            Ok(secret)
        }
        _ => Err(unusable(&format!("no {name}"))),
    }
}

/// Refuses a lifetime that the API does not accept.
pub(crate) fn check_lifetime(lifetime: Duration) -> Result<(), AuthError> {
    if lifetime.as_secs() > 0 {
        return Ok(());
    }
    Err(AuthError::new(
        AuthErrorKind::Config,
        "the lifetime is shorter than a second",
    )
    .with_hint("an hour is usual"))
}

/// The error for a successful response without the needed fields.
fn unusable(what: &str) -> AuthError {
    AuthError::new(AuthErrorKind::Http, format!("{WHO} gave {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_an_address_gets_into_the_url() {
        for email in [
            "", "a/b@c", "a?b@c", "a@b#c", "..", "a b@c", "a%2fb@c", "a:b@c", "ä@b",
        ] {
            assert!(Account::new(email, "googleapis.com").is_err(), "{email}");
        }
        for universe in [
            "",
            "googleapis",
            "evil.com/x",
            "evil.com@x",
            "a..b",
            "evil.com:1",
        ] {
            assert!(Account::new("a@b.iam", universe).is_err(), "{universe}");
        }
        let account = Account::new("a@b.iam", "example.org").expect("an account");
        assert_eq!(
            account.url,
            "https://iamcredentials.example.org/v1/projects/-/serviceAccounts/a@b.iam"
        );
    }

    #[test]
    fn urls_of_files_name_an_account_or_are_refused() {
        let url = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/t@p.iam:generateAccessToken";
        assert_eq!(
            Account::from_url("f", url).expect("an account").email,
            "t@p.iam"
        );
        for url in [
            "",
            "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/t@p.iam",
            "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/:generateAccessToken",
            "https://iamcredentials.googleapis.com/t@p.iam:generateAccessToken",
            "https://evil.com/?x=/serviceAccounts/t@p.iam:generateAccessToken",
        ] {
            assert!(Account::from_url("f", url).is_err(), "{url}");
        }
    }
}
