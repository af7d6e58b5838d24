//! The claims of an ID token, and what is expected of them.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use serde_json::{Map, Value};

use super::error::{IdTokenCheck, IdTokenError, displayed, failed};
use crate::json;

/// The issuer of Identity-Aware Proxy.
pub(super) const IAP: &str = "https://cloud.google.com/iap";

/// The claims of a verified ID token ([OpenID Connect Core, section 2](https://openid.net/specs/openid-connect-core-1_0.html#IDToken)).
///
/// `Debug` shows names but not values, which are personal data.
#[derive(Clone, PartialEq)]
pub struct IdTokenClaims {
    claims: Map<String, Value>,
    audiences: Vec<String>,
    issued_at: SystemTime,
    expires_at: SystemTime,
    not_before: Option<SystemTime>,
}

impl IdTokenClaims {
    pub(super) fn read(text: &[u8]) -> Result<Self, IdTokenError> {
        let form = |message: String| failed(IdTokenCheck::Form, message);
        let claims = json::object(text)
            .ok_or_else(|| form(String::from("its body is not a JSON object")))?;
        let time = |name: &str| {
            claims
                .get(name)
                .and_then(Value::as_f64)
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
                .and_then(|since| SystemTime::UNIX_EPOCH.checked_add(since))
                .ok_or_else(|| {
                    form(format!(
                        "its claim `{name}` is missing, or not a point in time"
                    ))
                })
        };
        let (issued_at, expires_at) = (time("iat")?, time("exp")?);
        let not_before = match claims.get("nbf") {
            None | Some(Value::Null) => None,
            Some(_) => Some(time("nbf")?),
        };
        for name in ["iss", "sub"] {
            if !claims.get(name).is_some_and(Value::is_string) {
                return Err(form(format!("its claim `{name}` is missing, or not text")));
            }
        }
        let audiences = match claims.get("aud") {
            Some(Value::String(one)) => vec![one.clone()],
            Some(Value::Array(several)) => several
                .iter()
                .filter_map(|one| one.as_str().map(str::to_owned))
                .collect(),
            _ => {
                return Err(form(String::from(
                    "its claim `aud` is missing, or not text",
                )));
            }
        };
        Ok(Self {
            claims,
            audiences,
            issued_at,
            expires_at,
            not_before,
        })
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// Returns `sub`: the principal's number, which never changes and is never reused.
    pub fn subject(&self) -> &str {
        self.text("sub").unwrap_or_default()
    }

    /// Returns `iss`: the issuer of the token.
    pub fn issuer(&self) -> &str {
        self.text("iss").unwrap_or_default()
    }

    /// Returns `aud`: the audiences of the token.
    pub fn audiences(&self) -> &[String] {
        &self.audiences
    }

    /// Returns `azp`: the client that the token was issued to.
    pub fn authorized_party(&self) -> Option<&str> {
        self.text("azp")
    }

    /// Returns `email`: the principal's address. It may change, and may be unverified (see [`email_verified`](Self::email_verified)).
    pub fn email(&self) -> Option<&str> {
        self.text("email")
    }

    /// Returns `email_verified`: whether Google verified that the address belongs to the principal; `false` if the claim is missing. Tokens of
    /// Identity-Aware Proxy do not contain the claim, and their addresses are always verified.
    pub fn email_verified(&self) -> bool {
        match self.claims.get("email_verified") {
            Some(Value::Bool(verified)) => *verified,
            Some(Value::String(text)) => text == "true",
            _ => false,
        }
    }

    /// Returns `hd`: the Google Workspace domain of the user.
    pub fn hosted_domain(&self) -> Option<&str> {
        self.text("hd")
    }

    /// Returns `name`: the user's full name, if the scope `profile` was granted.
    pub fn name(&self) -> Option<&str> {
        self.text("name")
    }

    /// Returns `nonce`: the nonce of the authorization request.
    pub fn nonce(&self) -> Option<&str> {
        self.text("nonce")
    }

    /// Returns `iat`: when the token was issued.
    pub fn issued_at(&self) -> SystemTime {
        self.issued_at
    }

    /// Returns `exp`: when the token expires.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }

    /// Returns a claim.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.claims.get(name)
    }
}

impl fmt::Debug for IdTokenClaims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdTokenClaims")
            .field("names", &self.claims.keys().collect::<Vec<_>>())
            .field("issued_at", &self.issued_at)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// The expected claims of a token.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    issuers: Vec<String>,
    audiences: Vec<String>,
    pub(super) skew: Duration,
    pub(super) hosted_domain: Option<String>,
    pub(super) emails: Option<Vec<String>>,
    pub(super) nonce: Option<String>,
}

impl Expected {
    pub(super) fn new<I: Into<String>, A: Into<String>>(
        issuers: impl IntoIterator<Item = I>,
        audiences: impl IntoIterator<Item = A>,
    ) -> Self {
        Self {
            issuers: issuers.into_iter().map(Into::into).collect(),
            audiences: audiences.into_iter().map(Into::into).collect(),
            skew: Duration::from_secs(10),
            hosted_domain: None,
            emails: None,
            nonce: None,
        }
    }

    /// Requires audiences and issuers. Without them the verifier would accept tokens that were issued for other services.
    pub(super) fn check_configuration(&self) -> Result<(), IdTokenError> {
        let lacks = |what: &[String]| what.is_empty() || what.iter().any(String::is_empty);
        if lacks(&self.audiences) || lacks(&self.issuers) {
            return Err(failed(
                IdTokenCheck::Config,
                "the verifier has no audience or no issuer, or an empty one; name the audiences that tokens must have",
            ));
        }
        Ok(())
    }

    pub(super) fn check(
        &self,
        claims: &IdTokenClaims,
        now: SystemTime,
    ) -> Result<(), IdTokenError> {
        self.check_times(claims, now)?;
        if !self.issuers.iter().any(|issuer| issuer == claims.issuer()) {
            return Err(failed(
                IdTokenCheck::Issuer,
                format!(
                    "it was issued by {}, not by {}",
                    displayed(claims.issuer()),
                    self.issuers.join(" or ")
                ),
            ));
        }
        if !claims
            .audiences
            .iter()
            .any(|one| self.audiences.contains(one))
        {
            return Err(failed(
                IdTokenCheck::Audience,
                format!(
                    "it is for {}, not for {}",
                    displayed(&claims.audiences.join(", ")),
                    self.audiences.join(" or ")
                ),
            ));
        }
        self.check_principal(claims)
    }

    fn check_times(&self, claims: &IdTokenClaims, now: SystemTime) -> Result<(), IdTokenError> {
        let later =
            |time: SystemTime, than: SystemTime| time.duration_since(than).unwrap_or_default();
        let over = later(now, claims.expires_at);
        if now >= claims.expires_at && over >= self.skew {
            return Err(failed(
                IdTokenCheck::Expiry,
                format!("it expired {} s ago", over.as_secs()),
            ));
        }
        let begins = claims
            .not_before
            .map_or(claims.issued_at, |time| time.max(claims.issued_at));
        let early = later(begins, now);
        if early > self.skew {
            return Err(failed(
                IdTokenCheck::IssuedAt,
                format!(
                    "it is valid only in {} s; compare this machine's clock with its issuer's",
                    early.as_secs()
                ),
            ));
        }
        Ok(())
    }

    fn check_principal(&self, claims: &IdTokenClaims) -> Result<(), IdTokenError> {
        if let Some(domain) = &self.hosted_domain {
            let is_member = claims
                .hosted_domain()
                .is_some_and(|hd| hd.eq_ignore_ascii_case(domain));
            if !is_member {
                return Err(failed(
                    IdTokenCheck::HostedDomain,
                    format!("its user does not belong to the domain {domain}"),
                ));
            }
        }
        if let Some(emails) = &self.emails {
            // Tokens of Identity-Aware Proxy do not contain the claim, and their addresses are always verified.
            let verified = claims.email_verified() || claims.issuer() == IAP;
            let accepted = claims
                .email()
                .is_some_and(|email| emails.iter().any(|one| one.eq_ignore_ascii_case(email)));
            if !accepted || !verified {
                let why = if accepted {
                    "its e-mail address is not verified"
                } else {
                    "its e-mail address is not one of those accepted"
                };
                return Err(failed(IdTokenCheck::Email, why));
            }
        }
        if self.nonce.is_some() && self.nonce.as_deref() != claims.nonce() {
            return Err(failed(
                IdTokenCheck::Nonce,
                "its nonce is not that of the request",
            ));
        }
        Ok(())
    }
}
