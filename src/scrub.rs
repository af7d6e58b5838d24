//! Takes secrets out of what is written down: recordings, and requests as command lines.

use http::{HeaderMap, HeaderName};
use serde_json::Value;

/// What stands for a secret. It is also valid base64, so that it decodes where bytes belong.
pub(crate) const REDACTED: &str = "REDACTED";

const SECRET_ENDINGS: [&str; 24] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "credential",
    "credentials",
    "jwt",
    "assertion",
    "otp",
    "plaintext",
    "privatekey",
    "privatekeydata",
    "clientkey",
    "clientkeydata",
    "secretkey",
    "accesskey",
    "apikey",
    "keystring",
    "sharedkey",
    "rawkey",
    "authorizationcode",
    "signedurl",
    "signedblob",
];

/// Tokens that mark a place in data.
const CURSORS: [&str; 10] = [
    "pagetoken",
    "synctoken",
    "continuationtoken",
    "resumetoken",
    "streamtoken",
    "partitiontoken",
    "consistencytoken",
    "sequencetoken",
    "restarttoken",
    "sourcetoken",
];

/// Whether a property of this name holds a secret. It would rather hide a harmless text than keep a password.
fn is_secret(name: &str) -> bool {
    let name: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    if name.ends_with("token") {
        return !CURSORS.iter().any(|cursor| name.ends_with(cursor));
    }
    SECRET_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Replaces the secrets in a JSON value.
pub(crate) fn json(value: &mut Value) {
    match value {
        Value::Object(object) => {
            for (name, value) in object.iter_mut() {
                // The payload of Secret Manager.
                if let Some(data) = value.get_mut("data").filter(|_| name == "payload") {
                    hide(data);
                }
                if is_secret(name) {
                    hide(value);
                } else {
                    json(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(json),
        Value::String(text) if text.starts_with("http") => {
            *text = crate::url::redact(text);
        }
        _ => {}
    }
}

fn hide(value: &mut Value) {
    match value {
        Value::String(text) if !text.is_empty() => REDACTED.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::Object(_) => json(value),
        _ => {}
    }
}

/// Replaces the secrets in a form (`name=value&...`).
pub(crate) fn form(text: &str) -> String {
    let pairs = text.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_secret(name) || matches!(name, "code" | "code_verifier" | "key") => {
            format!("{name}={REDACTED}")
        }
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// Whether a header's value may be written down.
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

/// The headers that may be written down.
pub(crate) fn headers(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers.iter().filter_map(|(name, value)| {
        let open = is_open_header(name) && !value.is_sensitive();
        open.then(|| Some((name.as_str(), value.to_str().ok()?)))?
    })
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
            "apiKeys": {"apiKey": "CANARY"}, "client_secret": ["CANARY"]
        });
        super::json(&mut value);
        let text = value.to_string();
        assert!(!text.contains("CANARY"), "{text}");
        for kept in ["\"p\"", "\"kept\"", "a=b", "\"x\"", "\"passwords\":3"] {
            assert!(text.contains(kept), "{kept}: {text}");
        }
        assert_eq!(
            form("grant_type=x&assertion=CANARY&code=CANARY&scope=a"),
            "grant_type=x&assertion=REDACTED&code=REDACTED&scope=a"
        );
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
}
