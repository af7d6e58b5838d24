//! The headers that speak of ranges, read strictly.

/// The `Content-Range` of a request's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chunk {
    /// Where it starts and how long it is; `None` for a question.
    pub(crate) bytes: Option<(u64, u64)>,
    /// The length of everything.
    pub(crate) total: Option<u64>,
}

/// Reads `bytes 0-15/30`, `bytes 0-15/*`, `bytes */30` or `bytes */*`.
pub(crate) fn chunk(text: &str) -> Option<Chunk> {
    let (bytes, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let total = match total {
        "*" => None,
        total => Some(digits(total)?),
    };
    if bytes == "*" {
        return Some(Chunk { bytes: None, total });
    }
    let (first, last) = bytes.split_once('-')?;
    let (first, last) = (digits(first)?, digits(last)?);
    let is_inside = last >= first && total.is_none_or(|total| last < total);
    // Only then: of a range that is none, the length would be less than nothing.
    is_inside.then(|| Chunk {
        bytes: Some((first, (last - first).saturating_add(1))),
        total,
    })
}

/// What a `Range` asks of `len` bytes (RFC 9110, section 14.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// From here, so many.
    Part(u64, u64),
    /// What is not there: 416.
    Nothing,
    /// The header is not understood, and ignored.
    Ignored,
}

pub(crate) fn asked(text: &str, len: u64) -> Asked {
    let Some((first, last)) = text.strip_prefix("bytes=").and_then(|t| t.split_once('-')) else {
        return Asked::Ignored;
    };
    let (from, end) = match (digits(first), digits(last)) {
        (None, Some(suffix)) if first.is_empty() => (len - suffix.min(len), len),
        (Some(from), None) if last.is_empty() => (from, len),
        (Some(from), Some(last)) if last >= from => (from, len.min(last.saturating_add(1))),
        _ => return Asked::Ignored,
    };
    if from >= end {
        return Asked::Nothing;
    }
    Asked::Part(from, end - from)
}

fn digits(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks() {
        let some = |bytes, total| Some(Chunk { bytes, total });
        for (text, read) in [
            ("bytes 0-15/30", some(Some((0, 16)), Some(30))),
            ("bytes 16-29/*", some(Some((16, 14)), None)),
            ("bytes */30", some(None, Some(30))),
            ("bytes */*", some(None, None)),
            ("bytes 32-31/32", None),
            ("bytes 16-30/30", None),
            ("bytes=0-15/30", None),
            ("bytes 0-15", None),
            ("bytes +0-15/30", None),
        ] {
            assert_eq!(chunk(text), read, "{text}");
        }
    }

    #[test]
    fn ranges() {
        for (text, read) in [
            ("bytes=0-9", Asked::Part(0, 10)),
            ("bytes=90-", Asked::Part(90, 10)),
            ("bytes=90-1000", Asked::Part(90, 10)),
            ("bytes=-10", Asked::Part(90, 10)),
            ("bytes=-1000", Asked::Part(0, 100)),
            ("bytes=100-", Asked::Nothing),
            ("bytes=-0", Asked::Nothing),
            ("bytes=9-0", Asked::Ignored),
            ("pages=1-2", Asked::Ignored),
            ("bytes=a-b", Asked::Ignored),
        ] {
            assert_eq!(asked(text, 100), read, "{text}");
        }
    }
}
