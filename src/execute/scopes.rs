//! Which scopes a call offers to its credentials.

use crate::{client::ScopePolicy, method::Method};

const CLOUD_PLATFORM: &str = "https://www.googleapis.com/auth/cloud-platform";

/// The scopes for credentials that have none of their own.
///
/// A method's scopes are alternatives, not equals: some allow only a part of the answer, so taking any one of them is no choice.
pub(super) fn offered(method: &Method, policy: ScopePolicy) -> &'static [&'static str] {
    if policy == ScopePolicy::Narrowest
        && let Some(scope) = narrowest(method.scopes)
    {
        return scope;
    }
    // Documents without any scope are of APIs that take every identity.
    if method.scopes.contains(&CLOUD_PLATFORM) || method.api.scopes.is_empty() {
        return &[CLOUD_PLATFORM];
    }
    method.api.scopes
}

/// The narrowest of `scopes`, alone.
fn narrowest(scopes: &'static [&'static str]) -> Option<&'static [&'static str]> {
    let rank = |scope: &str| {
        let read_only = ["readonly", "read-only", "read_only"]
            .iter()
            .any(|end| scope.ends_with(end));
        (!read_only, scope.starts_with(CLOUD_PLATFORM))
    };
    scopes
        .chunks(1)
        .min_by_key(|scope| (rank(scope[0]), scope[0].len(), scope[0]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::{Api, Verb};

    static API: Api = Api {
        scopes: &[
            "https://x/auth/a",
            "https://x/auth/a.readonly",
            "https://x/auth/b",
        ],
        ..Api::EMPTY
    };
    static PUBLIC: Api = Api::EMPTY;

    #[test]
    fn broad_is_one_token_for_all_methods() {
        let cloud = Method {
            scopes: &["https://x/auth/b", CLOUD_PLATFORM],
            ..Method::new(&API, Verb::Get)
        };
        assert_eq!(offered(&cloud, ScopePolicy::Broad), [CLOUD_PLATFORM]);
        let workspace = Method {
            scopes: &["https://x/auth/b"],
            ..Method::new(&API, Verb::Get)
        };
        assert_eq!(offered(&workspace, ScopePolicy::Broad), API.scopes);
        let none = Method::new(&PUBLIC, Verb::Get);
        assert_eq!(offered(&none, ScopePolicy::Broad), [CLOUD_PLATFORM]);
    }

    #[test]
    fn narrowest_prefers_reading() {
        let pick = |scopes: &'static [&'static str]| {
            offered(
                &Method {
                    scopes,
                    ..Method::new(&API, Verb::Get)
                },
                ScopePolicy::Narrowest,
            )
        };
        assert_eq!(
            pick(&[
                CLOUD_PLATFORM,
                "https://www.googleapis.com/auth/cloud-platform.read-only",
                "https://x/auth/a",
                "https://x/auth/a.readonly"
            ]),
            ["https://x/auth/a.readonly"]
        );
        assert_eq!(
            pick(&[CLOUD_PLATFORM, "https://x/auth/sqlservice.admin"]),
            ["https://x/auth/sqlservice.admin"]
        );
        assert_eq!(
            pick(&["https://x/auth/b", "https://x/auth/a"]),
            ["https://x/auth/a"]
        );
        assert_eq!(pick(&[]), API.scopes);
    }
}
