//! Certificates and keys in PEM (RFC 7468).

use secrecy::SecretString;

use crate::{AuthError, AuthErrorKind};

/// Every certificate of a text that may hold more than that.
pub(super) fn certificates(place: &str, text: &str) -> Result<String, AuthError> {
    let found: Vec<_> = blocks(text)
        .filter(|(label, _)| *label == "CERTIFICATE")
        .map(|(_, block)| block)
        .collect();
    let marks = text.matches("-----BEGIN CERTIFICATE-----").count();
    if found.is_empty() || found.len() != marks {
        return Err(unusable(
            place,
            "there is no whole certificate in it",
            "it begins with -----BEGIN CERTIFICATE-----",
        ));
    }
    Ok(found.join("\n"))
}

/// The one private key of a text that may hold more than that.
pub(super) fn private_key(place: &str, text: &str) -> Result<SecretString, AuthError> {
    let mut keys = blocks(text).filter(|(label, _)| label.ends_with("PRIVATE KEY"));
    let hint = "it begins with -----BEGIN PRIVATE KEY-----";
    match (keys.next(), keys.next()) {
        (Some(("ENCRYPTED PRIVATE KEY", _)), None) => Err(unusable(
            place,
            "the private key is encrypted",
            "decrypt it first, for example with `openssl pkcs8`",
        )),
        (Some((_, key)), None) => Ok(SecretString::from(key)),
        (Some(_), Some(_)) => Err(unusable(
            place,
            "there is more than one private key in it",
            hint,
        )),
        (None, _) => Err(unusable(place, "there is no whole private key in it", hint)),
    }
}

/// The blocks of a text, with their labels.
fn blocks(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices("-----BEGIN ")
        .filter_map(|(start, begin)| {
            let label = text[start + begin.len()..].split("-----").next()?;
            let end = format!("-----END {label}-----");
            let block = &text[start..];
            // A block that is cut off must not take the next one's end.
            let length = block.find(&end)? + end.len();
            (block[..length].matches("-----BEGIN ").count() == 1)
                .then_some((label, &block[..length]))
        })
}

fn unusable(place: &str, message: &str, hint: &str) -> AuthError {
    AuthError::new(AuthErrorKind::Crypto, format!("{place}: {message}")).with_hint(hint)
}
