//! Who signs, and when.

use std::time::SystemTime;

use jiff::{Timestamp, tz::TimeZone};

use super::config;
use crate::AuthError;

/// What every V4 signature names: its time, and the scope of its credential.
pub(super) struct Stamp {
    /// Such as `20260131T090000Z`.
    pub(super) time: String,
    /// Such as `20260131/auto/storage/goog4_request`.
    pub(super) scope: String,
    /// The signer's e-mail address and the scope.
    pub(super) credential: String,
    now: Timestamp,
}

impl Stamp {
    pub(super) fn new(email: &str, now: SystemTime) -> Result<Self, AuthError> {
        if email.is_empty() {
            return Err(config("the signer has no e-mail address"));
        }
        let now = Timestamp::try_from(now)
            .map_err(|_| config("the signature's time is out of the calendar's range"))?;
        let utc = now.to_zoned(TimeZone::UTC);
        let time = utc.strftime("%Y%m%dT%H%M%SZ").to_string();
        let scope = format!("{}/auto/storage/goog4_request", utc.strftime("%Y%m%d"));
        Ok(Self {
            credential: format!("{email}/{scope}"),
            time,
            scope,
            now,
        })
    }

    /// The time so many seconds later, as policies write it.
    pub(super) fn after(&self, seconds: u64) -> Result<String, AuthError> {
        let later = i64::try_from(seconds)
            .ok()
            .and_then(|seconds| Timestamp::from_second(self.now.as_second() + seconds).ok());
        let later = later.ok_or_else(|| config("the expiry is out of the calendar's range"))?;
        Ok(later
            .to_zoned(TimeZone::UTC)
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string())
    }
}
