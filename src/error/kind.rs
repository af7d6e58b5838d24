//! The kinds of errors, and whether another attempt can succeed after one.

use std::{borrow::Cow, fmt};

use http::StatusCode;

use super::{api_error::ApiError, details::ErrorDetail};

/// The kind of an [`Error`](crate::Error).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request or the client is configured wrongly; nothing was sent.
    Usage,
    /// There are no valid credentials, or they may not be sent to this URL.
    Auth,
    /// The connection to the server failed; nothing was sent.
    Connect,
    /// The time limit of the call or of an attempt was exceeded.
    Timeout,
    /// The connection failed after the request began, or the response was incomplete or too large.
    Transport,
    /// A redirect that cannot be followed.
    Redirect,
    /// The server returned an error.
    Api,
    /// The response does not have the form that the document declares.
    Decode,
    /// A long-running operation ended in an error.
    Operation,
    /// A list has no end: the server repeats a page token.
    Paging,
    /// Reading the caller's media, or writing to the caller's destination, failed.
    Io,
    /// A transfer failed an integrity check, the object changed during the download, or the session expired.
    Media,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Usage => "usage",
            Self::Auth => "credentials",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Transport => "transport",
            Self::Redirect => "redirect",
            Self::Api => "api",
            Self::Decode => "decode",
            Self::Operation => "operation",
            Self::Paging => "paging",
            Self::Io => "io",
            Self::Media => "media",
        })
    }
}

/// Whether another attempt can succeed after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// No: the same request fails in the same way.
    Never,
    /// Possibly, but the failed attempt may have had its effect already.
    IfSafe,
    /// Possibly, and the failed attempt had no effect: nothing reached the server, or the server refused the request.
    Always,
}

/// Why there was no further attempt, as an error reports it.
pub(crate) type Note = Cow<'static, str>;

/// Reasons of a limit for a short time: of `errors[].reason`, and of `google.rpc.ErrorInfo` (`google.api.ErrorReason`).
const RATE: [&str; 3] = [
    "rateLimitExceeded",
    "userRateLimitExceeded",
    "RATE_LIMIT_EXCEEDED",
];

/// Reasons of a limit per day, for storage, or for unregistered callers. Status 429 and 403 have them too, and waiting does not help.
const QUOTA: [&str; 10] = [
    "dailyLimitExceeded",
    "dailyLimitExceededUnreg",
    "quotaExceeded",
    "rateLimitExceededUnreg",
    "resourceQuotaExceeded",
    "sharingRateLimitExceeded",
    "storageQuotaExceeded",
    "userRateLimitExceededUnreg",
    "variableTermExpiredDailyExceeded",
    "variableTermLimitExceeded",
];

/// Returns whether another attempt can succeed after an error response.
pub(super) fn repeat_of(status: StatusCode, error: &ApiError) -> Repeat {
    match status.as_u16() {
        // Requests that are refused for their rate are not executed, so calls of any method may be repeated.
        429 if !is_for_quota(error) => Repeat::Always,
        403 if is_for_rate(error) && !is_for_quota(error) => Repeat::Always,
        408 | 500 | 502..=504 => Repeat::IfSafe,
        _ => Repeat::Never,
    }
}

/// Returns whether a reason of the error is a limit for a short time.
pub(super) fn is_for_rate(error: &ApiError) -> bool {
    let mut reasons = error.reasons.iter();
    reasons.any(|reason| RATE.contains(&reason.as_str()))
}

/// Returns whether the limit remains after a short wait.
fn is_for_quota(error: &ApiError) -> bool {
    let is_named = || {
        let mut reasons = error.reasons.iter();
        reasons.any(|reason| QUOTA.iter().any(|known| is_same(known, reason)))
    };
    // A limit per day has the reason of a rate limit; its unit (`1/d/{project}`) or its name (`defaultPerDayPerProject`) has the day.
    let is_daily = || {
        error.details.iter().any(|detail| {
            let ErrorDetail::ErrorInfo(info) = detail else {
                return false;
            };
            let value = |name: &str| info.metadata.get(name).map_or("", String::as_str);
            value("quota_unit").split('/').nth(1) == Some("d")
                || value("quota_limit").contains("PerDay")
        })
    };
    is_daily() || (!is_for_rate(error) && is_named())
}

/// Returns whether `reason` is `known`, in the spelling of older APIs (`quotaExceeded`) or of newer ones (`QUOTA_EXCEEDED`).
fn is_same(known: &str, reason: &str) -> bool {
    let plain = |text: &'_ str| {
        text.bytes()
            .filter(|byte| *byte != b'_')
            .map(|byte| byte.to_ascii_lowercase())
            .collect::<Vec<u8>>()
    };
    plain(known) == plain(reason)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderMap;
    use serde_json::{Value, json};

    use super::*;
    use crate::Error;

    fn repeat(status: u16, error: &Value) -> Repeat {
        let status = StatusCode::from_u16(status).expect("a status");
        let body = Bytes::from(json!({"error": error}).to_string());
        Error::api(status, HeaderMap::new(), body).repeat()
    }

    fn old(reason: &str) -> Value {
        json!({"errors": [{"reason": reason, "domain": "usageLimits"}]})
    }

    fn new(reason: &str, unit: &str) -> Value {
        let name = if unit.starts_with("1/") {
            "quota_unit"
        } else {
            "quota_limit"
        };
        json!({"status": "RESOURCE_EXHAUSTED", "details": [{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": reason,
            "metadata": {name: unit},
        }]})
    }

    #[test]
    fn refusals_for_rate_had_no_effect() {
        for (status, error) in [
            (429, json!({})),
            (429, json!({"status": "RESOURCE_EXHAUSTED"})),
            (429, old("rateLimitExceeded")),
            (429, old("tooManyRequests")),
            (429, new("RATE_LIMIT_EXCEEDED", "1/min/{project}/{user}")),
            (403, old("rateLimitExceeded")),
            (403, old("userRateLimitExceeded")),
            (403, new("RATE_LIMIT_EXCEEDED", "1/min/{project}")),
            (
                429,
                new("RATE_LIMIT_EXCEEDED", "ReadRequestsPerMinutePerUser"),
            ),
        ] {
            assert_eq!(repeat(status, &error), Repeat::Always, "{status} {error}");
        }
    }

    #[test]
    fn exhausted_quotas_stay_exhausted() {
        for status in [403, 429] {
            for reason in QUOTA {
                assert_eq!(repeat(status, &old(reason)), Repeat::Never, "{reason}");
            }
            for (reason, unit) in [
                ("RATE_LIMIT_EXCEEDED", "1/d/{project}"),
                ("RATE_LIMIT_EXCEEDED", "defaultPerDayPerProject"),
                ("DAILY_LIMIT_EXCEEDED", ""),
                ("QUOTA_EXCEEDED", ""),
                ("RESOURCE_QUOTA_EXCEEDED", "1/{project}"),
            ] {
                let error = new(reason, unit);
                assert_eq!(repeat(status, &error), Repeat::Never, "{error}");
            }
        }
        for error in [json!({}), old("forbidden"), new("SERVICE_DISABLED", "")] {
            assert_eq!(repeat(403, &error), Repeat::Never, "{error}");
        }
    }

    #[test]
    fn other_temporary_failures_may_have_had_an_effect() {
        for status in [408, 500, 502, 503, 504] {
            assert_eq!(repeat(status, &json!({})), Repeat::IfSafe, "{status}");
            assert_eq!(repeat(status, &old("rateLimitExceeded")), Repeat::IfSafe);
        }
        for status in [400, 401, 404, 409, 412, 501, 505] {
            assert_eq!(repeat(status, &json!({})), Repeat::Never, "{status}");
        }
    }
}
