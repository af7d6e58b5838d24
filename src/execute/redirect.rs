//! Decides which redirects are followed, and with which headers.

use http::{
    HeaderMap, HeaderName, Method, StatusCode, Uri,
    header::{
        AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, LOCATION,
        PROXY_AUTHORIZATION,
    },
};

use crate::http::{METHOD_OVERRIDE, QUOTA_PROJECT};

/// The most redirects that are followed.
pub(super) const MOST: usize = 5;

/// Whether a response is a redirect.
#[derive(Debug, PartialEq)]
pub(super) enum Redirect {
    /// It is the final response.
    None,
    /// The same request, or (`as_get`) a GET without a body, is sent to another URL.
    Follow { to: Uri, as_get: bool },
    /// It must not be followed, for this reason.
    Refuse(String),
}

/// Decides by RFC 9110, section 15.4.
///
/// 301 and 302 are followed for GET and HEAD only, because clients treat them differently for other methods. 307 and 308 repeat any
/// method, but a body is not sent to another host.
pub(super) fn of_response(
    method: &Method,
    has_body: bool,
    from: &Uri,
    status: StatusCode,
    headers: &HeaderMap,
) -> Redirect {
    let safe = matches!(*method, Method::GET | Method::HEAD);
    let as_get = match status.as_u16() {
        303 => !safe,
        301 | 302 | 307 | 308 => false,
        _ => return Redirect::None,
    };
    // Without `location` it is no redirect: uploads get such a 308 for each chunk.
    let Some(location) = headers.get(LOCATION) else {
        return Redirect::None;
    };
    let Some(to) = location
        .to_str()
        .ok()
        .and_then(|location| resolve(from, location))
    else {
        return Redirect::Refuse(format!(
            "status {status} with a `location` that is not a URL"
        ));
    };
    let host = to.host().unwrap_or_default().to_owned();
    if !matches!(to.scheme_str(), Some("https" | "http")) || host.is_empty() {
        return Redirect::Refuse(format!(
            "status {status} leads to something other than http"
        ));
    }
    if from.scheme_str() == Some("https") && to.scheme_str() == Some("http") {
        return Redirect::Refuse(format!(
            "status {status} leads from https to plain http on {host}"
        ));
    }
    if !safe && matches!(status.as_u16(), 301 | 302) {
        return Redirect::Refuse(format!(
            "status {status} for a {method} leads to {host}; the standard leaves open whether the {method} is repeated there"
        ));
    }
    if has_body && !as_get && !same_origin(from, &to) {
        return Redirect::Refuse(format!(
            "status {status} asks to send the body to another host, {host}"
        ));
    }
    Redirect::Follow { to, as_get }
}

/// Removes the headers that only the first host may get. `identity` has those of the credentials.
pub(super) fn strip_credentials(headers: &mut HeaderMap, identity: Option<&HeaderMap>) {
    const SECRET: [HeaderName; 5] = [
        AUTHORIZATION,
        COOKIE,
        PROXY_AUTHORIZATION,
        HeaderName::from_static("x-goog-api-key"),
        QUOTA_PROJECT,
    ];
    let names: Vec<HeaderName> = headers
        .iter()
        .filter(|(name, value)| {
            value.is_sensitive()
                || SECRET.contains(name)
                || identity.is_some_and(|i| i.contains_key(*name))
        })
        .map(|(name, _)| name.clone())
        .collect();
    for name in names {
        headers.remove(name);
    }
}

/// Removes the headers of a body.
pub(super) fn strip_body(headers: &mut HeaderMap) {
    for name in [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING] {
        headers.remove(name);
    }
    headers.remove(METHOD_OVERRIDE);
}

/// Returns whether both have the same scheme, host and port.
pub(crate) fn same_origin(a: &Uri, b: &Uri) -> bool {
    fn port(uri: &Uri) -> Option<u16> {
        uri.port_u16().or(match uri.scheme_str() {
            Some("https") => Some(443),
            Some("http") => Some(80),
            _ => None,
        })
    }
    let host = |uri: &Uri| uri.host().map(str::to_ascii_lowercase);
    a.scheme() == b.scheme() && host(a) == host(b) && port(a) == port(b)
}

/// Resolves a reference (RFC 3986, section 5.2). The fragment is dropped.
pub(crate) fn resolve(base: &Uri, reference: &str) -> Option<Uri> {
    let mut to = ::url::Url::parse(&base.to_string())
        .ok()?
        .join(reference)
        .ok()?;
    to.set_fragment(None);
    to.as_str().parse().ok()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn sensitive(text: &'static str) -> HeaderValue {
        let mut value = HeaderValue::from_static(text);
        value.set_sensitive(true);
        value
    }

    fn uri(text: &str) -> Uri {
        text.parse().expect("a URL")
    }

    fn to(method: Method, status: u16, location: &str) -> Redirect {
        let headers = HeaderMap::from_iter([(LOCATION, location.parse().expect("a header"))]);
        let status = StatusCode::from_u16(status).expect("a status");
        of_response(
            &method,
            method == Method::POST,
            &uri("https://a.example/x/y?q=1"),
            status,
            &headers,
        )
    }

    #[test]
    fn references_are_resolved() {
        for (reference, expected) in [
            ("https://b.example/z#f", "https://b.example/z"),
            ("//b.example/z", "https://b.example/z"),
            ("/z?a=b", "https://a.example/z?a=b"),
            ("z", "https://a.example/x/z"),
            ("../z/./w", "https://a.example/z/w"),
            ("../../../z", "https://a.example/z"),
            ("?r=2", "https://a.example/x/y?r=2"),
            ("z:8?a=/b", ""),
        ] {
            let resolved = resolve(&uri("https://a.example/x/y?q=1"), reference);
            if expected.is_empty() {
                assert!(
                    !matches!(to(Method::GET, 302, reference), Redirect::Follow { .. }),
                    "{reference}"
                );
            } else {
                assert_eq!(resolved, Some(uri(expected)), "{reference}");
            }
        }
    }

    #[test]
    fn which_redirects_are_followed() {
        let there = || uri("https://b.example/");
        for status in [301, 302, 303, 307, 308] {
            assert_eq!(
                to(Method::GET, status, "https://b.example/"),
                Redirect::Follow {
                    to: there(),
                    as_get: false
                },
                "{status}"
            );
        }
        assert_eq!(
            to(Method::POST, 303, "https://b.example/"),
            Redirect::Follow {
                to: there(),
                as_get: true
            }
        );
        assert_eq!(
            to(Method::POST, 307, "/other"),
            Redirect::Follow {
                to: uri("https://a.example/other"),
                as_get: false
            }
        );
        for (method, status, location) in [
            (Method::POST, 301, "/other"),
            (Method::POST, 302, "/other"),
            (Method::POST, 307, "https://b.example/"),
            (Method::GET, 302, "http://a.example/x/y"),
            (Method::GET, 302, "ftp://a.example/x"),
            (Method::GET, 302, "file:///etc/passwd"),
            (Method::GET, 302, "https://"),
        ] {
            assert!(
                matches!(to(method.clone(), status, location), Redirect::Refuse(_)),
                "{method} {status} {location}"
            );
        }
        for status in [200, 300, 304, 305] {
            assert_eq!(
                to(Method::GET, status, "/other"),
                Redirect::None,
                "{status}"
            );
        }
        let bare = of_response(
            &Method::PUT,
            true,
            &uri("https://a.example/"),
            StatusCode::PERMANENT_REDIRECT,
            &HeaderMap::new(),
        );
        assert_eq!(bare, Redirect::None);
    }

    #[test]
    fn origins() {
        assert!(same_origin(
            &uri("https://a.example/x"),
            &uri("https://A.example:443/y")
        ));
        assert!(!same_origin(
            &uri("https://a.example/"),
            &uri("https://b.a.example/")
        ));
        assert!(!same_origin(
            &uri("https://a.example/"),
            &uri("https://a.example:8443/")
        ));
        assert!(!same_origin(
            &uri("https://a.example/"),
            &uri("http://a.example/")
        ));
    }

    #[test]
    fn every_credential_header_is_dropped() {
        let mut headers = HeaderMap::new();
        for name in [
            "authorization",
            "cookie",
            "x-goog-api-key",
            "proxy-authorization",
            "x-goog-user-project",
            "accept",
        ] {
            headers.insert(name, HeaderValue::from_static("v"));
        }
        headers.insert("x-own-secret", sensitive("v"));
        let identity = HeaderMap::from_iter([(
            HeaderName::from_static("x-goog-user-project"),
            sensitive("p"),
        )]);
        strip_credentials(&mut headers, Some(&identity));
        assert_eq!(
            headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(),
            ["accept"]
        );
    }
}
