//! The range of bytes that a download asks for, and the range that a response has.

use std::ops::{Bound, RangeBounds};

use http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_RANGE};

use super::checksum::{STORED_ENCODING, is_decompressed};
use crate::http::{content_encoding::Coding, headers::ContentRange};

/// A range of the media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ByteRange {
    /// The bytes from `start` on, up to `end`, exclusive, if there is one.
    From { start: u64, end: Option<u64> },
    /// This many bytes at the end.
    Last(u64),
}

impl ByteRange {
    /// Returns a range of a program; `None` for the whole media.
    pub(crate) fn of(range: &impl RangeBounds<u64>) -> Option<Self> {
        let start = match range.start_bound() {
            Bound::Included(start) => *start,
            Bound::Excluded(before) => before.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let end = match range.end_bound() {
            Bound::Included(last) => last.checked_add(1),
            Bound::Excluded(end) => Some(*end),
            Bound::Unbounded => None,
        };
        (start > 0 || end.is_some()).then_some(Self::From { start, end })
    }

    /// Returns the header `range`: `bytes=0-1023`, `bytes=1024-`, `bytes=-1024`.
    ///
    /// # Errors
    /// When the range is empty.
    pub(crate) fn header(self) -> Result<HeaderValue, String> {
        let text = match self {
            Self::From { start, end: None } => format!("bytes={start}-"),
            Self::From {
                start,
                end: Some(end),
            } if end > start => {
                format!("bytes={start}-{}", end - 1)
            }
            Self::Last(count) if count > 0 => format!("bytes=-{count}"),
            Self::From { .. } | Self::Last(_) => return Err("the range holds no byte".to_owned()),
        };
        HeaderValue::from_str(&text).map_err(|error| error.to_string())
    }
}

/// The position of the requested bytes in the media and in the body of a response.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ReceivedRange {
    /// The position in the media of the first requested byte, if known.
    pub(crate) start: Option<u64>,
    /// How many bytes of the body come before it.
    pub(crate) skip: u64,
    /// How many bytes were requested, if known.
    pub(crate) len: Option<u64>,
    /// The length of the whole media, if known.
    pub(crate) total: Option<u64>,
}

/// Locates the requested bytes in a response, which may be the whole media: servers need not support ranges.
///
/// `len` is the length of its content, if known.
///
/// # Errors
/// What the server sent, if that is not the requested range, or might not be.
pub(crate) fn locate(
    requested: Option<ByteRange>,
    status: StatusCode,
    headers: &HeaderMap,
    len: Option<u64>,
) -> Result<ReceivedRange, String> {
    let has_header = headers.contains_key(CONTENT_RANGE);
    let sent = ContentRange::of(headers);
    if status == StatusCode::PARTIAL_CONTENT {
        return match (sent, requested) {
            (Some(sent), _) => partial(requested, sent),
            // The caller may have set a header that requests several ranges.
            (None, None) => Ok(ReceivedRange {
                len,
                ..ReceivedRange::default()
            }),
            (None, Some(_)) => Err("a part whose `content-range` cannot be read".to_owned()),
        };
    }
    match sent {
        // RFC 9110 does not allow such a response, but some servers and proxies lose the status 206.
        Some(sent) if !sent.is_whole() => {
            let ContentRange { first, last, .. } = sent;
            if requested.is_some() && len == Some(last - first + 1) {
                return partial(requested, sent);
            }
            let status = status.as_u16();
            return Err(format!(
                "bytes {first} to {last} with the status of all of the media, {status}"
            ));
        }
        None if has_header => return Err("a `content-range` that cannot be read".to_owned()),
        _ => {}
    }
    whole(requested, headers, len)
}

/// Checks a response with the range `sent`.
fn partial(requested: Option<ByteRange>, sent: ContentRange) -> Result<ReceivedRange, String> {
    let ContentRange { first, last, total } = sent;
    let fits = match requested {
        None => true,
        Some(ByteRange::Last(count)) => {
            last - first < count && total.is_none_or(|total| last + 1 == total)
        }
        Some(ByteRange::From { start, end }) => first == start && end.is_none_or(|end| last < end),
    };
    if !fits {
        return Err(format!(
            "bytes {first} to {last}, which is not the part that was asked for"
        ));
    }
    Ok(ReceivedRange {
        start: Some(first),
        skip: 0,
        len: Some(last - first + 1),
        total,
    })
}

/// Locates the requested bytes in a response with the whole media, of `len` bytes.
fn whole(
    requested: Option<ByteRange>,
    headers: &HeaderMap,
    len: Option<u64>,
) -> Result<ReceivedRange, String> {
    if let (Some(_), Some(len), Some(stored)) = (requested, len, stored_length(headers))
        && len != stored
    {
        return Err(format!(
            "{len} bytes as all of the media, which has {stored}"
        ));
    }
    let (start, end) = match (requested, len) {
        // Every range of empty media is empty.
        (_, Some(0)) => (0, None),
        (None, _) => (0, None),
        (Some(ByteRange::From { start, end }), _) => (start, end),
        (Some(ByteRange::Last(count)), Some(all)) => (all - count.min(all), None),
        (Some(ByteRange::Last(_)), None) => {
            return Err("all of the media instead of its end, without its length".to_owned());
        }
    };
    if len.is_some_and(|all| all > 0 && start >= all) {
        return Err(format!("all of the media, which has no byte {start}"));
    }
    let end = match (end, len) {
        (Some(end), Some(all)) => Some(end.min(all)),
        (end, all) => end.or(all),
    };
    Ok(ReceivedRange {
        start: Some(start),
        skip: start,
        len: end.map(|end| end - start),
        total: len,
    })
}

/// Returns the length of the media in Cloud Storage, if it is sent as it is stored.
fn stored_length(headers: &HeaderMap) -> Option<u64> {
    let is_plain = Coding::of_header(headers, &STORED_ENCODING) == Coding::Identity
        && Coding::of(headers) == Coding::Identity
        && !is_decompressed(headers);
    let length = headers.get("x-goog-stored-content-length")?;
    length
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()
        .filter(|_| is_plain)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::http::headers::complete_length;

    fn header(part: Option<ByteRange>) -> Option<String> {
        let value = part?.header().expect("bytes");
        Some(value.to_str().expect("text").to_owned())
    }

    #[test]
    fn ranges_as_headers() {
        assert_eq!(
            header(ByteRange::of(&(5..10))).as_deref(),
            Some("bytes=5-9")
        );
        assert_eq!(
            header(ByteRange::of(&(5..=10))).as_deref(),
            Some("bytes=5-10")
        );
        assert_eq!(header(ByteRange::of(&(5..))).as_deref(), Some("bytes=5-"));
        assert_eq!(header(ByteRange::of(&(..5))).as_deref(), Some("bytes=0-4"));
        assert_eq!(header(ByteRange::of(&(0..))), None);
        assert_eq!(header(ByteRange::of(&(..))), None);
        assert_eq!(
            header(Some(ByteRange::Last(7))).as_deref(),
            Some("bytes=-7")
        );
        for empty in [
            ByteRange::From {
                start: 5,
                end: Some(5),
            },
            ByteRange::From {
                start: 5,
                end: Some(4),
            },
            ByteRange::Last(0),
        ] {
            assert!(empty.header().is_err(), "{empty:?}");
        }
    }

    #[test]
    fn the_requested_range_is_located_in_the_response() {
        let from = |start, end| Some(ByteRange::From { start, end });
        let received = |start, skip, len, total| {
            Ok(ReceivedRange {
                start: Some(start),
                skip,
                len,
                total,
            })
        };
        for (asked, range, declared, found) in [
            (None, None, Some(100), received(0, 0, Some(100), Some(100))),
            (None, None, None, received(0, 0, None, None)),
            (
                from(10, Some(20)),
                Some("bytes 10-19/100"),
                Some(10),
                received(10, 0, Some(10), Some(100)),
            ),
            (
                from(90, Some(120)),
                Some("bytes 90-99/*"),
                Some(10),
                received(90, 0, Some(10), None),
            ),
            (
                Some(ByteRange::Last(10)),
                Some("bytes 90-99/100"),
                None,
                received(90, 0, Some(10), Some(100)),
            ),
            (
                None,
                Some("bytes 90-99/100"),
                None,
                received(90, 0, Some(10), Some(100)),
            ),
            // The server does not know ranges.
            (
                from(10, Some(20)),
                None,
                Some(100),
                received(10, 10, Some(10), Some(100)),
            ),
            (
                from(10, Some(200)),
                None,
                Some(100),
                received(10, 10, Some(90), Some(100)),
            ),
            (from(10, None), None, None, received(10, 10, None, None)),
            (
                Some(ByteRange::Last(10)),
                None,
                Some(100),
                received(90, 90, Some(10), Some(100)),
            ),
            (
                Some(ByteRange::Last(1000)),
                None,
                Some(100),
                received(0, 0, Some(100), Some(100)),
            ),
            // Every range of empty media is empty.
            (
                from(10, None),
                None,
                Some(0),
                received(0, 0, Some(0), Some(0)),
            ),
            (
                Some(ByteRange::Last(9)),
                None,
                Some(0),
                received(0, 0, Some(0), Some(0)),
            ),
        ] {
            let (status, headers) = match range {
                Some(range) => (
                    206,
                    HeaderMap::from_iter([(CONTENT_RANGE, range.parse().expect("text"))]),
                ),
                None => (200, HeaderMap::new()),
            };
            let status = StatusCode::from_u16(status).expect("a status");
            assert_eq!(
                locate(asked, status, &headers, declared),
                found,
                "{asked:?} {range:?}"
            );
        }
        let located = |status: u16, asked, range: &str, len| {
            let headers = HeaderMap::from_iter([(CONTENT_RANGE, range.parse().expect("text"))]);
            locate(
                asked,
                StatusCode::from_u16(status).expect("a status"),
                &headers,
                len,
            )
        };
        let part = |asked, range: &str| located(206, asked, range, None);
        assert!(part(from(10, None), "bytes 0-99/100").is_err());
        assert!(part(from(0, Some(10)), "bytes 0-10/100").is_err());
        assert!(part(from(10, None), "lines 10-99/100").is_err());
        for range in ["bytes 90-99/100", "bytes 90-99/*"] {
            assert!(part(Some(ByteRange::Last(10)), range).is_ok(), "{range}");
        }
        for range in ["bytes 89-99/100", "bytes 90-98/100", "bytes 0-99/*"] {
            assert!(part(Some(ByteRange::Last(10)), range).is_err(), "{range}");
        }
        // The status 206 was lost; the headers show that this is a range.
        let rest = || located(200, from(10, None), "bytes 10-99/100", Some(90));
        assert_eq!(rest(), received(10, 0, Some(90), Some(100)));
        let all = located(200, from(10, None), "bytes 0-99/100", Some(100));
        assert_eq!(all, received(10, 10, Some(90), Some(100)));
        for (asked, range, len) in [
            (from(10, None), "bytes 10-99/100", None),
            (from(10, None), "bytes 10-99/100", Some(100)),
            (from(10, None), "bytes 20-99/100", Some(80)),
            (from(10, None), "pages 10-99/100", Some(90)),
            (None, "bytes 10-99/100", Some(90)),
        ] {
            assert!(
                located(200, asked, range, len).is_err(),
                "{asked:?} {range}"
            );
        }
        let ok = |asked, headers: &HeaderMap, len| locate(asked, StatusCode::OK, headers, len);
        assert!(ok(Some(ByteRange::Last(1)), &HeaderMap::new(), None).is_err());
        assert!(ok(from(100, None), &HeaderMap::new(), Some(100)).is_err());
        // A range, of which only the stored length gives evidence.
        let length = http::HeaderName::from_static("x-goog-stored-content-length");
        let mut headers = HeaderMap::from_iter([(length, "100".parse().expect("text"))]);
        assert!(ok(from(10, None), &headers, Some(90)).is_err());
        assert!(ok(from(10, None), &headers, Some(100)).is_ok());
        headers.insert(STORED_ENCODING, "gzip".parse().expect("text"));
        assert!(
            ok(from(10, None), &headers, Some(90)).is_ok(),
            "of another encoding"
        );
    }

    proptest! {
        /// Any range that a server sends is located within its body, or refused.
        #[test]
        fn any_content_range_is_read_or_refused(
            text in prop_oneof!["\\PC{0,40}", "bytes[ ]{0,2}[0-9*-]{1,22}/[0-9*]{1,22}", "bytes [0-9]{1,2}-[0-9]{1,2}/[0-9]{1,2}"],
            status in prop_oneof![Just(200), Just(206)],
            start in 0..20_u64,
            end in prop::option::of(0..40_u64),
            len in prop::option::of(0..40_u64),
        ) {
            let Ok(value) = HeaderValue::from_bytes(text.as_bytes()) else { return Ok(()) };
            let headers = HeaderMap::from_iter([(CONTENT_RANGE, value)]);
            let status = StatusCode::from_u16(status).expect("a status");
            for asked in [None, Some(ByteRange::From { start, end: end.map(|end| start + 1 + end) }), Some(ByteRange::Last(start + 1))] {
                let Ok(received) = locate(asked, status, &headers, len) else { continue };
                if let (Some(wanted), Some(len)) = (received.len, len) {
                    prop_assert!(status == 206 || received.skip + wanted <= len);
                }
                if let (Some(start), Some(wanted), Some(total)) = (received.start, received.len, received.total) {
                    prop_assert!(start + wanted <= total);
                }
            }
            let _ = complete_length(&headers);
        }
    }
}
