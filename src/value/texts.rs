//! The types over a text: points in time, days, spans of time and field masks.

use std::{convert::Infallible, str::FromStr, time::Duration as StdDuration};

use super::{InvalidValue, parsed, text_type};

/// A point in time: RFC 3339 text such as `2026-10-18T07:30:00.250Z`.
///
/// Two values are equal if their texts are; convert to compare points in time.
///
/// ```
/// # #[cfg(feature = "jiff")] {
/// let started = gapi::value::DateTime::from("2026-10-18T07:30:00Z");
/// let instant = jiff::Timestamp::try_from(&started)?;
/// assert_eq!(instant.as_second(), 1_792_308_600);
/// # }
/// # Ok::<(), gapi::value::InvalidValue>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DateTime(Box<str>);

/// A day: `2026-10-18`.
///
/// Values are ordered by their texts, which is the calendar's order for years of four digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(Box<str>);

/// A span of time: seconds with up to nine digits after the point, and an `s`, such as `3.5s`.
///
/// Two values are equal if their texts are; convert to compare spans.
///
/// ```
/// use gapi::value::Duration;
///
/// let timeout = Duration::from(std::time::Duration::from_millis(3_500));
/// assert_eq!(timeout.as_str(), "3.5s");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Duration(Box<str>);

text_type!(DateTime, "an RFC 3339 date and time");
text_type!(Date, "a date such as 2026-10-18");
text_type!(Duration, "a duration in seconds such as \"3.5s\"");

// Fails for negative spans too.
parsed!(Duration => StdDuration, |text| match parts(text) {
    Some((false, seconds, nanoseconds)) => Ok(StdDuration::new(seconds, nanoseconds)),
    Some((true, 0, 0)) => Ok(StdDuration::ZERO),
    Some(_) => Err("a duration that is not negative"),
    None => Err(Duration::EXPECTED),
});

impl From<StdDuration> for Duration {
    #[inline]
    fn from(span: StdDuration) -> Duration {
        canonical(false, span.as_secs(), span.subsec_nanos())
    }
}

/// Returns the text without trailing zeros after the point.
pub(super) fn canonical(negative: bool, seconds: u64, nanoseconds: u32) -> Duration {
    let sign = if negative { "-" } else { "" };
    let fraction = format!("{nanoseconds:09}");
    match fraction.trim_end_matches('0') {
        "" => format!("{sign}{seconds}s").into(),
        digits => format!("{sign}{seconds}.{digits}s").into(),
    }
}

/// Returns whether the span is negative, its whole seconds, and its nanoseconds.
pub(super) fn parts(text: &str) -> Option<(bool, u64, u32)> {
    let number = text.strip_suffix('s')?;
    let (negative, number) = match number.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, number),
    };
    let (seconds, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(seconds) || !digits(fraction) || fraction.len() > 9 {
        return None;
    }
    let nanoseconds = format!("{fraction:0<9}").parse().ok()?;
    Some((negative, seconds.parse().ok()?, nanoseconds))
}

impl FromStr for Duration {
    type Err = InvalidValue;

    #[inline]
    fn from_str(text: &str) -> Result<Self, InvalidValue> {
        match parts(text) {
            Some(_) => Ok(text.into()),
            None => Err(InvalidValue::new(Self::EXPECTED, text)),
        }
    }
}

/// The fields that a request reads or changes: paths separated by commas, such as `displayName,settings.tier`.
///
/// ```
/// use gapi::value::FieldMask;
///
/// let mask = FieldMask::new(["displayName", "settings.tier"]);
/// assert_eq!(mask.as_str(), "displayName,settings.tier");
/// assert!(mask.paths().eq(["displayName", "settings.tier"]));
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldMask(Box<str>);

text_type!(
    FieldMask,
    "a field mask such as \"displayName,settings.tier\""
);

impl FieldMask {
    /// Makes the mask of these paths, in this order.
    pub fn new<P: AsRef<str>>(paths: impl IntoIterator<Item = P>) -> FieldMask {
        let mut mask = String::new();
        for path in paths {
            if !mask.is_empty() {
                mask.push(',');
            }
            mask.push_str(path.as_ref());
        }
        mask.into()
    }

    /// Returns the paths, without the spaces around them. A comma inside backquotes belongs to a path.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let mut quoted = false;
        let separator = move |c: char| {
            quoted ^= c == '`';
            c == ',' && !quoted
        };
        self.0
            .split(separator)
            .map(str::trim)
            .filter(|path| !path.is_empty())
    }

    /// Returns whether there is no path.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.paths().next().is_none()
    }
}

impl<P: AsRef<str>> FromIterator<P> for FieldMask {
    fn from_iter<I: IntoIterator<Item = P>>(paths: I) -> FieldMask {
        FieldMask::new(paths)
    }
}

/// Takes any text: services have paths of their own, such as `*`.
impl FromStr for FieldMask {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<FieldMask, Infallible> {
        Ok(text.into())
    }
}
