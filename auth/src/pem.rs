//! Private keys in PEM (RFC 7468), in the forms in which shells, environment files and CI variables leave them.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use secrecy::zeroize::Zeroizing;

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
    /// What the block says that it is, such as `PRIVATE KEY`.
    pub(crate) label: &'a str,
    body: &'a str,
}

impl<'a> Block<'a> {
    /// The first private key of `text`, or else its first block. Whatever stands around it is ignored: quotation marks, a byte order
    /// mark, certificates, attributes.
    pub(crate) fn find(text: &'a str) -> Option<Self> {
        let blocks = || {
            text.match_indices(BEGIN).filter_map(|(start, begin)| {
                let (label, rest) = text[start + begin.len()..].split_once(MARK)?;
                let body = rest.split(MARK).next().unwrap_or(rest);
                let is_whole = rest[body.len()..].starts_with(END);
                Some(Self {
                    label: label.trim(),
                    // What is cut off has no body that could be used.
                    body: if is_whole { body } else { "" },
                })
            })
        };
        blocks()
            .find(|block| block.label.ends_with("PRIVATE KEY"))
            .or_else(|| blocks().next())
    }

    /// Whether a passphrase is needed, which headers of older forms say (RFC 1421, section 4.6).
    pub(crate) fn is_encrypted(&self) -> bool {
        self.label.starts_with("ENCRYPTED ") || self.body.contains("Proc-Type: 4,ENCRYPTED")
    }

    /// The block's bytes. Between the marks only base64 counts: line breaks may be spaces, may be missing, or may be spelled out as `\n`
    /// or `\r\n`, once or several times escaped.
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

/// The text of a block as it ought to be.
pub(crate) fn text(label: &str, der: &[u8]) -> Zeroizing<String> {
    let base64 = Zeroizing::new(BASE64.encode(der));
    let mut text = Zeroizing::new(format!("{BEGIN}{label}{MARK}\n"));
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str(&format!("{END}{label}{MARK}\n"));
    text
}
