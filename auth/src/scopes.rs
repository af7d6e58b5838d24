//! Which scopes a token is asked for.

use std::sync::Arc;

use crate::Scopes;

/// Scopes in the order that they are sent in: sorted, each once. Two callers who name the same scopes share a token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct ScopeSet(Arc<[String]>);

impl ScopeSet {
    pub(crate) fn new<S: Into<String>>(scopes: impl IntoIterator<Item = S>) -> Self {
        let mut sorted: Vec<String> = Vec::new();
        for scope in scopes.into_iter().map(Into::into) {
            if let (false, Err(index)) = (scope.is_empty(), sorted.binary_search(&scope)) {
                sorted.insert(index, scope);
            }
        }
        Self(sorted.into())
    }

    pub(crate) fn as_slice(&self) -> &[String] {
        &self.0
    }

    /// What a request asks for, given the credentials' own scopes: exactly the caller's, else the credentials', else the defaults.
    pub(crate) fn effective(own: Option<&[String]>, offered: Scopes<'_>) -> Self {
        Self::new(chosen(own, offered))
    }

    /// Whether it is what [`effective`](Self::effective) gives, which is not made for that.
    pub(crate) fn is_effective(&self, own: Option<&[String]>, offered: Scopes<'_>) -> bool {
        let chosen = chosen(own, offered).filter(|scope| !scope.is_empty());
        let holds = |scope: &str| {
            let found = self.0.binary_search_by(|own| own.as_str().cmp(scope));
            found.is_ok()
        };
        chosen.clone().all(holds) && self.0.iter().all(|own| chosen.clone().any(|c| c == own))
    }
}

fn chosen<'a>(
    own: Option<&'a [String]>,
    offered: Scopes<'a>,
) -> impl Iterator<Item = &'a str> + Clone {
    let (scopes, own): (&[&str], &[String]) = match (offered, own) {
        (Scopes::Default(_), Some(own)) if !own.is_empty() => (&[], own),
        (Scopes::Exactly(scopes) | Scopes::Default(scopes), _) => (scopes, &[]),
    };
    scopes.iter().copied().chain(own.iter().map(String::as_str))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_beats_own_beats_default() {
        let own = [String::from("own")];
        let of = |own, offered| {
            let effective = ScopeSet::effective(own, offered);
            assert!(effective.is_effective(own, offered));
            assert!(!ScopeSet::new(["exact", "own"]).is_effective(own, offered));
            assert!(!ScopeSet::default().is_effective(own, offered));
            effective
        };
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
