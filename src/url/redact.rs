//! URLs as they may be shown.

/// `url` with the values of secret query parameters replaced, and without user information.
pub(crate) fn redact(url: &str) -> String {
    let (front, query) = match url.split_once('?') {
        Some((front, query)) => (front, Some(query)),
        None => (url, None),
    };
    let mut out = without_user(front);
    let mut separator = '?';
    for pair in query.into_iter().flat_map(|q| q.split('&')) {
        out.push(separator);
        separator = '&';
        match pair.split_once('=') {
            Some((name, _)) if is_secret(name) => {
                out.push_str(name);
                out.push_str("=REDACTED");
            }
            _ => out.push_str(pair),
        }
    }
    out
}

fn without_user(front: &str) -> String {
    let Some((scheme, rest)) = front.split_once("://") else {
        return front.to_owned();
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

/// Whether the query parameter `name` holds what must not be shown: keys, tokens, upload sessions, and the signatures of signed URLs.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.rsplit("%24").next().unwrap_or(&name);
    match name {
        "key" | "trace" | "code" | "sig" | "assertion" | "upload_id" => true,
        "pagetoken" | "nextpagetoken" | "synctoken" | "page_token" => false,
        _ => [
            "token",
            "secret",
            "password",
            "signature",
            "credential",
            "api_key",
            "apikey",
        ]
        .iter()
        .any(|part| name.contains(part)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_replaced_and_the_rest_is_kept() {
        assert_eq!(
            redact(
                "https://h/v1/x?a=1&key=CANARY&access_token=CANARY&pageToken=p&upload_id=CANARY&X-Goog-Signature=CANARY&b"
            ),
            "https://h/v1/x?a=1&key=REDACTED&access_token=REDACTED&pageToken=p&upload_id=REDACTED&X-Goog-Signature=REDACTED&b"
        );
        assert_eq!(
            redact("http://user:CANARY@h:8080/a@b?c=d"),
            "http://h:8080/a@b?c=d"
        );
        assert_eq!(redact("https://h"), "https://h");
    }
}
