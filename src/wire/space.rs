//! What stands around a JSON text.

/// The whitespace of JSON (RFC 8259, section 2), which has no form feed.
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// `text` without the space before it.
pub(crate) fn trim_start(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !is_space(*byte));
    &text[start.unwrap_or(text.len())..]
}

/// `text` without the space around it.
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| !is_space(*byte));
    trim_start(&text[..end.map_or(0, |last| last + 1)])
}

/// A byte order mark in UTF-8, which readers of JSON may pass over (RFC 8259, section 8.1), and readers of events do.
pub(crate) const MARK: &[u8] = b"\xEF\xBB\xBF";

/// `text` without a byte order mark before it.
pub(crate) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(MARK).unwrap_or(text)
}
