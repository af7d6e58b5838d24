//! Which part of the media is asked for, and which one came.

use std::ops::{Bound, RangeBounds};

use http::{HeaderMap, HeaderValue, StatusCode, header::CONTENT_RANGE};

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

/// How the body of an answer lies in the media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Where in the media the wanted bytes begin, if that is known.
    pub(crate) start: Option<u64>,
    /// How many bytes of the body stand before them.
    pub(crate) skip: u64,
    /// How many are wanted, if that is known.
    pub(crate) len: Option<u64>,
}

/// Finds what was asked for in an answer, which may be all of the media: not every server knows ranges of everything. `declared` is the length of its body.
pub(crate) fn find(
    asked: Option<Part>,
    status: StatusCode,
    headers: &HeaderMap,
    declared: Option<u64>,
) -> Result<Place, String> {
    if status == StatusCode::PARTIAL_CONTENT {
        let Some((first, last)) = content_range(headers) else {
            return match asked {
                // The caller wrote a header that asks for several ranges, maybe.
                None => Ok(Place {
                    start: None,
                    skip: 0,
                    len: declared,
                }),
                Some(_) => Err("a part whose `content-range` cannot be read".to_owned()),
            };
        };
        let fits = match asked {
            None | Some(Part::Last(_)) => true,
            Some(Part::From { start, end }) => first == start && end.is_none_or(|end| last < end),
        };
        if !fits {
            return Err(format!(
                "bytes {first} to {last}, which is not the part that was asked for"
            ));
        }
        return Ok(Place {
            start: Some(first),
            skip: 0,
            len: Some(last - first + 1),
        });
    }
    let (start, end) = match (asked, declared) {
        (None, _) => (0, None),
        (Some(Part::From { start, end }), _) => (start, end),
        (Some(Part::Last(count)), Some(all)) => (all - count.min(all), None),
        (Some(Part::Last(_)), None) => {
            return Err(
                "all of the media instead of its end, and does not say where that is".to_owned(),
            );
        }
    };
    if declared.is_some_and(|all| start > all || (start == all && asked.is_some())) {
        return Err(format!("all of the media, which has no byte {start}"));
    }
    let end = match (end, declared) {
        (Some(end), Some(all)) => Some(end.min(all)),
        (end, all) => end.or(all),
    };
    Ok(Place {
        start: Some(start),
        skip: start,
        len: end.map(|end| end - start),
    })
}

/// First and last byte of `content-range: bytes 0-1023/146515`.
fn content_range(headers: &HeaderMap) -> Option<(u64, u64)> {
    let text = headers.get(CONTENT_RANGE)?.to_str().ok()?.trim();
    let (range, _) = text.strip_prefix("bytes")?.trim_start().split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first <= last && last < u64::MAX).then_some((first, last))
}

#[cfg(test)]
mod tests {
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
        let place = |start, skip, len| {
            Ok(Place {
                start: Some(start),
                skip,
                len,
            })
        };
        for (asked, range, declared, found) in [
            (None, None, Some(100), place(0, 0, Some(100))),
            (None, None, None, place(0, 0, None)),
            (
                from(10, Some(20)),
                Some("bytes 10-19/100"),
                Some(10),
                place(10, 0, Some(10)),
            ),
            (
                from(90, Some(120)),
                Some("bytes 90-99/*"),
                Some(10),
                place(90, 0, Some(10)),
            ),
            (
                Some(Part::Last(10)),
                Some("bytes 90-99/100"),
                None,
                place(90, 0, Some(10)),
            ),
            (None, Some("bytes 90-99/100"), None, place(90, 0, Some(10))),
            // The server does not know ranges.
            (from(10, Some(20)), None, Some(100), place(10, 10, Some(10))),
            (
                from(10, Some(200)),
                None,
                Some(100),
                place(10, 10, Some(90)),
            ),
            (from(10, None), None, None, place(10, 10, None)),
            (
                Some(Part::Last(10)),
                None,
                Some(100),
                place(90, 90, Some(10)),
            ),
            (
                Some(Part::Last(1000)),
                None,
                Some(100),
                place(0, 0, Some(100)),
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
        let part = |asked, range: &str| {
            let headers = HeaderMap::from_iter([(CONTENT_RANGE, range.parse().expect("text"))]);
            super::find(asked, StatusCode::PARTIAL_CONTENT, &headers, None)
        };
        assert!(part(from(10, None), "bytes 0-99/100").is_err());
        assert!(part(from(0, Some(10)), "bytes 0-10/100").is_err());
        assert!(part(from(10, None), "lines 10-99/100").is_err());
        assert!(super::find(Some(Part::Last(1)), StatusCode::OK, &HeaderMap::new(), None).is_err());
        assert!(
            super::find(
                from(100, None),
                StatusCode::OK,
                &HeaderMap::new(),
                Some(100)
            )
            .is_err()
        );
    }
}
