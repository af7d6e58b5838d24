use super::{Wire, from_slice, to_vec};
use crate::value::{Bytes, Date, DateTime, Duration, FieldMask};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Reads a value in each of the ways that serde_json offers, and checks that they agree.
fn read<T: Wire + PartialEq + std::fmt::Debug>(text: &str) -> Result<T, String> {
    let shown = |error: serde_json::Error| {
        let text = error.to_string();
        text.split(" at line ")
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let slice = from_slice(text.as_bytes()).map_err(shown);
    let string = T::read(&mut serde_json::Deserializer::from_str(text)).map_err(shown);
    let reader =
        T::read(&mut serde_json::Deserializer::from_reader(text.as_bytes())).map_err(shown);
    let value = T::read(serde_json::from_str::<Value>(text).unwrap()).map_err(shown);
    for other in [string, reader, value] {
        assert_eq!(format!("{other:?}"), format!("{slice:?}"), "{text}");
    }
    slice
}

fn written<T: Wire>(value: T) -> String {
    String::from_utf8(to_vec(&value).unwrap().text).unwrap()
}

#[test]
fn wide_integers() {
    assert_eq!(read("\"9223372036854775807\""), Ok(i64::MAX));
    assert_eq!(read("-9223372036854775808"), Ok(i64::MIN));
    assert_eq!(read("18446744073709551615"), Ok(u64::MAX));
    assert_eq!(read("\"\\u0031\\u0032\""), Ok(12_i64));
    assert_eq!(read("1.0"), Ok(1_i64));
    assert_eq!(read("\"1.0\""), Ok(1_u64));
    assert_eq!(written(i64::MIN), "\"-9223372036854775808\"");
    assert_eq!(written(u64::MAX), "\"18446744073709551615\"");
}

#[test]
fn integers_never_wrap_or_round() {
    for text in [
        "9223372036854775808",
        "-9223372036854775809",
        "\"9223372036854775808\"",
        "1.5",
        "1e300",
        "1e19",
    ] {
        read::<i64>(text).unwrap_err();
    }
    for text in [
        "-1",
        "\"-1\"",
        "18446744073709551616",
        "\"\"",
        "\"0x10\"",
        "\" 1\"",
    ] {
        read::<u64>(text).unwrap_err();
    }
    for text in ["2147483648", "-2147483649", "\"2147483648\"", "0.5"] {
        read::<i32>(text).unwrap_err();
    }
    read::<u32>("4294967296").unwrap_err();
    // Above 2^53 a float may stand for its neighbours.
    read::<i64>("9007199254740992.0").unwrap_err();
    assert_eq!(read("9007199254740991.0"), Ok(9_007_199_254_740_991_i64));
}

#[test]
fn errors_say_what_was_expected_and_found() {
    assert_eq!(
        read::<i64>("\"x\"").unwrap_err(),
        "expected a 64-bit integer, found \"x\""
    );
    assert_eq!(
        read::<u32>("-1").unwrap_err(),
        "expected an unsigned 32-bit integer, found -1"
    );
    assert_eq!(
        read::<bool>("\"yes\"").unwrap_err(),
        "expected a boolean, found \"yes\""
    );
    assert_eq!(
        read::<f64>("[]").unwrap_err(),
        "expected a number, found a list"
    );
    assert_eq!(
        read::<Vec<String>>("{}").unwrap_err(),
        "expected a list, found an object"
    );
    assert_eq!(
        read::<Vec<String>>("7").unwrap_err(),
        "expected a list, found a number"
    );
    assert_eq!(
        read::<BTreeMap<String, i32>>("[]").unwrap_err(),
        "expected an object, found a list"
    );
    assert_eq!(
        read::<DateTime>("{}").unwrap_err(),
        "expected an RFC 3339 date and time, found an object"
    );
    assert_eq!(
        read::<i64>("null").unwrap_err(),
        "expected a 64-bit integer, found null"
    );
    let long = read::<i32>(&format!("\"{}\"", "é".repeat(100))).unwrap_err();
    assert_eq!(
        long,
        format!("expected a 32-bit integer, found \"{}\"...", "é".repeat(40))
    );
}

#[test]
fn errors_about_texts_do_not_quote_them() {
    let canary = "canary";
    for error in [
        read::<String>("4711").unwrap_err(),
        read::<Bytes>(&format!("\"{canary}!\"")).unwrap_err(),
        read::<Bytes>("4711").unwrap_err(),
    ] {
        assert!(
            !error.contains(canary) && !error.contains("4711"),
            "{error}"
        );
    }
    assert_eq!(
        read::<String>("4711").unwrap_err(),
        "expected a string, found a number"
    );
    assert_eq!(
        read::<Bytes>("\"a!\"").unwrap_err(),
        "expected base64 data, found a string"
    );
}

#[test]
fn floats() {
    assert!(read_f64("\"NaN\"").is_nan());
    assert_eq!(read("\"Infinity\""), Ok(f64::INFINITY));
    assert_eq!(read("\"-Infinity\""), Ok(f32::NEG_INFINITY));
    assert_eq!(read("\"2.5\""), Ok(2.5_f64));
    assert_eq!(read("3"), Ok(3.0_f64));
    assert_eq!(written(f64::NAN), "\"NaN\"");
    assert_eq!(written(f64::NEG_INFINITY), "\"-Infinity\"");
    assert_eq!(written(f32::INFINITY), "\"Infinity\"");
    assert_eq!(written(0.5_f32), "0.5");
    read::<f32>("1e300").unwrap_err();
    for text in ["\"inf\"", "\"nan\"", "\"1e999\"", "\"\"", "true"] {
        read::<f64>(text).unwrap_err();
    }
}

fn read_f64(text: &str) -> f64 {
    from_slice(text.as_bytes()).unwrap()
}

#[test]
fn booleans() {
    assert_eq!(read("true"), Ok(true));
    assert_eq!(read("\"false\""), Ok(false));
    read::<bool>("1").unwrap_err();
}

#[test]
fn kept_texts_survive_whatever_they_hold() {
    for odd in [
        "",
        "yesterday",
        "0000-00-00T00:00:00Z",
        "3.5",
        "a b,,c",
        "\u{fffd}",
    ] {
        let text = Value::from(odd).to_string();
        assert_eq!(written(read::<DateTime>(&text).unwrap()), text);
        assert_eq!(written(read::<Date>(&text).unwrap()), text);
        assert_eq!(written(read::<Duration>(&text).unwrap()), text);
        assert_eq!(written(read::<FieldMask>(&text).unwrap()), text);
    }
    read::<Duration>("3").unwrap_err();
}

#[test]
fn free_form_json_is_kept() {
    let text = "{\"a\":[1,2.5,null,{\"b\":\"\\\"\"}]}";
    assert_eq!(written(read::<Value>(text).unwrap()), text);
    assert_eq!(
        read::<Vec<Value>>("[null, 1]"),
        Ok(vec![Value::Null, json!(1)])
    );
}

#[test]
fn containers_nest() {
    let map: BTreeMap<String, Vec<i64>> = BTreeMap::from([("a".to_owned(), vec![1, -2])]);
    assert_eq!(written(map.clone()), r#"{"a":["1","-2"]}"#);
    assert_eq!(read(r#"{"a": [1, "-2"]}"#), Ok(map));
}

#[test]
fn nothing_may_follow() {
    from_slice::<Vec<i64>>(b"[] x").unwrap_err();
}

/// serde_json hands numbers over as a map of this form under its feature `arbitrary_precision`.
#[test]
fn numbers_as_digits() {
    let digits = |text: &str| format!(r#"{{"$serde_json::private::Number": "{text}"}}"#);
    assert_eq!(from_slice::<i64>(digits("12").as_bytes()).unwrap(), 12);
    assert_eq!(
        from_slice::<f64>(digits("1e3").as_bytes())
            .unwrap()
            .to_bits(),
        1000_f64.to_bits()
    );
    from_slice::<i64>(digits("9223372036854775808").as_bytes()).unwrap_err();
}

proptest! {
    #[test]
    fn integers_round_trip(a: i64, b: u64, c: i32, d: u32) {
        prop_assert_eq!(read(&written(a)), Ok(a));
        prop_assert_eq!(read(&a.to_string()), Ok(a));
        prop_assert_eq!(read(&written(b)), Ok(b));
        prop_assert_eq!(read(&b.to_string()), Ok(b));
        prop_assert_eq!(read(&written(c)), Ok(c));
        prop_assert_eq!(read(&format!("\"{c}\"")), Ok(c));
        prop_assert_eq!(read(&written(d)), Ok(d));
        prop_assert_eq!(read(&format!("{d}.0")), Ok(d));
    }

    #[test]
    fn narrow_reads_agree_with_conversion(wide: i64) {
        prop_assert_eq!(read::<i32>(&wide.to_string()).ok(), i32::try_from(wide).ok());
        prop_assert_eq!(read::<u32>(&wide.to_string()).ok(), u32::try_from(wide).ok());
        prop_assert_eq!(read::<u64>(&wide.to_string()).ok(), u64::try_from(wide).ok());
    }

    #[test]
    fn floats_round_trip(a in prop::num::f64::NORMAL | prop::num::f64::ZERO | prop::num::f64::INFINITE, b: f32) {
        prop_assert_eq!(read::<f64>(&written(a)), Ok(a));
        let back: f32 = from_slice(written(b).as_bytes()).unwrap();
        prop_assert!(back.to_bits() == b.to_bits() || (back.is_nan() && b.is_nan()));
    }

    #[test]
    fn strings_round_trip(text: String) {
        prop_assert_eq!(read(&written(text.clone())), Ok(text));
    }

    #[test]
    fn bytes_in_either_alphabet_padded_or_not(bytes: Vec<u8>) {
        let sent = written(Bytes::from(bytes.clone()));
        prop_assert!(!sent.contains(['+', '/']) && (sent.len() - 2) % 4 == 0);
        let standard = sent.replace('-', "+").replace('_', "/");
        for text in [sent.clone(), sent.replace('=', ""), standard.clone(), standard.replace('=', "")] {
            prop_assert_eq!(read(&text), Ok(Bytes::from(bytes.clone())));
        }
    }

    #[test]
    fn any_json_is_read_or_refused(text in "[-0-9.eE+\"a-z\\[\\]{}:, ]{0,20}") {
        // Never a panic, whatever comes.
        let _ = (from_slice::<i64>(text.as_bytes()), from_slice::<Vec<f32>>(text.as_bytes()));
        let _ = (from_slice::<Bytes>(text.as_bytes()), from_slice::<BTreeMap<String, Duration>>(text.as_bytes()));
    }
}
