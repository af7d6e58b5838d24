//! The types over a text: points in time, days, spans of time and field masks; and their conversions.

use std::{
    convert::Infallible,
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

#[cfg(any(feature = "chrono", feature = "time"))]
fn to_signed(text: &str) -> Result<SignedDuration, &'static str> {
    SignedDuration::try_from(Duration::from(text)).map_err(|_| Duration::EXPECTED)
}

/// Conversions to and from the types of the crate `chrono`.
#[cfg(feature = "chrono")]
mod chrono {
    use chrono::{NaiveDate, SecondsFormat, TimeDelta, Utc};

    use super::{Date, DateTime, Duration, SignedDuration, parsed, to_signed};

    parsed!(DateTime => chrono::DateTime<Utc>, |text| {
        match chrono::DateTime::parse_from_rfc3339(text) {
            Ok(instant) => Ok(instant.to_utc()),
            Err(_) => Err(DateTime::EXPECTED),
        }
    });
    parsed!(Date => NaiveDate, |text| text.parse().map_err(|_| Date::EXPECTED));
    parsed!(Duration => TimeDelta, |text| {
        let span = to_signed(text)?;
        let nanoseconds = TimeDelta::nanoseconds(span.subsec_nanos().into());
        TimeDelta::try_seconds(span.as_secs())
            .and_then(|seconds| seconds.checked_add(&nanoseconds))
            .ok_or("a duration that chrono can hold")
    });

    impl From<chrono::DateTime<Utc>> for DateTime {
        fn from(instant: chrono::DateTime<Utc>) -> DateTime {
            instant.to_rfc3339_opts(SecondsFormat::AutoSi, true).into()
        }
    }

    impl From<NaiveDate> for Date {
        fn from(date: NaiveDate) -> Date {
            date.to_string().into()
        }
    }

    impl From<TimeDelta> for Duration {
        fn from(span: TimeDelta) -> Duration {
            SignedDuration::new(span.num_seconds(), span.subsec_nanos()).into()
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn values_convert_to_chrono_and_back() {
            let instant =
                chrono::DateTime::<Utc>::try_from(DateTime::from("2026-10-18T09:30:00.25+02:00"))
                    .unwrap();
            assert_eq!(DateTime::from(instant).as_str(), "2026-10-18T07:30:00.250Z");
            let day = NaiveDate::try_from(Date::from("2026-10-18")).unwrap();
            assert_eq!(Date::from(day).as_str(), "2026-10-18");
            for text in ["-3.5s", "0s", "12.000000001s"] {
                let span = TimeDelta::try_from(Duration::from(text)).unwrap();
                assert_eq!(Duration::from(span).as_str(), text);
            }
            TimeDelta::try_from(Duration::from("9223372036854775807s")).unwrap_err();
            NaiveDate::try_from(Date::from("soon")).unwrap_err();
        }
    }
}

/// Conversions to and from the types of the crate `time`.
#[cfg(feature = "time")]
mod time {
    use time::{Month, OffsetDateTime};

    use super::{Date, DateTime, Duration, SignedDuration, parsed, to_signed};
    use crate::value::InvalidValue;

    parsed!(DateTime => OffsetDateTime, |text| {
        let instant = text.parse::<jiff::Timestamp>().map_err(|_| DateTime::EXPECTED)?;
        OffsetDateTime::from_unix_timestamp_nanos(instant.as_nanosecond())
            .map_err(|_| "a time that the crate time can hold")
    });
    parsed!(Date => time::Date, |text| {
        let date = text.parse::<jiff::civil::Date>().map_err(|_| Date::EXPECTED)?;
        let month = u8::try_from(date.month()).ok().and_then(|month| Month::try_from(month).ok());
        month
            .zip(u8::try_from(date.day()).ok())
            .and_then(|(month, day)| {
                time::Date::from_calendar_date(date.year().into(), month, day).ok()
            })
            .ok_or("a date that the crate time can hold")
    });
    parsed!(Duration => time::Duration, |text| {
        to_signed(text).map(|span| time::Duration::new(span.as_secs(), span.subsec_nanos()))
    });

    /// Fails for years after 9999, which RFC 3339 cannot express.
    impl TryFrom<OffsetDateTime> for DateTime {
        type Error = InvalidValue;

        fn try_from(instant: OffsetDateTime) -> Result<DateTime, InvalidValue> {
            match jiff::Timestamp::from_nanosecond(instant.unix_timestamp_nanos()) {
                Ok(instant) => Ok(instant.into()),
                Err(_) => Err(InvalidValue::new(
                    "a time before the year 10000",
                    instant.unix_timestamp().to_string(),
                )),
            }
        }
    }

    impl From<time::Date> for Date {
        fn from(date: time::Date) -> Date {
            let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
            format!("{year:04}-{month:02}-{day:02}").into()
        }
    }

    impl From<time::Duration> for Duration {
        fn from(span: time::Duration) -> Duration {
            SignedDuration::new(span.whole_seconds(), span.subsec_nanoseconds()).into()
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn values_convert_to_time_and_back() {
            let instant =
                OffsetDateTime::try_from(DateTime::from("2026-10-18T09:30:00.25+02:00")).unwrap();
            assert_eq!(
                DateTime::try_from(instant).unwrap().as_str(),
                "2026-10-18T07:30:00.25Z"
            );
            let day = time::Date::try_from(Date::from("2026-10-18")).unwrap();
            assert_eq!(Date::from(day).as_str(), "2026-10-18");
            for text in ["-3.5s", "0s", "9223372036854775807s"] {
                let span = time::Duration::try_from(Duration::from(text)).unwrap();
                assert_eq!(Duration::from(span).as_str(), text);
            }
            time::Date::try_from(Date::from("soon")).unwrap_err();
        }
    }
}
