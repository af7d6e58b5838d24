//! From a URI to the URL that reqwest wants.

use std::cell::RefCell;

use ::reqwest::Url;
use http::Uri;

thread_local! {
    /// The last URL. Hosts take long to parse, because they may be of any script, and most requests go where the one before went: the next page of a list and
    /// the next look at an operation even to the same path.
    static LAST: RefCell<Option<Last>> = const { RefCell::new(None) };
}

struct Last {
    scheme: String,
    authority: String,
    /// As it was given, which is not always as it stands in the URL.
    path: String,
    /// The URL without a query.
    url: Url,
}

/// The same URL, or none where `uri` names no host that exists by the rules of URLs.
pub(super) fn of(uri: &Uri) -> Option<Url> {
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?.as_str());
    let mut url = LAST.with_borrow_mut(|last| {
        let goes_there = |last: &Last| last.scheme == scheme && last.authority == authority;
        if !last.as_ref().is_some_and(goes_there) {
            *last = Some(Last {
                scheme: scheme.to_owned(),
                authority: authority.to_owned(),
                path: String::from("/"),
                url: Url::parse(&format!("{scheme}://{authority}/")).ok()?,
            });
        }
        let last = last.as_mut()?;
        if last.path != uri.path() {
            last.url.set_path(uri.path());
            uri.path().clone_into(&mut last.path);
        }
        Some(last.url.clone())
    })?;
    url.set_query(uri.query());
    Some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_what_parsing_it_whole_gives() {
        let origins = [
            "https://storage.googleapis.com",
            "https://STORAGE.googleapis.com:443",
            "http://127.0.0.1:8080",
            "http://127.1",
            "http://[::1]:80",
            "https://xn--bcher-kva.example",
            "https://a_b.example",
        ];
        let paths = [
            "",
            "/",
            "/b/x%2Fy/o",
            "/a/../b",
            "/a/%2e%2E/b",
            "/a//b/",
            "/a:cancel",
            "/a;b=c,d@e/!$&'()*+",
            "/a|b\"c",
            "/%zz",
            "?a=b",
            "/a?",
            "/a?b=c&d=%20'e'",
            "/a?b=/../c?d",
        ];
        let is_whole = |origin: &str, path: &str| {
            let text = format!("{origin}{path}");
            let uri: Uri = text.parse().expect("a URI");
            let whole = Url::parse(&uri.to_string()).expect("a URL");
            assert_eq!(of(&uri), Some(whole), "{text}");
        };
        // Each twice in a row, each after the same path elsewhere, and each after each other path in the same place.
        for path in paths {
            for origin in origins {
                is_whole(origin, path);
                is_whole(origin, path);
            }
        }
        for origin in origins {
            for path in paths {
                for other in paths {
                    is_whole(origin, path);
                    is_whole(origin, other);
                }
            }
        }
    }

    #[test]
    fn hosts_that_do_not_exist_are_none() {
        for text in ["http://256.256.256.256/", "http://a%20b/", "http://xn--a/"] {
            if let Ok(uri) = text.parse::<Uri>() {
                assert_eq!(of(&uri), None, "{text}");
            }
        }
        assert_eq!(of(&Uri::from_static("/path")), None);
    }
}
