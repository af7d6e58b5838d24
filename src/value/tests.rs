use super::{Date, DateTime, Duration, Extra, FieldMask, InvalidValue};
use jiff::{SignedDuration, Timestamp, civil};
use proptest::prelude::*;
use serde_json::json;
use std::time::{Duration as Span, SystemTime};

#[test]
fn points_in_time() {
    let start: Timestamp = "2026-10-18T07:30:00.25Z".parse().unwrap();
    for text in [
        "2026-10-18T07:30:00.25Z",
        "2026-10-18T09:30:00.250+02:00",
        "2026-10-18t07:30:00.250000000z",
    ] {
        assert_eq!(
            Timestamp::try_from(DateTime::from(text)),
            Ok(start),
            "{text}"
        );
    }
    assert_eq!(DateTime::from(start).as_str(), "2026-10-18T07:30:00.25Z");
    let system = SystemTime::UNIX_EPOCH + Span::from_millis(1_500);
    assert_eq!(
        DateTime::try_from(system).unwrap().as_str(),
        "1970-01-01T00:00:01.5Z"
    );
    assert_eq!(
        SystemTime::try_from(&DateTime::from("1970-01-01T00:00:01.5Z")),
        Ok(system)
    );
    for odd in [
        "",
        "now",
        "2026-10-18",
        "2026-10-18T07:30:00",
        "99999-01-01T00:00:00Z",
    ] {
        let error = Timestamp::try_from(DateTime::from(odd)).unwrap_err();
        assert_eq!(error.found(), odd);
        assert_eq!(
            error.to_string(),
            format!("expected an RFC 3339 date and time, found {odd:?}")
        );
        odd.parse::<DateTime>().unwrap_err();
    }
    assert!(
        Timestamp::try_from(DateTime::now()).unwrap()
            > start
                .checked_sub(SignedDuration::from_hours(24 * 36_500))
                .unwrap()
    );
}

#[test]
fn days() {
    assert_eq!(
        civil::Date::try_from(Date::from("2026-10-18")),
        Ok(civil::date(2026, 10, 18))
    );
    assert_eq!(Date::from(civil::date(987, 1, 2)).as_str(), "0987-01-02");
    assert!(Date::from("2026-02-01") < Date::from("2026-10-01"));
    "2026-02-30".parse::<Date>().unwrap_err();
}

#[test]
fn spans() {
    for (text, seconds, nanoseconds) in [
        ("3.5s", 3, 500_000_000),
        ("-3.5s", -3, -500_000_000),
        ("0s", 0, 0),
        ("-0.000000001s", 0, -1),
        ("1s", 1, 0),
    ] {
        let span = SignedDuration::new(seconds, nanoseconds);
        assert_eq!(
            SignedDuration::try_from(Duration::from(text)),
            Ok(span),
            "{text}"
        );
        assert_eq!(Duration::from(span).as_str(), text);
    }
    for text in [
        "-9223372036854775808.999999999s",
        "9223372036854775807.999999999s",
    ] {
        let span = SignedDuration::try_from(Duration::from(text)).unwrap();
        assert_eq!(Duration::from(span).as_str(), text);
    }
    assert_eq!(Duration::from(Span::from_millis(250)).as_str(), "0.25s");
    assert_eq!(
        Duration::from(Span::MAX).as_str(),
        "18446744073709551615.999999999s"
    );
    assert_eq!(
        Span::try_from(Duration::from("18446744073709551615.999999999s")),
        Ok(Span::MAX)
    );
    for text in [
        "",
        "s",
        "3",
        "3,5s",
        ".5s",
        "3.s",
        "+3s",
        "1.0000000001s",
        "--1s",
        "1e3s",
        "9223372036854775808s",
        "\u{663}s",
    ] {
        SignedDuration::try_from(Duration::from(text)).unwrap_err();
    }
    let error = Span::try_from(Duration::from("-1s")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "expected a duration that is not negative, found \"-1s\""
    );
    "x".parse::<Duration>().unwrap_err();
}

#[test]
fn masks() {
    let mask: FieldMask = ["a", "b.c"].into_iter().collect();
    assert_eq!(mask.as_str(), "a,b.c");
    assert!(
        FieldMask::from(" a , ,b.`x,y`.z")
            .paths()
            .eq(["a", "b.`x,y`.z"])
    );
    assert!(FieldMask::default().is_empty() && FieldMask::from(",").is_empty());
    assert!(!"*".parse::<FieldMask>().unwrap().is_empty());
}

#[test]
fn extra() {
    let mut extra = Extra::from_iter([("b", json!(1)), ("a", json!("canary"))]);
    assert_eq!(extra.insert("b", 2), Some(json!(1)));
    extra.null("c");
    assert!(extra.iter().map(|(name, _)| name).eq(["a", "b", "c"]));
    assert_eq!(format!("{extra:?}"), r#"{"a", "b", "c"}"#);
    assert_eq!(format!("{:?}", extra.iter()), r#"{"a", "b", "c"}"#);
    for name in ["a", "b", "c", "d"] {
        extra.remove(name);
    }
    assert_eq!(extra, Extra::default());
    assert!(extra.get("a").is_none() && extra.is_empty());
}

#[test]
fn errors_are_plain_values() {
    let error: InvalidValue = "x".parse::<Date>().unwrap_err();
    assert_eq!(
        (error.expected(), error.found()),
        ("a date such as 2026-10-18", "x")
    );
}

proptest! {
    #[test]
    fn spans_round_trip(seconds: i64, nanoseconds in 0_i32..1_000_000_000) {
        let span = SignedDuration::new(seconds, if seconds < 0 { -nanoseconds } else { nanoseconds });
        prop_assert_eq!(SignedDuration::try_from(Duration::from(span)), Ok(span));
    }

    #[test]
    fn times_round_trip(nanoseconds in -62_135_596_800_000_000_000_i128..253_402_207_200_000_000_000) {
        let instant = Timestamp::from_nanosecond(nanoseconds).unwrap();
        prop_assert_eq!(Timestamp::try_from(DateTime::from(instant)), Ok(instant));
    }

    #[test]
    fn any_text_is_converted_or_refused(text: String) {
        let _ = (Timestamp::try_from(DateTime::from(&*text)), civil::Date::try_from(Date::from(&*text)));
        let _ = (SignedDuration::try_from(Duration::from(&*text)), Span::try_from(Duration::from(&*text)));
        let _ = FieldMask::from(text).paths().count();
    }
}
