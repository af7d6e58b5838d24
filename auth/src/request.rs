//! What a request offers to its credentials: its URL, its scopes, and a transport.

use std::{fmt, sync::Arc};

use gapi_transport::Transport;
use http::{Uri, uri::Authority};

#[cfg(any(feature = "service-account", feature = "impersonation"))]
use crate::{AuthError, AuthErrorKind};

/// The domain of Google Cloud's public services, which is the default universe.
pub const DEFAULT_UNIVERSE: &str = "googleapis.com";

/// A request that needs authorization. `Debug` shows the URL without its query, which may contain secrets.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct AuthRequest<'a> {
    /// The URL of the request. Self-signed tokens may derive their audience from it.
    pub url: &'a Uri,
    /// The scopes to request.
    pub scopes: Scopes<'a>,
    /// The transport for token requests of credentials that have no transport of their own.
    pub transport: Option<&'a Arc<dyn Transport>>,
}

/// The scopes that a request offers to its credentials.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Scopes<'a> {
    /// Used only by credentials without scopes of their own.
    Default(&'a [&'a str]),
    /// Used in place of the scopes of the credentials.
    Exactly(&'a [&'a str]),
}

impl<'a> AuthRequest<'a> {
    /// Returns a request to `url` that offers `scopes`.
    pub fn new(url: &'a Uri, scopes: Scopes<'a>) -> Self {
        Self {
            url,
            scopes,
            transport: None,
        }
    }

    /// Sets the transport for credentials that have none of their own, so that one pool, proxy or mock serves token requests too.
    #[must_use]
    pub fn with_transport(mut self, transport: &'a Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Refuses a request without scopes, or with a subject but without scopes of the credentials or exact ones of the caller.
    #[cfg(any(feature = "service-account", feature = "impersonation"))]
    pub(crate) fn check_scopes(
        &self,
        own: &[String],
        subject: Option<&str>,
    ) -> Result<(), AuthError> {
        let config = |message: &str, hint: &str| {
            Err(AuthError::new(AuthErrorKind::Config, message).with_hint(hint))
        };
        if subject.is_some() && own.is_empty() && matches!(self.scopes, Scopes::Default(_)) {
            return config(
                "a subject is set without scopes",
                "name the scopes that the domain's administrator authorized, with the option `scopes`",
            );
        }
        if ScopeList::effective(Some(own), self.scopes).is_empty() {
            return config(
                "there are no scopes to ask for",
                "name them with the option `scopes`",
            );
        }
        Ok(())
    }
}

impl fmt::Debug for AuthRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, host) = (
            self.url.scheme_str(),
            self.url.authority().map(Authority::host),
        );
        f.debug_struct("AuthRequest")
            .field(
                "url",
                &format_args!(
                    "{}://{}{}",
                    scheme.unwrap_or(""),
                    host.unwrap_or(""),
                    self.url.path()
                ),
            )
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// A list of scopes: an array, a `Vec`, or any other iterator of texts.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no list of scopes",
    label = "expected a list, such as `[scope]`"
)]
pub trait IntoScopes {
    /// Returns the scopes.
    fn into_scopes(self) -> Vec<String>;
}

#[diagnostic::do_not_recommend]
impl<S: Into<String>, I: IntoIterator<Item = S>> IntoScopes for I {
    fn into_scopes(self) -> Vec<String> {
        self.into_iter().map(Into::into).collect()
    }
}

/// Scopes in the order in which they are sent: sorted, each once. Callers that name the same scopes share a token.
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
}

/// The scopes to request as they were given: unsorted, possibly repeated.
#[derive(Clone, Copy, Default)]
pub(crate) struct ScopeList<'a> {
    offered: &'a [&'a str],
    own: &'a [String],
}

impl<'a> ScopeList<'a> {
    /// Returns the scopes to request: the caller's exact ones, else the credentials' own, else the defaults.
    pub(crate) fn effective(own: Option<&'a [String]>, offered: Scopes<'a>) -> Self {
        let (offered, own): (&[&str], &[String]) = match (offered, own) {
            (Scopes::Default(_), Some(own)) if !own.is_empty() => (&[], own),
            (Scopes::Exactly(scopes) | Scopes::Default(scopes), _) => (scopes, &[]),
        };
        Self { offered, own }
    }

    fn iter(self) -> impl Iterator<Item = &'a str> + Clone {
        let own = self.own.iter().map(String::as_str);
        self.offered.iter().copied().chain(own)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.iter().all(str::is_empty)
    }

    pub(crate) fn to_set(self) -> ScopeSet {
        ScopeSet::new(self.iter())
    }
}

/// Equals a comparison with [`ScopeList::to_set`], without making the set.
impl PartialEq<ScopeList<'_>> for ScopeSet {
    fn eq(&self, list: &ScopeList<'_>) -> bool {
        let scopes = list.iter().filter(|scope| !scope.is_empty());
        let contains = |scope: &str| {
            self.0
                .binary_search_by(|own| own.as_str().cmp(scope))
                .is_ok()
        };
        scopes.clone().all(contains) && self.0.iter().all(|own| scopes.clone().any(|s| s == own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_beats_own_beats_default() {
        let own = [String::from("own")];
        let effective = |own, offered| ScopeList::effective(own, offered).to_set();
        assert_eq!(
            effective(Some(&own), Scopes::Exactly(&["exact"])),
            ScopeSet::new(["exact"])
        );
        assert_eq!(
            effective(Some(&own), Scopes::Default(&["default"])),
            ScopeSet::new(["own"])
        );
        assert_eq!(
            effective(Some(&[]), Scopes::Default(&["default"])),
            ScopeSet::new(["default"])
        );
        assert_eq!(
            effective(None, Scopes::Default(&["b", "a", "b", ""])),
            ScopeSet::new(["a", "b"])
        );
    }

    /// All lists of up to three scopes, against all sets of them.
    #[test]
    fn a_set_equals_a_list_exactly_when_it_is_the_set_of_the_list() {
        let names = ["", "a", "b", "c"];
        let mut lists: Vec<Vec<&'static str>> = vec![Vec::new()];
        for from in [0, 1, 5] {
            let longer =
                |list: &Vec<&'static str>| names.map(|name| [list.as_slice(), &[name]].concat());
            let longer: Vec<_> = lists[from..].iter().flat_map(longer).collect();
            lists.extend(longer);
        }
        for own in &lists {
            let owned: Vec<_> = own.iter().copied().map(String::from).collect();
            for other in &lists {
                let set = ScopeSet::new(other.iter().copied());
                for list in [
                    ScopeList::effective(None, Scopes::Default(own)),
                    ScopeList::effective(Some(&owned), Scopes::Default(&[])),
                ] {
                    assert_eq!(set == list, set == list.to_set(), "{own:?}, {other:?}");
                }
            }
        }
    }
}
