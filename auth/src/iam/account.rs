//! The service account of a call.

use crate::{AuthError, AuthErrorKind};

/// A service account, and its URL in the IAM Service Account Credentials API.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) email: String,
    /// The account's URL, without a method.
    pub(crate) url: String,
}

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
pub(crate) fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text.contains('.') && text.split('.').all(is_label)
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
