use super::text::{InvalidValue, by_value, kept_text};
use std::str::FromStr;

/// A day: `2026-10-18`.
///
/// The order is that of the text, which is the calendar's for years of four digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(Box<str>);

const EXPECTED: &str = "a date such as 2026-10-18";

kept_text!(Date, "a date such as 2026-10-18");
by_value!(Date => jiff::civil::Date);

impl From<jiff::civil::Date> for Date {
    #[inline]
    fn from(date: jiff::civil::Date) -> Date {
        date.to_string().into()
    }
}

impl TryFrom<&Date> for jiff::civil::Date {
    type Error = InvalidValue;

    #[inline]
    fn try_from(value: &Date) -> Result<jiff::civil::Date, InvalidValue> {
        value
            .0
            .parse()
            .map_err(|_| InvalidValue::new(EXPECTED, value.as_str()))
    }
}

/// Checks that the text is a date, and keeps it.
impl FromStr for Date {
    type Err = InvalidValue;

    #[inline]
    fn from_str(text: &str) -> Result<Date, InvalidValue> {
        let value = Date::from(text);
        jiff::civil::Date::try_from(&value)?;
        Ok(value)
    }
}
