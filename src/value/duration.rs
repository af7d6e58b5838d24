use super::text::{InvalidValue, by_value, kept_text};
use jiff::SignedDuration;
use std::str::FromStr;

/// A span of time: seconds with up to nine digits after the point, and an `s`, such as `3.5s`.
///
/// Equality is that of the text; convert to compare spans.
///
/// ```
/// use gapi::value::Duration;
///
/// let timeout = Duration::from(std::time::Duration::from_millis(3_500));
/// assert_eq!(timeout.as_str(), "3.5s");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Duration(Box<str>);

const EXPECTED: &str = "a duration in seconds such as \"3.5s\"";

kept_text!(Duration, "a duration in seconds such as \"3.5s\"");
by_value!(Duration => SignedDuration, std::time::Duration);

/// The canonical text: no digits after the point that say nothing.
fn text(negative: bool, seconds: u64, nanoseconds: u32) -> Duration {
    let sign = if negative { "-" } else { "" };
    let fraction = format!("{nanoseconds:09}");
    match fraction.trim_end_matches('0') {
        "" => format!("{sign}{seconds}s").into(),
        digits => format!("{sign}{seconds}.{digits}s").into(),
    }
}

impl From<SignedDuration> for Duration {
    #[inline]
    fn from(span: SignedDuration) -> Duration {
        text(
            span.is_negative(),
            span.as_secs().unsigned_abs(),
            span.subsec_nanos().unsigned_abs(),
        )
    }
}

impl From<std::time::Duration> for Duration {
    #[inline]
    fn from(span: std::time::Duration) -> Duration {
        text(false, span.as_secs(), span.subsec_nanos())
    }
}

/// Whether negative, whole seconds, and nanoseconds.
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

impl TryFrom<&Duration> for SignedDuration {
    type Error = InvalidValue;

    #[inline]
    fn try_from(value: &Duration) -> Result<SignedDuration, InvalidValue> {
        let signed = || {
            let (negative, seconds, nanoseconds) = parts(value.as_str())?;
            let nanoseconds = i32::try_from(nanoseconds).ok()?;
            Some(if negative {
                SignedDuration::new(0i64.checked_sub_unsigned(seconds)?, -nanoseconds)
            } else {
                SignedDuration::new(i64::try_from(seconds).ok()?, nanoseconds)
            })
        };
        signed().ok_or_else(|| InvalidValue::new(EXPECTED, value.as_str()))
    }
}

/// Fails for negative spans too.
impl TryFrom<&Duration> for std::time::Duration {
    type Error = InvalidValue;

    #[inline]
    fn try_from(value: &Duration) -> Result<std::time::Duration, InvalidValue> {
        match parts(value.as_str()) {
            Some((false, seconds, nanoseconds)) => {
                Ok(std::time::Duration::new(seconds, nanoseconds))
            }
            Some((true, 0, 0)) => Ok(std::time::Duration::ZERO),
            Some(_) => Err(InvalidValue::new(
                "a duration that is not negative",
                value.as_str(),
            )),
            None => Err(InvalidValue::new(EXPECTED, value.as_str())),
        }
    }
}

/// Checks that the text is a duration, and keeps it.
impl FromStr for Duration {
    type Err = InvalidValue;

    #[inline]
    fn from_str(text: &str) -> Result<Duration, InvalidValue> {
        match parts(text) {
            Some(_) => Ok(Duration::from(text)),
            None => Err(InvalidValue::new(EXPECTED, text)),
        }
    }
}
