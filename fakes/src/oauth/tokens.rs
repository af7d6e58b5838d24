//! Issued tokens.

use std::{
    collections::HashMap,
    fmt, io,
    time::{Duration, SystemTime},
};

use crate::keys::random_hex;

/// The grant of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Grant {
    /// The service account that asked for the token.
    pub account: String,
    /// The user that the account acts for.
    pub subject: Option<String>,
    /// The scopes granted.
    pub scopes: Vec<String>,
    /// When the token ends.
    pub expires: SystemTime,
    /// Whether the token was revoked before its end.
    pub revoked: bool,
}

/// All tokens ever issued. `Debug` shows their number.
#[derive(Default)]
pub(super) struct Tokens(HashMap<String, Grant>);

impl Tokens {
    pub(super) fn issue(
        &mut self,
        account: &str,
        subject: Option<&str>,
        scopes: Vec<String>,
        now: SystemTime,
        lifetime: Duration,
    ) -> io::Result<String> {
        // Opaque, with the prefix that Google's have.
        let token = format!("ya29.c.{}", random_hex::<32>()?);
        let grant = Grant {
            account: account.to_owned(),
            subject: subject.map(str::to_owned),
            scopes,
            expires: now + lifetime,
            revoked: false,
        };
        self.0.insert(token.clone(), grant);
        Ok(token)
    }

    pub(super) fn get(&self, token: &str) -> Option<&Grant> {
        self.0.get(token)
    }

    /// Ends a token; false where it is not known or has ended.
    pub(super) fn revoke(&mut self, token: &str) -> bool {
        match self.0.get_mut(token) {
            Some(grant) => !std::mem::replace(&mut grant.revoked, true),
            None => false,
        }
    }

    pub(super) fn revoke_all(&mut self) {
        for grant in self.0.values_mut() {
            grant.revoked = true;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tokens").field(&self.0.len()).finish()
    }
}
