//! How long a server asks to be left alone.

use std::time::{Duration, SystemTime};

use http::{
    HeaderMap,
    header::{DATE, HeaderName, RETRY_AFTER},
};

use crate::{Error, ErrorDetail};

/// What `error` says, at `now`; the longer one where a header and a detail say it.
pub(super) fn of(error: &Error, now: SystemTime) -> Option<Duration> {
    let header = error.headers().and_then(|headers| header(headers, now));
    let detail = error.details().iter().find_map(|detail| match detail {
        ErrorDetail::RetryInfo(wait) => Some(*wait),
        _ => None,
    });
    let credentials = error
        .auth_error()
        .and_then(gapi_auth::AuthError::retry_after);
    header.max(detail).max(credentials)
}

/// `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date. A date is compared with the server's own `Date`, where there is one, because clocks differ.
fn header(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = parse(text)?;
    let now = date(headers, DATE).unwrap_or(now);
    Some(until.duration_since(now).unwrap_or_default())
}

fn date(headers: &HeaderMap, name: HeaderName) -> Option<SystemTime> {
    parse(headers.get(name)?.to_str().ok()?.trim())
}

/// A date of HTTP (RFC 9110, section 5.6.7), in any of its three forms.
fn parse(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(headers: &[(HeaderName, &str)], now: u64) -> Option<u64> {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.clone(), value.parse().expect("a value")))
            .collect();
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(now);
        header(&headers, now).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds_and_dates() {
        // Sun, 06 Nov 1994 08:49:37 GMT
        const THEN: u64 = 784_111_777;
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        let at = |text| wait(&[(RETRY_AFTER, text)], THEN - 30);
        for (text, seconds) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            (date, Some(30)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(30)),
            ("Sun Nov  6 08:49:37 1994", Some(30)),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
            ("99999999999999999999999", None),
        ] {
            assert_eq!(at(text), seconds, "{text:?}");
        }
        // The past is now.
        assert_eq!(wait(&[(RETRY_AFTER, date)], THEN + 30), Some(0));
        // The server's clock counts, not ours.
        let both = [(RETRY_AFTER, date), (DATE, "Sun, 06 Nov 1994 08:49:33 GMT")];
        assert_eq!(wait(&both, THEN - 86_400), Some(4));
    }
}
