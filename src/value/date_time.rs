use super::text::{InvalidValue, by_value, kept_text};
use jiff::Timestamp;
use std::str::FromStr;
use std::time::SystemTime;

/// A point in time: RFC 3339 text such as `2026-10-18T07:30:00.250Z`.
///
/// Equality is that of the text; convert to compare points in time.
///
/// ```
/// let started = gapi::value::DateTime::from("2026-10-18T07:30:00Z");
/// let instant = jiff::Timestamp::try_from(&started)?;
/// assert_eq!(instant.as_second(), 1_792_308_600);
/// # Ok::<(), gapi::value::InvalidValue>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DateTime(Box<str>);

const EXPECTED: &str = "an RFC 3339 date and time";

kept_text!(DateTime, "an RFC 3339 date and time");
by_value!(DateTime => Timestamp, SystemTime);

impl DateTime {
    /// The current time of the system's clock.
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

/// Fails for years that RFC 3339 has no room for.
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

impl TryFrom<&DateTime> for Timestamp {
    type Error = InvalidValue;

    #[inline]
    fn try_from(value: &DateTime) -> Result<Timestamp, InvalidValue> {
        value
            .0
            .parse()
            .map_err(|_| InvalidValue::new(EXPECTED, value.as_str()))
    }
}

impl TryFrom<&DateTime> for SystemTime {
    type Error = InvalidValue;

    #[inline]
    fn try_from(value: &DateTime) -> Result<SystemTime, InvalidValue> {
        Timestamp::try_from(value).map(SystemTime::from)
    }
}

/// Checks that the text is RFC 3339, and keeps it.
impl FromStr for DateTime {
    type Err = InvalidValue;

    #[inline]
    fn from_str(text: &str) -> Result<DateTime, InvalidValue> {
        let value = DateTime::from(text);
        Timestamp::try_from(&value)?;
        Ok(value)
    }
}
