//! Gets the headers of one attempt from the credentials.

use std::{sync::atomic::Ordering, time::Duration};

use gapi_auth::{AuthHeaders, AuthRequest, Scopes};
use http::{Uri, header::AUTHORIZATION};

use super::in_flight::STANDSTILL;
use crate::{
    Error, ErrorKind,
    client::{ClientInner, Prepared, ScopePolicy},
    http::is_of_this_machine,
    method::Method,
    request::options::CallOptions,
};

/// Returns the headers for a request to `url`; `None` if the caller set `authorization`.
///
/// # Errors
/// If there is no token, the credentials belong to another universe, or they would be sent over plain http.
pub(super) async fn authorize(
    prepared: &Prepared,
    options: &CallOptions,
    url: &Uri,
) -> Result<Option<AuthHeaders>, Error> {
    if options.headers().any(|(name, _)| name == AUTHORIZATION) {
        return Ok(None);
    }
    let client = &*prepared.client.inner;
    // An emulator gets no credentials.
    if client.root.emulator(prepared.call.method.api).is_some() {
        return Ok(None);
    }
    check_universe(prepared).await?;
    let named: Option<Vec<&str>> = options
        .get()
        .scopes
        .as_ref()
        .map(|s| s.iter().map(String::as_str).collect());
    let scopes = match &named {
        Some(named) => Scopes::Exactly(named),
        None => Scopes::Default(offered_scopes(prepared.call.method, client.scope_policy)),
    };
    let request = AuthRequest::new(url, scopes).with_transport(&client.transport);
    let identity = client
        .credentials
        .headers(&request)
        .await
        .map_err(Error::auth)?;
    if !identity.headers().is_empty() && !client.root.has_endpoint() && !is_private(url) {
        return Err(Error::new(
            ErrorKind::Auth,
            "credentials are not sent over plain http; set this endpoint on the client if that is what you want",
        ));
    }
    Ok(Some(identity))
}

/// Returns the time limit for credentials that have none of their own.
pub(super) fn limit(client: &ClientInner) -> Option<Duration> {
    (!client.credentials.has_time_limit()).then_some(STANDSTILL)
}

/// Returns whether a URL uses TLS or is of this machine.
fn is_private(url: &Uri) -> bool {
    url.scheme_str() == Some("https") || is_of_this_machine(url)
}

/// Returns an error if the credentials belong to another universe than the client.
async fn check_universe(prepared: &Prepared) -> Result<(), Error> {
    let client = &*prepared.client.inner;
    if client.universe_checked.load(Ordering::Relaxed) {
        return Ok(());
    }
    let theirs = client
        .credentials
        .universe_domain()
        .await
        .map_err(Error::auth)?;
    if theirs != client.root.universe {
        return Err(Error::new(
            ErrorKind::Auth,
            format!(
                "{} belong to the universe {theirs:?}, but the client works in {:?}; set `universe_domain({theirs:?})` on the client, \
                 or use credentials of its universe",
                client.credentials.describe(),
                client.root.universe
            ),
        ));
    }
    client.universe_checked.store(true, Ordering::Relaxed);
    Ok(())
}

const CLOUD_PLATFORM: &str = "https://www.googleapis.com/auth/cloud-platform";

/// Returns the scopes for credentials that have none of their own.
///
/// The scopes of a method are alternatives, but not equivalent: some of them restrict the response.
pub(super) fn offered_scopes(method: &Method, policy: ScopePolicy) -> &'static [&'static str] {
    if policy == ScopePolicy::Narrowest
        && let Some(scope) = narrowest(method.scopes)
    {
        return scope;
    }
    // APIs without scopes in the document accept every identity.
    if method.scopes.contains(&CLOUD_PLATFORM) || method.api.scopes.is_empty() {
        return &[CLOUD_PLATFORM];
    }
    method.api.scopes
}

/// Returns the narrowest of `scopes`.
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

    #[test]
    fn only_tls_and_this_machine_are_private() {
        let private = |url: &str| is_private(&url.parse().expect("a URL"));
        for url in [
            "https://things.googleapis.com/",
            "http://localhost:8080/",
            "http://127.0.0.9/",
            "http://[::1]:80/",
        ] {
            assert!(private(url), "{url}");
        }
        for url in [
            "http://things.googleapis.com/",
            "http://localhost.example/",
            "http://10.0.0.1/",
            "http://127.0.0.1.example/",
        ] {
            assert!(!private(url), "{url}");
        }
    }

    static API: Api = Api::new("", "", "", "").with_scopes(&[
        "https://x/auth/a",
        "https://x/auth/a.readonly",
        "https://x/auth/b",
    ]);
    static PUBLIC: Api = Api::new("", "", "", "");

    fn get(scopes: &'static [&'static str]) -> Method {
        Method::new(&API, Verb::Get, "", "").with_scopes(scopes)
    }

    #[test]
    fn broad_is_one_token_for_all_methods() {
        let cloud = get(&["https://x/auth/b", CLOUD_PLATFORM]);
        assert_eq!(offered_scopes(&cloud, ScopePolicy::Broad), [CLOUD_PLATFORM]);
        let workspace = get(&["https://x/auth/b"]);
        assert_eq!(offered_scopes(&workspace, ScopePolicy::Broad), API.scopes);
        let none = Method::new(&PUBLIC, Verb::Get, "", "");
        assert_eq!(offered_scopes(&none, ScopePolicy::Broad), [CLOUD_PLATFORM]);
    }

    #[test]
    fn narrowest_prefers_reading() {
        let pick =
            |scopes: &'static [&'static str]| offered_scopes(&get(scopes), ScopePolicy::Narrowest);
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
