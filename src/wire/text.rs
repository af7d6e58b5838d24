//! Strings, and bytes as base64.

use super::Wire;
use super::scalar::{Found, Scalar, read_scalar};
use crate::wire::Param;
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use serde::de::Deserializer;
use serde::ser::Serializer;

impl Scalar for String {
    const EXPECTED: &'static str = "a string";
    const QUOTED: bool = false;

    #[inline]
    fn take(found: Found<'_>) -> Option<String> {
        match found {
            Found::Text(text) => Some(text.to_owned()),
            _ => None,
        }
    }
}

impl Wire for String {
    #[inline]
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        read_scalar(deserializer)
    }

    fn as_text(&self) -> Option<&str> {
        Some(self)
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
fn encode(bytes: &[u8]) -> String {
    SENT.encode(bytes)
}

/// Bytes as servers send them.
fn decode(text: &str) -> Option<Vec<u8>> {
    if text.contains(['+', '/']) {
        STANDARD.decode(text).ok()
    } else {
        URL_SAFE.decode(text).ok()
    }
}

impl Scalar for Bytes {
    const EXPECTED: &'static str = "base64 data";
    const QUOTED: bool = false;

    fn take(found: Found<'_>) -> Option<Bytes> {
        match found {
            Found::Text(text) => decode(text).map(Bytes::from),
            _ => None,
        }
    }
}

impl Wire for Bytes {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Bytes, D::Error> {
        read_scalar(deserializer)
    }

    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&encode(self))
    }

    fn text(&self) -> Option<String> {
        Some(encode(self))
    }
}

impl Param for Bytes {
    fn into_wire(self) -> String {
        encode(&self)
    }
}
