//! Which part of the media is asked for, and which one came.

use std::ops::{Bound, RangeBounds};

use http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_RANGE};

use super::checked::{STORED_CODING, is_unzipped};
use crate::http::content_encoding::Coding;

/// A part of the media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// From here, up to before the end where there is one.
    From { start: u64, end: Option<u64> },
    /// So many bytes at the end.
    Last(u64),
}

impl Part {
    /// `None` for all of it.
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

    /// `bytes=0-1023`, `bytes=1024-`, `bytes=-1024`.
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

/// How the body of a response lies in the media.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// Where in the media the wanted bytes begin, if that is known.
    pub(crate) start: Option<u64>,
    /// How many bytes of the body stand before them.
    pub(crate) skip: u64,
    /// How many are wanted, if that is known.
    pub(crate) len: Option<u64>,
    /// How long all of the media is, if that is known.
    pub(crate) total: Option<u64>,
}

/// Finds what was asked for in a response, which may be all of the media: not every server knows ranges of everything. `len` is the length of its content, where it is known.
///
/// # Errors
/// What the server sent, if that is not what was asked for, or could be something else.
pub(crate) fn find(
    asked: Option<Part>,
    status: StatusCode,
    headers: &HeaderMap,
    len: Option<u64>,
) -> Result<Place, String> {
    let range = headers.contains_key(CONTENT_RANGE);
    let said = content_range(headers);
    if status == StatusCode::PARTIAL_CONTENT {
        return match (said, asked) {
            (Some(said), _) => part(asked, said),
            // The caller wrote a header that asks for several ranges, maybe.
            (None, None) => Ok(Place {
                len,
                ..Place::default()
            }),
            (None, Some(_)) => Err("a part whose `content-range` cannot be read".to_owned()),
        };
    }
    match said {
        // RFC 9110 knows no such response, but some servers and proxies lose the status of a part.
        Some(said) if !said.is_whole() => {
            if asked.is_some() && len == Some(said.last - said.first + 1) {
                return part(asked, said);
            }
            let Said { first, last, .. } = said;
            let status = status.as_u16();
            return Err(format!(
                "bytes {first} to {last} with the status of all of the media, {status}"
            ));
        }
        None if range => return Err("a `content-range` that cannot be read".to_owned()),
        _ => {}
    }
    whole(asked, headers, len)
}

/// A response that says which part it is.
fn part(asked: Option<Part>, said: Said) -> Result<Place, String> {
    let Said { first, last, total } = said;
    let fits = match asked {
        None => true,
        Some(Part::Last(count)) => {
            last - first < count && total.is_none_or(|total| last + 1 == total)
        }
        Some(Part::From { start, end }) => first == start && end.is_none_or(|end| last < end),
    };
    if !fits {
        return Err(format!(
            "bytes {first} to {last}, which is not the part that was asked for"
        ));
    }
    Ok(Place {
        start: Some(first),
        skip: 0,
        len: Some(last - first + 1),
        total,
    })
}

/// A response that is all of the media, of `len` bytes.
fn whole(asked: Option<Part>, headers: &HeaderMap, len: Option<u64>) -> Result<Place, String> {
    if let (Some(_), Some(len), Some(stored)) = (asked, len, stored_length(headers))
        && len != stored
    {
        return Err(format!(
            "{len} bytes as all of the media, which has {stored}"
        ));
    }
    let (start, end) = match (asked, len) {
        // Of nothing, every part is nothing.
        (_, Some(0)) => (0, None),
        (None, _) => (0, None),
        (Some(Part::From { start, end }), _) => (start, end),
        (Some(Part::Last(count)), Some(all)) => (all - count.min(all), None),
        (Some(Part::Last(_)), None) => {
            return Err(
                "all of the media instead of its end, and does not say where that is".to_owned(),
            );
        }
    };
    if len.is_some_and(|all| all > 0 && start >= all) {
        return Err(format!("all of the media, which has no byte {start}"));
    }
    let end = match (end, len) {
        (Some(end), Some(all)) => Some(end.min(all)),
        (end, all) => end.or(all),
    };
    Ok(Place {
        start: Some(start),
        skip: start,
        len: end.map(|end| end - start),
        total: len,
    })
}

/// What a `content-range` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Said {
    first: u64,
    last: u64,
    total: Option<u64>,
}

impl Said {
    fn is_whole(self) -> bool {
        self.first == 0 && self.total == self.last.checked_add(1)
    }
}

/// What stands behind the unit of a `content-range`: `0-1023` and `146515`, or `*` for either.
fn range_and_total(headers: &HeaderMap) -> Option<(&str, &str)> {
    let text = headers.get(CONTENT_RANGE)?.to_str().ok()?.trim();
    let (range, total) = text.strip_prefix("bytes")?.split_once('/')?;
    Some((range.trim(), total.trim()))
}

/// Reads `content-range: bytes 0-1023/146515`.
fn content_range(headers: &HeaderMap) -> Option<Said> {
    let (range, total) = range_and_total(headers)?;
    let (first, last) = range.split_once('-')?;
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    let total = match total {
        "*" => None,
        total => Some(total.parse().ok()?),
    };
    let fits = first <= last && last < total.unwrap_or(u64::MAX);
    fits.then_some(Said { first, last, total })
}

/// The length of the media as `content-range: bytes */146515` says it, beside the status 416.
pub(crate) fn complete_length(headers: &HeaderMap) -> Option<u64> {
    match range_and_total(headers)? {
        ("*", total) => total.parse().ok(),
        _ => None,
    }
}

/// How long Cloud Storage says that the media is, where it sends it as it is stored.
fn stored_length(headers: &HeaderMap) -> Option<u64> {
    let is_plain = Coding::said(headers, &STORED_CODING) == Coding::Identity
        && Coding::of(headers) == Coding::Identity
        && !is_unzipped(headers);
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

    fn header(part: Option<Part>) -> Option<String> {
        let value = part?.header().expect("bytes");
        Some(value.to_str().expect("text").to_owned())
    }

    #[test]
    fn ranges_as_headers() {
        assert_eq!(header(Part::of(&(5..10))).as_deref(), Some("bytes=5-9"));
        assert_eq!(header(Part::of(&(5..=10))).as_deref(), Some("bytes=5-10"));
        assert_eq!(header(Part::of(&(5..))).as_deref(), Some("bytes=5-"));
        assert_eq!(header(Part::of(&(..5))).as_deref(), Some("bytes=0-4"));
        assert_eq!(header(Part::of(&(0..))), None);
        assert_eq!(header(Part::of(&(..))), None);
        assert_eq!(header(Some(Part::Last(7))).as_deref(), Some("bytes=-7"));
        for empty in [
            Part::From {
                start: 5,
                end: Some(5),
            },
            Part::From {
                start: 5,
                end: Some(4),
            },
            Part::Last(0),
        ] {
            assert!(empty.header().is_err(), "{empty:?}");
        }
    }

    #[test]
    fn what_was_asked_is_found_in_what_came() {
        let from = |start, end| Some(Part::From { start, end });
        let place = |start, skip, len, total| {
            Ok(Place {
                start: Some(start),
                skip,
                len,
                total,
            })
        };
        for (asked, range, declared, found) in [
            (None, None, Some(100), place(0, 0, Some(100), Some(100))),
            (None, None, None, place(0, 0, None, None)),
            (
                from(10, Some(20)),
                Some("bytes 10-19/100"),
                Some(10),
                place(10, 0, Some(10), Some(100)),
            ),
            (
                from(90, Some(120)),
                Some("bytes 90-99/*"),
                Some(10),
                place(90, 0, Some(10), None),
            ),
            (
                Some(Part::Last(10)),
                Some("bytes 90-99/100"),
                None,
                place(90, 0, Some(10), Some(100)),
            ),
            (
                None,
                Some("bytes 90-99/100"),
                None,
                place(90, 0, Some(10), Some(100)),
            ),
            // The server does not know ranges.
            (
                from(10, Some(20)),
                None,
                Some(100),
                place(10, 10, Some(10), Some(100)),
            ),
            (
                from(10, Some(200)),
                None,
                Some(100),
                place(10, 10, Some(90), Some(100)),
            ),
            (from(10, None), None, None, place(10, 10, None, None)),
            (
                Some(Part::Last(10)),
                None,
                Some(100),
                place(90, 90, Some(10), Some(100)),
            ),
            (
                Some(Part::Last(1000)),
                None,
                Some(100),
                place(0, 0, Some(100), Some(100)),
            ),
            // Of nothing, every part is nothing.
            (from(10, None), None, Some(0), place(0, 0, Some(0), Some(0))),
            (
                Some(Part::Last(9)),
                None,
                Some(0),
                place(0, 0, Some(0), Some(0)),
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
                super::find(asked, status, &headers, declared),
                found,
                "{asked:?} {range:?}"
            );
        }
        let said = |status: u16, asked, range: &str, len| {
            let headers = HeaderMap::from_iter([(CONTENT_RANGE, range.parse().expect("text"))]);
            super::find(
                asked,
                StatusCode::from_u16(status).expect("a status"),
                &headers,
                len,
            )
        };
        let part = |asked, range: &str| said(206, asked, range, None);
        assert!(part(from(10, None), "bytes 0-99/100").is_err());
        assert!(part(from(0, Some(10)), "bytes 0-10/100").is_err());
        assert!(part(from(10, None), "lines 10-99/100").is_err());
        for range in ["bytes 90-99/100", "bytes 90-99/*"] {
            assert!(part(Some(Part::Last(10)), range).is_ok(), "{range}");
        }
        for range in ["bytes 89-99/100", "bytes 90-98/100", "bytes 0-99/*"] {
            assert!(part(Some(Part::Last(10)), range).is_err(), "{range}");
        }
        // The status of a part was lost on the way; what came shows it.
        let rest = || said(200, from(10, None), "bytes 10-99/100", Some(90));
        assert_eq!(rest(), place(10, 0, Some(90), Some(100)));
        let all = said(200, from(10, None), "bytes 0-99/100", Some(100));
        assert_eq!(all, place(10, 10, Some(90), Some(100)));
        for (asked, range, len) in [
            (from(10, None), "bytes 10-99/100", None),
            (from(10, None), "bytes 10-99/100", Some(100)),
            (from(10, None), "bytes 20-99/100", Some(80)),
            (from(10, None), "pages 10-99/100", Some(90)),
            (None, "bytes 10-99/100", Some(90)),
        ] {
            assert!(said(200, asked, range, len).is_err(), "{asked:?} {range}");
        }
        let ok = |asked, headers: &HeaderMap, len| super::find(asked, StatusCode::OK, headers, len);
        assert!(ok(Some(Part::Last(1)), &HeaderMap::new(), None).is_err());
        assert!(ok(from(100, None), &HeaderMap::new(), Some(100)).is_err());
        // The rest only, with nothing that says so but the length of what is stored.
        let length = http::HeaderName::from_static("x-goog-stored-content-length");
        let mut headers = HeaderMap::from_iter([(length, "100".parse().expect("text"))]);
        assert!(ok(from(10, None), &headers, Some(90)).is_err());
        assert!(ok(from(10, None), &headers, Some(100)).is_ok());
        headers.insert(STORED_CODING, "gzip".parse().expect("text"));
        assert!(
            ok(from(10, None), &headers, Some(90)).is_ok(),
            "of another form"
        );
    }

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

    proptest! {
        /// Whatever a server says of ranges, what is found is a place in what it sent.
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
            for asked in [None, Some(Part::From { start, end: end.map(|end| start + 1 + end) }), Some(Part::Last(start + 1))] {
                let Ok(place) = super::find(asked, status, &headers, len) else { continue };
                if let (Some(wanted), Some(len)) = (place.len, len) {
                    prop_assert!(status == 206 || place.skip + wanted <= len);
                }
                if let (Some(start), Some(wanted), Some(total)) = (place.start, place.len, place.total) {
                    prop_assert!(start + wanted <= total);
                }
            }
            let _ = complete_length(&headers);
        }
    }
}
