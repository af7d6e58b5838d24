//! Removes secrets from recordings, command lines and errors.

use std::borrow::Cow;

pub(crate) use gapi_transport::redact::url;
use gapi_transport::redact::{self, REDACTED};
use http::{HeaderMap, HeaderName, Uri};
use serde_json::Value;

/// Replaces the secrets in a JSON value.
pub(crate) fn json(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (name, value) in object.iter_mut() {
                // The payload of Secret Manager.
                if let Some(data) = value.get_mut("data").filter(|_| name == "payload") {
                    hide(data);
                }
                if redact::is_secret_property(name) {
                    hide(value);
                } else {
                    json(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(json),
        Value::String(text) if text.starts_with("http") => {
            *text = url(text);
        }
        _ => {}
    }
}

fn hide(value: &mut Value) {
    match value {
        Value::String(text) if !text.is_empty() => REDACTED.clone_into(text),
        Value::Number(number) => *number = 0.into(),
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::Object(_) => json(value),
        _ => {}
    }
}

/// Replaces the secrets in a form (`name=value&...`).
pub(crate) fn form(text: &str) -> String {
    let pairs = text.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _))
            if redact::is_secret_property(name)
                || matches!(name, "code" | "code_verifier" | "key") =>
        {
            format!("{name}={REDACTED}")
        }
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// The prefixes of Google's credentials: access tokens, refresh tokens, API keys, secrets of OAuth clients, and signed tokens.
const BEGINNINGS: [&str; 5] = ["ya29.", "1//", "AIza", "GOCSPX-", "eyJ"];

/// Schemes of the header `authorization`, before a credential of any form.
const SCHEMES: [&str; 2] = ["bearer", "basic"];

/// Credentials with a prefix are longer than this.
const SHORTEST: usize = 12;

/// Credentials after a scheme are longer than this, which words are not.
const SHORTEST_OF_SCHEME: usize = 16;

/// Replaces what looks like a credential in a text.
pub(crate) fn words(text: &str) -> Cow<'_, str> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
    let mut redacted = String::new();
    let mut copied = 0;
    let mut after_scheme = false;
    let mut at = 0;
    while let Some(start) = text[at..].find(is_part).map(|start| at + start) {
        let end = text[start..].find(|c| !is_part(c));
        let end = end.map_or(text.len(), |end| start + end);
        let run = &text[start..end];
        let hidden = if after_scheme && run.len() > SHORTEST_OF_SCHEME {
            Some(0)
        } else {
            credential(run)
        };
        if let Some(offset) = hidden {
            redacted.push_str(&text[copied..start + offset]);
            redacted.push_str(REDACTED);
            copied = end;
        }
        let word = run.rsplit('=').next().unwrap_or(run);
        after_scheme = SCHEMES.iter().any(|s| word.eq_ignore_ascii_case(s));
        at = end;
    }
    if copied == 0 {
        return text.into();
    }
    redacted.push_str(&text[copied..]);
    redacted.into()
}

/// Returns where in a run of characters a credential begins.
fn credential(run: &str) -> Option<usize> {
    let begins = |beginning: &&str| {
        run.match_indices(*beginning).map(|(at, _)| at).find(|at| {
            // Only at the start of a word.
            let is_start = !run[..*at].ends_with(|c: char| c.is_ascii_alphanumeric());
            is_start && run.len() - at > SHORTEST
        })
    };
    BEGINNINGS.iter().filter_map(begins).min()
}

/// Returns whether a header has no secret value.
pub(crate) fn is_open_header(name: &HeaderName) -> bool {
    const OPEN: [&str; 22] = [
        "accept",
        "accept-ranges",
        "content-encoding",
        "content-id",
        "content-length",
        "content-range",
        "content-type",
        "date",
        "etag",
        "if-match",
        "if-none-match",
        "last-modified",
        "range",
        "retry-after",
        "server",
        "vary",
        "x-goog-api-version",
        "x-goog-generation",
        "x-goog-hash",
        "x-goog-metageneration",
        "x-goog-stored-content-length",
        "x-http-method-override",
    ];
    OPEN.contains(&name.as_str())
}

/// Returns the headers without secret values.
pub(crate) fn headers(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers.iter().filter_map(|(name, value)| {
        let open = is_open_header(name) && !value.is_sensitive();
        open.then(|| Some((name.as_str(), value.to_str().ok()?)))?
    })
}

/// Returns a URL whose path has this template, with the values of secret parameters replaced, and without user information.
pub(crate) fn url_of(url: &Uri, template: &str) -> String {
    let is_secret = |segment: &&str| {
        let mut names = segment.split('{').skip(1);
        names.any(|name| redact::is_secret_property(name.split('}').next().unwrap_or_default()))
    };
    let text = self::url(&url.to_string());
    let segments: Vec<&str> = template.rsplit('/').collect();
    let (front, query) = text.split_at(text.find('?').unwrap_or(text.len()));
    let mut parts: Vec<&str> = front.rsplit('/').collect();
    for (index, segment) in segments.iter().enumerate() {
        let is_long = segment.contains("{+");
        // Where the value of several segments begins is not known.
        if is_long && segments[index..].iter().any(is_secret) {
            parts.truncate(index);
            parts.push(REDACTED);
        } else if !is_long
            && is_secret(segment)
            && let Some(part) = parts.get_mut(index)
        {
            *part = REDACTED;
        }
        if is_long {
            break;
        }
    }
    parts.reverse();
    format!("{}{query}", parts.join("/"))
}

/// A URL for errors. Its secrets are removed when an error shows it, because most calls never do.
pub(crate) struct RedactedUrl {
    url: Uri,
    template: &'static str,
    instead: Option<String>,
}

impl RedactedUrl {
    /// `template` is that of the path, and `instead` replaces a URL that is secret as a whole.
    pub(crate) fn new(url: &Uri, template: &'static str, instead: Option<String>) -> Self {
        Self {
            url: url.clone(),
            template,
            instead,
        }
    }

    /// Returns the URL with its secrets.
    pub(crate) fn url(&self) -> &Uri {
        &self.url
    }

    pub(crate) fn text(&self) -> String {
        match &self.instead {
            None => url_of(&self.url, self.template),
            Some(text) => text.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_go_and_the_rest_stays() {
        let mut value = json!({
            "name": "n", "rootPassword": "CANARY", "nested": [{"access_token": "CANARY", "nextPageToken": "p"}],
            "payload": {"data": "CANARY", "dataCrc32c": "1"}, "credentials": {"private_key": "CANARY", "type": "x"},
            "passwords": 3, "mediaLink": "https://h/o?upload_id=CANARY&a=b", "data": "kept", "tokens": ["CANARX"],
            "apiKeys": {"apiKey": "CANARY", "otp": 424242}, "client_secret": ["CANARY"]
        });
        super::json(&mut value);
        let text = value.to_string();
        assert!(
            !text.contains("CANARY") && !text.contains("424242"),
            "{text}"
        );
        for kept in ["\"p\"", "\"kept\"", "a=b", "\"x\"", "\"passwords\":3"] {
            assert!(text.contains(kept), "{kept}: {text}");
        }
        assert_eq!(
            form("grant_type=x&assertion=CANARY&code=CANARY&scope=a"),
            "grant_type=x&assertion=REDACTED&code=REDACTED&scope=a"
        );
    }

    #[test]
    fn credentials_are_taken_out_of_texts() {
        for (text, shown) in [
            ("no ya29.a0CANARY-CANARY_1 here", "no REDACTED here"),
            (
                "Authorization: Bearer CANARYCANARY+1/2==, more",
                "Authorization: Bearer REDACTED, more",
            ),
            (
                "authorization=[BASIC CANARYCANARYCANARY=]",
                "authorization=[BASIC REDACTED]",
            ),
            ("?key=AIzaCANARYCANARY&x=1", "?key=REDACTED&x=1"),
            ("token 1//0CANARYCANARY.", "token REDACTED"),
            ("eyJhbGciCANARY.eyJpc3MiCANARY.CANARY", "REDACTED"),
            ("secret GOCSPX-CANARY_CANARY", "secret REDACTED"),
        ] {
            assert_eq!(words(text), shown);
        }
        for kept in [
            "",
            "No such object: bucket/a-rather-long-name-2026-01-01T00_part-000001.csv",
            "Bearer authentication is needed; a bearer token is not valid, see https://cloud.google.com/docs/authentication?hl=en",
            "projects/123456789012/locations/global/keyRings/my-key-ring/cryptoKeys/1 (eyJ, ya29., AIza)",
            "request 123e4567-e89b-12d3-a456-426614174000 failed",
        ] {
            assert_eq!(words(kept), kept);
        }
    }

    #[test]
    fn only_harmless_headers_are_written() {
        let mut map = HeaderMap::new();
        for name in [
            "authorization",
            "cookie",
            "set-cookie",
            "x-goog-api-key",
            "location",
            "x-upload-id",
            "x-goog-iam-authorization-token",
        ] {
            map.insert(
                HeaderName::from_static(name),
                "CANARY".parse().expect("text"),
            );
        }
        map.insert("content-type", "text/plain".parse().expect("text"));
        assert_eq!(
            headers(&map).collect::<Vec<_>>(),
            [("content-type", "text/plain")]
        );
    }

    #[test]
    fn secrets_of_urls_are_replaced() {
        assert_eq!(
            url(
                "https://h/v1/x?a=1&key=CANARY&access_token=CANARY&pageToken=p&upload_id=CANARY&X-Goog-Signature=CANARY&b"
            ),
            "https://h/v1/x?a=1&key=REDACTED&access_token=REDACTED&pageToken=p&upload_id=REDACTED&X-Goog-Signature=REDACTED&b"
        );
        assert_eq!(
            url("http://user:CANARY@h:8080/a@b?c=d"),
            "http://h:8080/a@b?c=d"
        );
        assert_eq!(url("https://h"), "https://h");
        assert_eq!(url("ann:CANARY@h/a@b?otp=CANARY"), "h/a@b?otp=REDACTED");
        for (path, template, expected) in [
            (
                "v1/a/tokens/CANARY",
                "{x}/tokens/{token}",
                "v1/a/tokens/REDACTED",
            ),
            (
                "v1/CANARY:use/b?c=d",
                "v1/{token}:use/{x}",
                "v1/REDACTED/b?c=d",
            ),
            (
                "v1/a/b/tokens/CANARY",
                "v1/{+name}/tokens/{accessToken}",
                "v1/a/b/tokens/REDACTED",
            ),
            ("v1/a/CANARY/b/c/x", "v1/{token}/{+name}/x", "REDACTED/x"),
            ("v1/a/b", "v1/{+name}", "v1/a/b"),
        ] {
            let uri = format!("https://h/{path}").parse().expect("a URL");
            let text = url_of(&uri, template);
            assert_eq!(text.trim_start_matches("https://h/"), expected);
        }
    }
}
