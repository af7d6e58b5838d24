//! The names of secrets: in JSON, in URLs, and in texts of servers. One table for the crates that show or record them.

/// The ends of names of secrets, in lower case and without separators. The code generator has the same list.
pub const SECRET_ENDINGS: &[&str] = &[
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
    "secretaccesskey",
    "accesskey",
    "keyvalue",
    "secretvalue",
    "sharedkey",
    "rawkey",
    "apikey",
    "apikeystring",
    "keystring",
    "tokenstring",
    "tokenvalue",
    "authorizationcode",
    "signedurl",
    "signedblob",
];

/// Before `token`: the name of a position in data, which is no secret. The code generator has the same list.
pub const CURSORS: &[&str] = &[
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

/// Parts of names of secrets in URLs and in texts of servers, in lower case.
const SECRET_PARTS: [&str; 9] = [
    "token",
    "assertion",
    "secret",
    "password",
    "private_key",
    "authorization",
    "bearer",
    "api_key",
    "apikey",
];

/// The replacement of a secret. It is valid base64, so that it decodes as bytes.
pub const REDACTED: &str = "REDACTED";

/// Query parameters of secrets besides those of [`SECRET_PARTS`]: keys, sessions of uploads, and signatures of URLs.
const SECRET_PARAMETERS: [&str; 5] = ["key", "trace", "code", "sig", "upload_id"];

/// Names that hold a part of [`SECRET_PARTS`] and are no secrets.
const HARMLESS: [&str; 5] = [
    "token_type",
    "token_uri",
    "token_url",
    "invalid_",
    "grant_type",
];

/// Returns whether a JSON property or a form field of this name holds a secret. In doubt it does.
pub fn is_secret_property(name: &str) -> bool {
    let name: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    match name.strip_suffix("token") {
        Some(before) => !CURSORS.iter().any(|cursor| before.ends_with(cursor)),
        None => SECRET_ENDINGS.iter().any(|ending| name.ends_with(ending)),
    }
}

/// Returns whether a query parameter of this name holds a secret.
pub fn is_secret_parameter(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.rsplit("%24").next().unwrap_or(&name);
    let is_cursor = matches!(
        name,
        "pagetoken" | "nextpagetoken" | "synctoken" | "page_token"
    );
    let is_part = |part: &&str| name.contains(*part);
    SECRET_PARAMETERS.contains(&name)
        || (!is_cursor
            && (SECRET_PARTS.iter().any(is_part)
                || ["signature", "credential"].iter().any(is_part)))
        || is_secret_property(name)
}

/// Returns a query with the values of secret parameters replaced.
pub fn query(text: &str) -> String {
    let pairs = text.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) if is_secret_parameter(name) => format!("{name}={REDACTED}"),
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// Returns whether a name in a server's text, such as `name=value`, is the name of a secret.
pub fn is_secret_in_text(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    if HARMLESS.iter().any(|harmless| name.contains(harmless)) {
        return false;
    }
    SECRET_PARTS.iter().any(|part| name.contains(part))
        || name.trim_matches(|c: char| !c.is_ascii_alphanumeric()) == "code"
}

/// Returns `url` with the values of secret query parameters replaced, and without user information.
pub fn url(url: &str) -> String {
    match url.split_once('?') {
        Some((front, query)) => format!("{}?{}", without_user(front), self::query(query)),
        None => without_user(url),
    }
}

fn without_user(front: &str) -> String {
    let (scheme, rest) = front.split_at(front.find("://").map_or(0, |at| at + 3));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    format!("{scheme}{host}{path}")
}
