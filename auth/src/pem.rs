//! Keys and certificates in PEM (RFC 7468). Keys of JSON files may be altered by shells, environment files and CI variables.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use secrecy::{SecretString, zeroize::Zeroizing};

use crate::{AuthError, AuthErrorKind};

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const MARK: &str = "-----";

/// Base64 with padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// One block of a PEM text.
pub(crate) struct Block<'a> {
    /// The type of the block, such as `PRIVATE KEY`.
    pub(crate) label: &'a str,
    body: &'a str,
}

impl<'a> Block<'a> {
    /// Returns the first private key of `text`, else its first block. Text around it is ignored: quotation marks, a byte order mark,
    /// certificates, attributes.
    pub(crate) fn find(text: &'a str) -> Option<Self> {
        let blocks = || {
            text.match_indices(BEGIN).filter_map(|(start, begin)| {
                let (label, rest) = text[start + begin.len()..].split_once(MARK)?;
                let body = rest.split(MARK).next().unwrap_or(rest);
                let is_whole = rest[body.len()..].starts_with(END);
                Some(Self {
                    label: label.trim(),
                    // The body of a block without an end is not used.
                    body: if is_whole { body } else { "" },
                })
            })
        };
        blocks()
            .find(|block| block.label.ends_with("PRIVATE KEY"))
            .or_else(|| blocks().next())
    }

    /// Whether the block is encrypted. Older formats have a header for this (RFC 1421, section 4.6).
    pub(crate) fn is_encrypted(&self) -> bool {
        self.label.starts_with("ENCRYPTED ") || self.body.contains("Proc-Type: 4,ENCRYPTED")
    }

    /// Returns the bytes of the block. Characters other than base64 are ignored: line breaks may be spaces, may be missing, or may be
    /// written as `\n` or `\r\n`, with one or several backslashes.
    pub(crate) fn der(&self) -> Option<Zeroizing<Vec<u8>>> {
        let mut base64 = Zeroizing::new(String::with_capacity(self.body.len()));
        let mut is_escaped = false;
        for character in self.body.chars() {
            let is_break = is_escaped && matches!(character, 'n' | 'r' | 't');
            is_escaped = character == '\\';
            let is_base64 = character.is_ascii_alphanumeric() || "+/=".contains(character);
            if is_base64 && !is_break {
                base64.push(character);
            }
        }
        let der = BASE64.decode(base64.as_bytes()).ok()?;
        Some(Zeroizing::new(der)).filter(|der| !der.is_empty())
    }
}

/// Returns all certificates of a text, without what is between them.
#[cfg(feature = "client-certificate")]
pub(crate) fn certificates(name: &str, text: &str) -> Result<String, AuthError> {
    let found: Vec<_> = blocks(text)
        .filter(|(label, _)| *label == "CERTIFICATE")
        .map(|(_, block)| block)
        .collect();
    let marks = text.matches("-----BEGIN CERTIFICATE-----").count();
    if found.is_empty() || found.len() != marks {
        return Err(unusable(
            name,
            "there is no whole certificate in it",
            "it begins with -----BEGIN CERTIFICATE-----",
        ));
    }
    Ok(found.join("\n"))
}

/// Returns the only private key of a text.
#[cfg(feature = "client-certificate")]
pub(crate) fn private_key(name: &str, text: &str) -> Result<SecretString, AuthError> {
    let mut keys = blocks(text).filter(|(label, _)| label.ends_with("PRIVATE KEY"));
    let hint = "it begins with -----BEGIN PRIVATE KEY-----";
    match (keys.next(), keys.next()) {
        (Some(("ENCRYPTED PRIVATE KEY", _)), None) => Err(unusable(
            name,
            "the private key is encrypted",
            "decrypt it first, for example with `openssl pkcs8`",
        )),
        (Some((_, key)), None) => Ok(SecretString::from(key)),
        (Some(_), Some(_)) => Err(unusable(
            name,
            "there is more than one private key in it",
            hint,
        )),
        (None, _) => Err(unusable(name, "there is no whole private key in it", hint)),
    }
}

/// Returns the blocks of a text, with their labels.
#[cfg(feature = "client-certificate")]
fn blocks(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices("-----BEGIN ")
        .filter_map(|(start, begin)| {
            let label = text[start + begin.len()..].split("-----").next()?;
            let end = format!("-----END {label}-----");
            let block = &text[start..];
            // A block without an end must not use the end of the next one.
            let length = block.find(&end)? + end.len();
            (block[..length].matches("-----BEGIN ").count() == 1)
                .then_some((label, &block[..length]))
        })
}

#[cfg(feature = "client-certificate")]
fn unusable(name: &str, message: &str, hint: &str) -> AuthError {
    AuthError::new(AuthErrorKind::Crypto, format!("{name}: {message}")).with_hint(hint)
}
