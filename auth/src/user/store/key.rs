//! What a user's credentials are found by.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Which client was authorized, by whom, and for what.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TokenKey {
    /// The OAuth client's ID.
    pub client_id: String,
    /// The user's address or another name for the account; empty where there is only one.
    pub account: String,
    /// The scopes that were granted: sorted, each once.
    pub scopes: Vec<String>,
}

impl TokenKey {
    /// A key. The order of the scopes does not matter.
    pub fn new<S: Into<String>>(
        client_id: impl Into<String>,
        account: impl Into<String>,
        scopes: impl IntoIterator<Item = S>,
    ) -> Self {
        let mut scopes: Vec<String> = scopes.into_iter().map(Into::into).collect();
        scopes.sort_unstable();
        scopes.dedup();
        Self {
            client_id: client_id.into(),
            account: account.into(),
            scopes,
        }
    }

    /// A name without characters that file systems or keyrings could mind.
    pub(super) fn name(&self) -> String {
        let mut digest = Sha256::new();
        for part in [&self.client_id, &self.account]
            .into_iter()
            .chain(&self.scopes)
        {
            digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            digest.update(part);
        }
        digest.finalize()[..16]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// Whether what is kept under this key includes all of `scopes`.
    pub fn covers<S: AsRef<str>>(&self, scopes: impl IntoIterator<Item = S>) -> bool {
        scopes
            .into_iter()
            .all(|scope| self.scopes.iter().any(|own| own == scope.as_ref()))
    }
}

impl fmt::Display for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let account = match self.account.as_str() {
            "" => "the user",
            account => account,
        };
        write!(
            f,
            "{account} of the client {} with {} scopes",
            self.client_id,
            self.scopes.len()
        )
    }
}
