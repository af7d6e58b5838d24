//! Bytes as base64.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

/// The type `byte` of Discovery documents is base64 in the URL-safe alphabet, with padding.
const SENT: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, GeneralPurposeConfig::new());

/// Servers send either alphabet, with or without padding, and some set unused bits of the last character.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);

/// The base64 alphabet of bytes in the bodies of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Base64 {
    /// `-` and `_` (RFC 4648 section 5), as Discovery documents define it. Every service of Google takes it.
    #[default]
    UrlSafe,
    /// `+` and `/` (RFC 4648 section 4), for servers that take nothing else, such as some emulators.
    Standard,
}

/// Encodes bytes in the URL-safe alphabet.
pub(super) fn encode(bytes: &[u8]) -> String {
    SENT.encode(bytes)
}

/// Encodes bytes in the standard alphabet.
pub(crate) fn encode_standard(bytes: &[u8]) -> String {
    in_standard(&encode(bytes))
}

/// Returns a text of the URL-safe alphabet in the standard one.
pub(crate) fn in_standard(text: &str) -> String {
    text.replace('-', "+").replace('_', "/")
}

/// Decodes either alphabet.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let engine = if text.contains(['+', '/']) {
        &STANDARD
    } else {
        &URL_SAFE
    };
    engine.decode(text).ok()
}
