//! Which scopes a token is asked for.

use std::sync::Arc;

use crate::Scopes;

/// Scopes in the order that they are sent in: sorted, each once. Two callers who name the same scopes share a token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ScopeSet(Arc<[String]>);

impl ScopeSet {
    pub(crate) fn new<S: Into<String>>(scopes: impl IntoIterator<Item = S>) -> Self {
        let mut scopes: Vec<String> = scopes
            .into_iter()
            .map(Into::into)
            .filter(|scope| !scope.is_empty())
            .collect();
        scopes.sort_unstable();
        scopes.dedup();
        Self(scopes.into())
    }

    pub(crate) fn as_slice(&self) -> &[String] {
        &self.0
    }

    /// What a request asks for, given the credentials' own scopes: exactly the caller's, else the credentials', else the defaults.
    pub(crate) fn effective(own: Option<&[String]>, offered: Scopes<'_>) -> Self {
        match (offered, own) {
            (Scopes::Exactly(scopes), _) => Self::new(scopes.iter().copied()),
            (Scopes::Default(_), Some(own)) if !own.is_empty() => {
                Self::new(own.iter().map(String::as_str))
            }
            (Scopes::Default(scopes), _) => Self::new(scopes.iter().copied()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_beats_own_beats_default() {
        let own = [String::from("own")];
        let of = |own, offered| ScopeSet::effective(own, offered);
        assert_eq!(
            of(Some(&own), Scopes::Exactly(&["exact"])),
            ScopeSet::new(["exact"])
        );
        assert_eq!(
            of(Some(&own), Scopes::Default(&["default"])),
            ScopeSet::new(["own"])
        );
        assert_eq!(
            of(Some(&[]), Scopes::Default(&["default"])),
            ScopeSet::new(["default"])
        );
        assert_eq!(
            of(None, Scopes::Default(&["b", "a", "b", ""])),
            ScopeSet::new(["a", "b"])
        );
    }
}
