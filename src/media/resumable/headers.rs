//! The headers of a resumable upload that count bytes.

use http::{HeaderMap, HeaderValue, StatusCode, header::RANGE};

use crate::execute::RawResponse;

/// Returns the status of a response of a session.
///
/// Programs behind proxies that follow a 308 send `x-guploader-no-308: yes`, and get status 200 with another header instead.
pub(super) fn status(answered: &RawResponse) -> StatusCode {
    let status = answered.headers.get("x-http-status-code-override");
    match status {
        Some(status) if answered.status == StatusCode::OK && status == "308" => {
            StatusCode::PERMANENT_REDIRECT
        }
        _ => answered.status,
    }
}

/// Returns `bytes 0-8388607/67108864`, or `bytes 0-8388607/*` if the total is not known; `None` for empty media.
pub(super) fn content_range(from: u64, len: u64, total: Option<u64>) -> Option<HeaderValue> {
    let text = match (len, total) {
        (0, Some(0)) => return None,
        (0, _) => return Some(status_range(total)),
        (len, Some(total)) => format!("bytes {from}-{}/{total}", from + len - 1),
        (len, None) => format!("bytes {from}-{}/*", from + len - 1),
    };
    Some(header(&text))
}

/// Returns `bytes */67108864`, which queries how many bytes are stored.
pub(super) fn status_range(total: Option<u64>) -> HeaderValue {
    match total {
        Some(total) => header(&format!("bytes */{total}")),
        None => HeaderValue::from_static("bytes */*"),
    }
}

fn header(text: &str) -> HeaderValue {
    // Digits and punctuation.
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("bytes */*"))
}

/// Returns how many bytes are stored by the header `Range: bytes=0-N` of a 308, or 0 if there is none; `None` if it is not valid.
///
/// `bytes=0-0` counts as 0, because some emulators send it while they have nothing. If the server has one byte, it ignores that
/// byte when it is sent again.
pub(super) fn stored(headers: &HeaderMap) -> Option<u64> {
    let Some(range) = headers.get(RANGE) else {
        return Some(0);
    };
    let range = range.to_str().ok()?.trim();
    let range = range.strip_prefix("bytes").unwrap_or(range);
    let range = range.trim_start_matches(['=', ' ']);
    let (first, last) = range.split_once('-')?;
    let last: u64 = last.trim().parse().ok()?;
    match (first.trim(), last) {
        ("0", 0) => Some(0),
        ("0", last) => last.checked_add(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_of_chunks() {
        for (from, len, total, text) in [
            (0, 16, Some(30), Some("bytes 0-15/30")),
            (16, 14, Some(30), Some("bytes 16-29/30")),
            (16, 16, None, Some("bytes 16-31/*")),
            (32, 0, Some(32), Some("bytes */32")),
            (0, 0, Some(0), None),
            (0, 1, Some(1), Some("bytes 0-0/1")),
        ] {
            let range = content_range(from, len, total);
            assert_eq!(range.as_ref().map(|r| r.to_str().expect("text")), text);
        }
        assert_eq!(status_range(Some(30)), "bytes */30");
        assert_eq!(status_range(None), "bytes */*");
    }

    #[test]
    fn stored_bytes() {
        let read = |text: &str| {
            let value = text.parse().expect("a header");
            stored(&HeaderMap::from_iter([(RANGE, value)]))
        };
        for (text, count) in [
            ("bytes=0-262143", Some(262_144)),
            ("bytes 0-262143", Some(262_144)),
            ("0-262143", Some(262_144)),
            (" bytes=0-1 ", Some(2)),
            ("bytes=0-0", Some(0)),
            ("bytes=5-9", None),
            ("bytes=0-", None),
            ("bytes=-5", None),
            ("bytes=0-18446744073709551615", None),
            ("bytes=0--1", None),
            ("pages=0-1", None),
            ("", None),
        ] {
            assert_eq!(read(text), count, "{text}");
        }
        assert_eq!(stored(&HeaderMap::new()), Some(0));
    }

    proptest! {
        /// Any header is read, or ignored.
        #[test]
        fn any_range_is_read_or_ignored(
            text in prop_oneof!["\\PC{0,30}", "(bytes)?[ =]{0,2}[0-9]{0,22}-[0-9]{0,22}"],
        ) {
            let Ok(value) = HeaderValue::from_bytes(text.as_bytes()) else { return Ok(()) };
            let headers = HeaderMap::from_iter([(RANGE, value)]);
            if let Some(stored) = stored(&headers) {
                let last = text.trim().rsplit('-').next().expect("a part");
                prop_assert!(stored == 0 || last.trim().parse() == Ok(stored - 1), "{}", text);
            }
        }
    }
}
