//! Which fields hold secrets, so that `Debug` never shows them.
//!
//! The rule looks at the words of a name, because documents do not mark secrets. It hides some harmless texts
//! rather than show a password:
//!
//! - what ends in a word of [`ENDINGS`] is secret: `rootPassword`, `certPrivateKey`, `clientSecret`, `apiKey`;
//! - what ends in `token` is secret, unless the word before marks it as a position in data ([`CURSORS`]):
//!   `accessToken` is, `nextPageToken` is not;
//! - the payload of a secret is one by its schema ([`PAYLOADS`]).
//!
//! `gapi_transport::redact` has the same names for the runtime; a test compares the two.
//!
//! Only texts, bytes and lists of them count: numbers (`maxOutputTokens`), enums (`tokenType`) and whole objects do not.

use super::{Type, names};

const ENDINGS: [&[&str]; 28] = [
    &["password"],
    &["passwd"],
    &["passphrase"],
    &["passcode"],
    &["secret"],
    &["credential"],
    &["jwt"],
    &["assertion"],
    &["otp"],
    &["plaintext"],
    &["private", "key"],
    &["private", "key", "data"],
    &["client", "key"],
    &["client", "key", "data"],
    &["secret", "key"],
    &["secret", "access", "key"],
    &["key", "value"],
    &["secret", "value"],
    &["shared", "key"],
    &["raw", "key"],
    &["api", "key"],
    &["api", "key", "string"],
    &["key", "string"],
    &["token", "string"],
    &["token", "value"],
    &["authorization", "code"],
    &["signed", "url"],
    &["signed", "blob"],
];

/// Tokens that mark a position in data, by the word before `token`.
const CURSORS: [&str; 14] = [
    "page",
    "sync",
    "continuation",
    "resume",
    "stream",
    "partition",
    "rewrite",
    "consistency",
    "attribution",
    "sequence",
    "deduplication",
    "separator",
    "restart",
    "source",
];

/// Properties that are the payload of a secret, by the end of their schema's name.
const PAYLOADS: [(&str, &str); 2] = [("SecretPayload", "data"), ("Md5AuthenticationKey", "key")];

/// Whether the property of a schema holds a secret.
pub(super) fn is_secret(schema: &str, property: &str, ty: &Type) -> bool {
    let many = match ty {
        Type::String | Type::Bytes => false,
        Type::List(item) if matches!(**item, Type::String | Type::Bytes) => true,
        _ => return false,
    };
    if PAYLOADS
        .iter()
        .any(|(end, name)| schema.ends_with(end) && property == *name)
    {
        return true;
    }
    let snake = names::snake(property);
    let singular = if many {
        snake.strip_suffix('s').unwrap_or(&snake)
    } else {
        &snake
    };
    let singular = if singular.ends_with("credentials") {
        singular.trim_end_matches('s')
    } else {
        singular
    };
    let words: Vec<&str> = singular.split('_').collect();
    match words.as_slice() {
        [.., before, "token"] => !CURSORS.contains(before),
        ["token"] => true,
        words => ENDINGS.iter().any(|ending| words.ends_with(ending)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn secrets_differ_from_cursors_and_references() {
        let secret = [
            "password",
            "rootPassword",
            "encryptedKeyPassword",
            "certPrivateKey",
            "privateKeyData",
            "clientSecret",
            "secret",
            "accessToken",
            "access_token",
            "idToken",
            "token",
            "signedJwt",
            "apiKey",
            "clientKey",
            "legacySecretKey",
            "refreshToken",
            "credentials",
            "plaintext",
            "keyString",
        ];
        for name in secret {
            assert!(is_secret("X", name, &Type::String), "{name}");
            assert!(is_secret("X", name, &Type::Bytes), "{name}");
        }
        let open = [
            "pageToken",
            "nextPageToken",
            "prevPageToken",
            "newStartPageToken",
            "syncToken",
            "nextSyncToken",
            "resumeToken",
            "rewriteToken",
            "tokenType",
            "secretName",
            "passwordSecretVersion",
            "privateKeyPath",
            "publicKey",
            "key",
            "data",
            "etag",
            "tokenUri",
            "kmsKeyName",
        ];
        for name in open {
            assert!(!is_secret("X", name, &Type::String), "{name}");
        }
    }

    #[test]
    fn payloads_are_known_by_their_schema() {
        assert!(is_secret("SecretPayload", "data", &Type::Bytes));
        assert!(!is_secret("PubsubMessage", "data", &Type::Bytes));
    }

    #[test]
    fn only_texts_and_bytes_are_secret() {
        assert!(!is_secret("X", "maxOutputTokens", &Type::I32));
        assert!(!is_secret("X", "password", &Type::Bool));
        assert!(is_secret(
            "X",
            "passwords",
            &Type::List(Box::new(Type::String))
        ));
        assert!(!is_secret(
            "X",
            "pageTokens",
            &Type::List(Box::new(Type::String))
        ));
    }

    /// The runtime has a table of its own, because no crate depends on both.
    #[test]
    fn the_runtime_redacts_the_same_names() {
        use gapi_transport::redact;
        let names: BTreeSet<String> = ENDINGS.iter().map(|words| words.concat()).collect();
        // The runtime takes no plural away, and also redacts the access keys of other services.
        let more = ["accesskey", "credentials"];
        let runtime = redact::SECRET_ENDINGS.iter().copied();
        let runtime = runtime
            .filter(|name| !more.contains(name))
            .map(str::to_owned);
        assert_eq!(names, runtime.collect());
        assert_eq!(CURSORS, redact::CURSORS);
    }
}
