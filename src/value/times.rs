//! Conversions of times to and from the types of `jiff` and `std`, and of `chrono` and `time`.

use std::{str::FromStr, time::SystemTime};

use jiff::{SignedDuration, Timestamp, civil};

use super::{
    Date, DateTime, Duration, InvalidValue, parsed,
    texts::{canonical, parts},
};

parsed!(DateTime => Timestamp, |text| text.parse().map_err(|_| DateTime::EXPECTED));
parsed!(DateTime => SystemTime, |text| match text.parse::<Timestamp>() {
    Ok(instant) => Ok(instant.into()),
    Err(_) => Err(DateTime::EXPECTED),
});
parsed!(Date => civil::Date, |text| text.parse().map_err(|_| Date::EXPECTED));
parsed!(Duration => SignedDuration, |text| signed(text).ok_or(Duration::EXPECTED));
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
