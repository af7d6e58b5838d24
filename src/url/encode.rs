//! Percent-encoding (RFC 3986) of what callers give.

use std::fmt::Write as _;

/// `A-Z a-z 0-9 - . _ ~`, which never need encoding.
const fn unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// What a path segment may hold besides: sub-delims, `:` and `@`. `?`, `#`, `[` and `]` are not among them.
const fn segment(byte: u8) -> bool {
    unreserved(byte)
        || matches!(
            byte,
            b'!' | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
                | b':'
                | b'@'
        )
}

/// Appends `text` with everything encoded but unreserved characters: `{x}` in a path, names and values in a query.
pub(crate) fn push_encoded(out: &mut String, text: &str) {
    push(out, text, unreserved, false);
}

/// Appends one segment of a `{+x}`. With `escaped`, escapes that `text` already holds are kept.
pub(crate) fn push_segment(out: &mut String, text: &str, escaped: bool) {
    push(out, text, segment, escaped);
}

fn push(out: &mut String, text: &str, keep: fn(u8) -> bool, keep_escapes: bool) {
    let bytes = text.as_bytes();
    for (index, &byte) in bytes.iter().enumerate() {
        if keep(byte) || (keep_escapes && is_escape(&bytes[index..])) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

/// Whether `bytes` begin with `%` and two hexadecimal digits.
pub(crate) fn is_escape(bytes: &[u8]) -> bool {
    matches!(bytes, [b'%', high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

/// Whether `text` holds any escape.
pub(crate) fn has_escape(text: &str) -> bool {
    text.as_bytes().windows(3).any(is_escape)
}
