//! From a URI to the URL that reqwest wants.

use std::cell::RefCell;

use ::reqwest::Url;
use http::Uri;

thread_local! {
    /// The origin of the last URL. Hosts take long to parse, because they may be of any script, and most requests go where the one before went.
    static LAST: RefCell<Option<Origin>> = const { RefCell::new(None) };
}

struct Origin {
    scheme: String,
    authority: String,
    /// The origin's root.
    root: Url,
}

/// The same URL, or none where `uri` names no host that exists by the rules of URLs.
pub(super) fn of(uri: &Uri) -> Option<Url> {
    let (scheme, authority) = (uri.scheme_str()?, uri.authority()?.as_str());
    let mut url = LAST.with_borrow_mut(|last| {
        if let Some(last) = last
            && last.scheme == scheme
            && last.authority == authority
        {
            return Some(last.root.clone());
        }
        let root = Url::parse(&format!("{scheme}://{authority}/")).ok()?;
        *last = Some(Origin {
            scheme: scheme.to_owned(),
            authority: authority.to_owned(),
            root: root.clone(),
        });
        Some(root)
    })?;
    url.set_path(uri.path());
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
        // Each path twice in a row for each origin, and each origin after another one.
        for path in paths {
            for origin in origins {
                let text = format!("{origin}{path}");
                let uri: Uri = text.parse().expect("a URI");
                let whole = Url::parse(&uri.to_string()).expect("a URL");
                assert_eq!(of(&uri).as_ref(), Some(&whole), "{text}");
                assert_eq!(of(&uri), Some(whole), "{text}");
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
