//! Conversions to and from the types of `time`.

use super::text::{InvalidValue, by_value};
use super::{Date, DateTime, Duration};
use jiff::SignedDuration;
use time::OffsetDateTime;

by_value!(DateTime => OffsetDateTime);
by_value!(Date => time::Date);
by_value!(Duration => time::Duration);

/// Fails for years that RFC 3339 has no room for.
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

impl TryFrom<&DateTime> for OffsetDateTime {
    type Error = InvalidValue;

    fn try_from(value: &DateTime) -> Result<Self, InvalidValue> {
        let instant = jiff::Timestamp::try_from(value)?;
        OffsetDateTime::from_unix_timestamp_nanos(instant.as_nanosecond())
            .map_err(|_| InvalidValue::new("a time that the crate time can hold", value.as_str()))
    }
}

impl From<time::Date> for Date {
    fn from(date: time::Date) -> Date {
        format!(
            "{:04}-{:02}-{:02}",
            date.year(),
            u8::from(date.month()),
            date.day()
        )
        .into()
    }
}

impl TryFrom<&Date> for time::Date {
    type Error = InvalidValue;

    fn try_from(value: &Date) -> Result<Self, InvalidValue> {
        let day = jiff::civil::Date::try_from(value)?;
        u8::try_from(day.month())
            .ok()
            .and_then(|month| time::Month::try_from(month).ok())
            .zip(u8::try_from(day.day()).ok())
            .and_then(|(month, number)| {
                time::Date::from_calendar_date(day.year().into(), month, number).ok()
            })
            .ok_or_else(|| InvalidValue::new("a date that the crate time can hold", value.as_str()))
    }
}

impl From<time::Duration> for Duration {
    fn from(span: time::Duration) -> Duration {
        SignedDuration::new(span.whole_seconds(), span.subsec_nanoseconds()).into()
    }
}

impl TryFrom<&Duration> for time::Duration {
    type Error = InvalidValue;

    fn try_from(value: &Duration) -> Result<Self, InvalidValue> {
        let span = SignedDuration::try_from(value)?;
        Ok(time::Duration::new(span.as_secs(), span.subsec_nanos()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        let instant =
            OffsetDateTime::try_from(DateTime::from("2026-10-18T09:30:00.25+02:00")).unwrap();
        assert_eq!(
            DateTime::try_from(instant).unwrap().as_str(),
            "2026-10-18T07:30:00.25Z"
        );
        let day = time::Date::try_from(Date::from("2026-10-18")).unwrap();
        assert_eq!(Date::from(day).as_str(), "2026-10-18");
        for text in ["-3.5s", "0s", "9223372036854775807s"] {
            assert_eq!(
                Duration::from(time::Duration::try_from(Duration::from(text)).unwrap()).as_str(),
                text
            );
        }
        time::Date::try_from(Date::from("soon")).unwrap_err();
    }
}
