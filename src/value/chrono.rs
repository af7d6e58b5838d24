//! Conversions to and from the types of `chrono`.

use super::text::{InvalidValue, by_value};
use super::{Date, DateTime, Duration};
use chrono::{NaiveDate, SecondsFormat, TimeDelta, Utc};

by_value!(DateTime => chrono::DateTime<Utc>);
by_value!(Date => NaiveDate);
by_value!(Duration => TimeDelta);

impl From<chrono::DateTime<Utc>> for DateTime {
    fn from(instant: chrono::DateTime<Utc>) -> DateTime {
        instant.to_rfc3339_opts(SecondsFormat::AutoSi, true).into()
    }
}

impl TryFrom<&DateTime> for chrono::DateTime<Utc> {
    type Error = InvalidValue;

    fn try_from(value: &DateTime) -> Result<Self, InvalidValue> {
        match chrono::DateTime::parse_from_rfc3339(value.as_str()) {
            Ok(instant) => Ok(instant.to_utc()),
            Err(_) => Err(InvalidValue::new(
                "an RFC 3339 date and time",
                value.as_str(),
            )),
        }
    }
}

impl From<NaiveDate> for Date {
    fn from(date: NaiveDate) -> Date {
        date.to_string().into()
    }
}

impl TryFrom<&Date> for NaiveDate {
    type Error = InvalidValue;

    fn try_from(value: &Date) -> Result<Self, InvalidValue> {
        value
            .as_str()
            .parse()
            .map_err(|_| InvalidValue::new("a date such as 2026-10-18", value.as_str()))
    }
}

impl From<TimeDelta> for Duration {
    fn from(span: TimeDelta) -> Duration {
        jiff::SignedDuration::new(span.num_seconds(), span.subsec_nanos()).into()
    }
}

impl TryFrom<&Duration> for TimeDelta {
    type Error = InvalidValue;

    fn try_from(value: &Duration) -> Result<Self, InvalidValue> {
        let span = jiff::SignedDuration::try_from(value)?;
        let whole = TimeDelta::try_seconds(span.as_secs());
        whole
            .and_then(|whole| {
                whole.checked_add(&TimeDelta::nanoseconds(span.subsec_nanos().into()))
            })
            .ok_or_else(|| InvalidValue::new("a duration that chrono can hold", value.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways() {
        let instant =
            chrono::DateTime::<Utc>::try_from(DateTime::from("2026-10-18T09:30:00.25+02:00"))
                .unwrap();
        assert_eq!(DateTime::from(instant).as_str(), "2026-10-18T07:30:00.250Z");
        let day = NaiveDate::try_from(Date::from("2026-10-18")).unwrap();
        assert_eq!(Date::from(day).as_str(), "2026-10-18");
        for text in ["-3.5s", "0s", "12.000000001s"] {
            assert_eq!(
                Duration::from(TimeDelta::try_from(Duration::from(text)).unwrap()).as_str(),
                text
            );
        }
        TimeDelta::try_from(Duration::from("9223372036854775807s")).unwrap_err();
        NaiveDate::try_from(Date::from("soon")).unwrap_err();
    }
}
