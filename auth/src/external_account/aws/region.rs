//! Regions of AWS.

use crate::{AuthError, AuthErrorKind};

/// Refuses what cannot be a part of a host name.
pub(super) fn check(region: &str) -> Result<(), AuthError> {
    let is_one = !region.is_empty()
        && region
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if is_one {
        return Ok(());
    }
    Err(AuthError::new(
        AuthErrorKind::Config,
        "the AWS region is not a region's name",
    )
    .with_hint("it looks like us-east-2; check AWS_REGION"))
}

/// The region of an availability zone: `us-east-2` of `us-east-2b`, and `us-west-2` of the local zone `us-west-2-lax-1a`.
pub(super) fn of_zone(zone: &str) -> Option<&str> {
    let zone = zone.trim();
    let mut end = 0;
    for part in zone.split('-') {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            let region = &zone[..end + digits];
            return check(region).is_ok().then_some(region);
        }
        end += part.len() + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_of_all_kinds_have_a_region() {
        for (zone, region) in [
            ("us-east-2b", Some("us-east-2")),
            ("us-east-2b\n", Some("us-east-2")),
            ("us-gov-west-1a", Some("us-gov-west-1")),
            ("ap-southeast-12c", Some("ap-southeast-12")),
            ("us-west-2-lax-1a", Some("us-west-2")),
            ("us-east-1-wl1-bos-wlz-1", Some("us-east-1")),
            ("us-east-1", Some("us-east-1")),
            ("", None),
            ("<html>", None),
            ("evil.com/-1a", None),
        ] {
            assert_eq!(of_zone(zone), region, "{zone}");
        }
    }
}
