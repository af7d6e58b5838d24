//! Strings, and bytes as base64.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;

use super::property::{Expected, View};
use super::scalar::Found;
use super::{Param, Wire};

impl Wire for String {
    const EXPECTED: Expected = Expected::unquoted("a string");

    fn from_scalar(found: Found<'_>) -> Option<String> {
        match found {
            Found::Text(text) => Some(text.to_owned()),
            _ => None,
        }
    }

    fn view(&self) -> View<'_> {
        View::Text(self)
    }
}

/// The Discovery type table: `byte` is base64 in the URL-safe alphabet, padded.
const SENT: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, GeneralPurposeConfig::new());

/// Servers send either alphabet, padded or not, and some leave stray bits in the last character.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);

/// Bytes as they are sent.
pub(super) fn encode(bytes: &[u8]) -> String {
    SENT.encode(bytes)
}

/// The alphabet in which bytes travel in the body of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Base64 {
    /// `-` and `_` (RFC 4648 section 5), as the Discovery type table has it. Every service of Google takes it.
    #[default]
    UrlSafe,
    /// `+` and `/` (RFC 4648 section 4), for servers that take nothing else, such as some emulators.
    Standard,
}

/// Bytes in the standard alphabet.
pub(crate) fn encode_standard(bytes: &[u8]) -> String {
    in_standard(&encode(bytes))
}

/// A text of the URL-safe alphabet in the standard one.
pub(crate) fn in_standard(text: &str) -> String {
    text.replace('-', "+").replace('_', "/")
}

/// Bytes as servers send them.
fn decode(text: &str) -> Option<Vec<u8>> {
    if text.contains(['+', '/']) {
        STANDARD.decode(text).ok()
    } else {
        URL_SAFE.decode(text).ok()
    }
}

impl Wire for Bytes {
    const EXPECTED: Expected = Expected::unquoted("base64 data");

    fn from_scalar(found: Found<'_>) -> Option<Bytes> {
        match found {
            Found::Text(text) => decode(text).map(Bytes::from),
            _ => None,
        }
    }

    fn view(&self) -> View<'_> {
        View::Bytes(self)
    }
}

impl Param for Bytes {
    fn into_wire(self) -> String {
        encode(&self)
    }
}
