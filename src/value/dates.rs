//! Points in time, days and spans of time.

use std::{
    str::FromStr,
    time::{Duration as StdDuration, SystemTime},
};

use jiff::{SignedDuration, Timestamp, civil};

use super::{InvalidValue, parsed, text_type};

/// A point in time: RFC 3339 text such as `2026-10-18T07:30:00.250Z`.
///
/// Two values are equal if their texts are; convert to compare points in time.
///
/// ```
/// let started = gapi::value::DateTime::from("2026-10-18T07:30:00Z");
/// let instant = jiff::Timestamp::try_from(&started)?;
/// assert_eq!(instant.as_second(), 1_792_308_600);
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

parsed!(DateTime => Timestamp, |text| text.parse().map_err(|_| DateTime::EXPECTED));
parsed!(DateTime => SystemTime, |text| match text.parse::<Timestamp>() {
    Ok(instant) => Ok(instant.into()),
    Err(_) => Err(DateTime::EXPECTED),
});
parsed!(Date => civil::Date, |text| text.parse().map_err(|_| Date::EXPECTED));
parsed!(Duration => SignedDuration, |text| signed(text).ok_or(Duration::EXPECTED));
// Fails for negative spans too.
parsed!(Duration => StdDuration, |text| match parts(text) {
    Some((false, seconds, nanoseconds)) => Ok(StdDuration::new(seconds, nanoseconds)),
    Some((true, 0, 0)) => Ok(StdDuration::ZERO),
    Some(_) => Err("a duration that is not negative"),
    None => Err(Duration::EXPECTED),
});

impl DateTime {
    /// Returns the current time of the system's clock.
    #[must_use]
    #[inline]
    pub fn now() -> DateTime {
        Timestamp::now().into()
    }
}

impl From<Timestamp> for DateTime {
    #[inline]
    fn from(instant: Timestamp) -> DateTime {
        instant.to_string().into()
    }
}

/// Fails for years after 9999, which RFC 3339 cannot express.
impl TryFrom<SystemTime> for DateTime {
    type Error = InvalidValue;

    #[inline]
    fn try_from(instant: SystemTime) -> Result<DateTime, InvalidValue> {
        match Timestamp::try_from(instant) {
            Ok(instant) => Ok(instant.into()),
            Err(_) => Err(InvalidValue::new(
                "a time before the year 10000",
                format!("{instant:?}"),
            )),
        }
    }
}

impl From<civil::Date> for Date {
    #[inline]
    fn from(date: civil::Date) -> Date {
        date.to_string().into()
    }
}

impl From<SignedDuration> for Duration {
    #[inline]
    fn from(span: SignedDuration) -> Duration {
        let nanoseconds = span.subsec_nanos().unsigned_abs();
        canonical(
            span.is_negative(),
            span.as_secs().unsigned_abs(),
            nanoseconds,
        )
    }
}

impl From<StdDuration> for Duration {
    #[inline]
    fn from(span: StdDuration) -> Duration {
        canonical(false, span.as_secs(), span.subsec_nanos())
    }
}

/// Returns the text without trailing zeros after the point.
fn canonical(negative: bool, seconds: u64, nanoseconds: u32) -> Duration {
    let sign = if negative { "-" } else { "" };
    let fraction = format!("{nanoseconds:09}");
    match fraction.trim_end_matches('0') {
        "" => format!("{sign}{seconds}s").into(),
        digits => format!("{sign}{seconds}.{digits}s").into(),
    }
}

/// Returns whether the span is negative, its whole seconds, and its nanoseconds.
fn parts(text: &str) -> Option<(bool, u64, u32)> {
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

fn signed(text: &str) -> Option<SignedDuration> {
    let (negative, seconds, nanoseconds) = parts(text)?;
    let nanoseconds = i32::try_from(nanoseconds).ok()?;
    Some(if negative {
        SignedDuration::new(0i64.checked_sub_unsigned(seconds)?, -nanoseconds)
    } else {
        SignedDuration::new(i64::try_from(seconds).ok()?, nanoseconds)
    })
}

/// Implements `FromStr`, which takes a text only if `$is_valid` accepts it.
macro_rules! checked {
    ($($name:ident, $is_valid:expr;)*) => {$(
        impl FromStr for $name {
            type Err = InvalidValue;

            #[inline]
            fn from_str(text: &str) -> Result<Self, InvalidValue> {
                let is_valid: fn(&str) -> bool = $is_valid;
                if is_valid(text) {
                    Ok(text.into())
                } else {
                    Err(InvalidValue::new(Self::EXPECTED, text))
                }
            }
        }
    )*};
}

checked! {
    DateTime, |text| text.parse::<Timestamp>().is_ok();
    Date, |text| text.parse::<civil::Date>().is_ok();
    Duration, |text| parts(text).is_some();
}
