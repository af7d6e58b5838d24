//! The header `content-range` (RFC 9110, section 14.4).

use http::{HeaderMap, header::CONTENT_RANGE};

/// A range of a representation: `bytes 0-1023/146515`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ContentRange {
    pub(crate) first: u64,
    /// The last byte, inclusive.
    pub(crate) last: u64,
    /// The length of the representation, if the server sent it.
    pub(crate) total: Option<u64>,
}

impl ContentRange {
    /// Reads the header; `None` if it is missing or not valid.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let (range, total) = range_and_total(headers)?;
        let (first, last) = range.split_once('-')?;
        let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        let total = match total {
            "*" => None,
            total => Some(total.parse().ok()?),
        };
        let is_valid = first <= last && last < total.unwrap_or(u64::MAX);
        is_valid.then_some(Self { first, last, total })
    }

    /// Whether this is the whole representation.
    pub(crate) fn is_whole(self) -> bool {
        self.first == 0 && self.total == self.last.checked_add(1)
    }
}

/// Returns the length in `content-range: bytes */146515`, which comes with status 416.
pub(crate) fn complete_length(headers: &HeaderMap) -> Option<u64> {
    match range_and_total(headers)? {
        ("*", total) => total.parse().ok(),
        _ => None,
    }
}

/// Returns the range, `0-1023` or `*`, and the length, `146515` or `*`.
fn range_and_total(headers: &HeaderMap) -> Option<(&str, &str)> {
    let text = headers.get(CONTENT_RANGE)?.to_str().ok()?.trim();
    let (range, total) = text.strip_prefix("bytes")?.split_once('/')?;
    Some((range.trim(), total.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_beside_416() {
        for (text, length) in [
            ("bytes */100", Some(100)),
            ("bytes */0", Some(0)),
            ("bytes 0-9/100", None),
            ("bytes */*", None),
            ("*/5", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(CONTENT_RANGE, text.parse().expect("text"))]);
            assert_eq!(complete_length(&headers), length, "{text}");
        }
    }
}
