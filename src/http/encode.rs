//! Percent-encoding (RFC 3986).

use std::fmt::Write as _;

/// `A-Z a-z 0-9 - . _ ~`, which never need encoding.
const fn unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Further characters of a path segment: sub-delims, `:` and `@`. `?`, `#`, `[` and `]` are not among them.
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
    push(out, text, unreserved);
}

/// Appends one segment of a `{+x}`.
pub(crate) fn push_segment(out: &mut String, text: &str) {
    push(out, text, segment);
}

fn push(out: &mut String, text: &str, is_plain: fn(u8) -> bool) {
    for byte in text.bytes() {
        if is_plain(byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
}
