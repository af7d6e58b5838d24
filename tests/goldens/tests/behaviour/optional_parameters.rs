//! What the setters of optional parameters take.

use gapi_goldens::forms::parameters;

/// Each parameter `$wire`, first set to `$before`, then to each of the values on the left of `=>`.
macro_rules! values_of_parameters {
    ($($wire:literal $set:ident($before:expr) { $($value:expr => $expected:expr;)* })*) => {$($({
        let request = parameters::things().measure().$set($before).$set($value);
        let set: Vec<_> = gapi::Request::call(&request).parameters().collect();
        let expected: &[&str] = &$expected;
        let expected: Vec<_> = expected.iter().map(|value| ($wire, *value)).collect();
        assert_eq!(set, expected, "{}", stringify!($set($value)));
    })*)*};
}

/// A type of a program, which becomes text.
#[derive(Clone)]
struct UserId(u8);

impl From<UserId> for String {
    fn from(id: UserId) -> Self {
        format!("user-{}", id.0)
    }
}

fn some<T>(value: T) -> Option<T> {
    Some(value)
}

fn none<T>() -> Option<T> {
    None
}

#[test]
fn optional_parameters_take_values_and_options_of_them() {
    use gapi::{Unset, value};
    use parameters::{ThingsMeasureMood as Mood, ThingsMeasureMoods as Moods};

    let text = "t".to_owned();
    let day = value::Date::from("2026-02-28");
    let span = value::Duration::from(std::time::Duration::from_secs(3));
    let time = std::time::Duration::from_secs(4);
    let blob = value::Bytes::from_static(&[0xfb, 0xff]);
    values_of_parameters! {
        "text" text("before") {
            "t" => ["t"]; text.clone() => ["t"]; &text => ["t"]; UserId(1) => ["user-1"];
            Some("t") => ["t"]; some(&text) => ["t"]; some(text.clone()) => ["t"]; some(UserId(1)) => ["user-1"];
            none::<&str>() => []; none::<String>() => []; none::<&String>() => []; none::<UserId>() => []; Unset => [];
        }
        "int64" int64(1) {
            10 => ["10"]; 3_000_000_000 => ["3000000000"]; -1 => ["-1"]; i64::MAX => ["9223372036854775807"];
            Some(10) => ["10"]; some(-1_i64) => ["-1"]; some(7_u32) => ["7"]; some(7_i32) => ["7"]; some(7_u8) => ["7"];
            none::<i64>() => []; none::<u32>() => []; Unset => [];
        }
        "uint32" uint32(1) {
            10 => ["10"]; u32::MAX => ["4294967295"]; Some(10) => ["10"]; some(7_u32) => ["7"]; none::<u32>() => []; Unset => [];
        }
        "uint64" uint64(1) {
            u64::MAX => ["18446744073709551615"]; 10 => ["10"]; Some(10) => ["10"]; none::<u64>() => []; Unset => [];
        }
        "double" double(0.5) {
            1.5 => ["1.5"]; 1e22 => ["1e22"]; Some(1.5) => ["1.5"]; some(0.25_f32) => ["0.25"]; some(2_u32) => ["2.0"];
            none::<f64>() => []; Unset => [];
        }
        "float" float(0.5) { 1.5 => ["1.5"]; Some(1.5) => ["1.5"]; some(1.5_f32) => ["1.5"]; none::<f32>() => []; Unset => []; }
        "mood" mood(Mood::Good) {
            Mood::Bad => ["BAD"]; "NEW" => ["NEW"]; text.clone() => ["t"]; Some(Mood::Bad) => ["BAD"]; Some("NEW") => ["NEW"];
            none::<Mood>() => []; none::<&str>() => []; Unset => [];
        }
        "date" date("2026-01-01") {
            day.clone() => ["2026-02-28"]; "2026-02-28" => ["2026-02-28"]; Some(day.clone()) => ["2026-02-28"];
            Some("2026-02-28") => ["2026-02-28"]; none::<value::Date>() => []; Unset => [];
        }
        "span" span(time) {
            span.clone() => ["3s"]; time => ["4s"]; Some(time) => ["4s"]; Some(span.clone()) => ["3s"];
            none::<std::time::Duration>() => []; Unset => [];
        }
        "bytes" bytes("before") {
            blob.clone() => ["-_8="]; vec![0xfb, 0xff] => ["-_8="]; Some(blob.clone()) => ["-_8="]; Some(vec![0xfb, 0xff]) => ["-_8="];
            none::<value::Bytes>() => []; Unset => [];
        }
        "moods" moods(["NEW"]) {
            [Moods::Good, Moods::Bad] => ["GOOD", "BAD"]; vec!["a"] => ["a"]; vec![text.clone()] => ["t"];
            Some(Moods::Bad) => ["BAD"]; Some("a") => ["a"]; none::<&str>() => []; some(["a", "b"]) => ["a", "b"]; some(vec![Moods::Bad]) => ["BAD"];
            "a b".split(' ').map(String::from) => ["a", "b"]; none::<Vec<String>>() => []; Vec::<Moods>::new() => []; Unset => [];
        }
        "texts" texts(["before"]) {
            ["a", "b"] => ["a", "b"]; vec![UserId(1)] => ["user-1"]; &["a", "b"].map(String::from) => ["a", "b"]; Some("a") => ["a"];
            some(["a", "b"]) => ["a", "b"]; Some(text.clone()) => ["t"]; none::<[&str; 1]>() => []; none::<&str>() => []; Unset => [];
        }
        "sizes" sizes([1]) {
            [10, 3_000_000_000] => ["10", "3000000000"]; vec![10] => ["10"]; [] => []; Vec::new() => []; 1..3 => ["1", "2"];
            "5 6".split(' ').map(|text| text.parse().unwrap()) => ["5", "6"];
            Some(10) => ["10"]; some([10]) => ["10"]; some(vec![10]) => ["10"]; none::<Vec<i64>>() => []; Unset => [];
        }
        "flags" flags([true]) { [true, false] => ["true", "false"]; Some([true]) => ["true"]; none::<[bool; 1]>() => []; Unset => []; }
    }
}

#[test]
fn setters_are_functions_of_the_plain_value() {
    fn with<T: Into<String>>(text: T) -> parameters::things::Measure {
        parameters::things().measure().text(text)
    }
    let set: fn(parameters::things::Measure, i64) -> parameters::things::Measure =
        parameters::things::Measure::int64;
    let request = Some("a")
        .into_iter()
        .fold(with("b"), parameters::things::Measure::text);
    let request = gapi::Request::into_call(set(request, 7));
    assert_eq!(
        request.parameters().collect::<Vec<_>>(),
        [("text", "a"), ("int64", "7")]
    );
}

#[test]
fn options_that_are_parameters_take_options_too() {
    use gapi::{CallOptions, Unset};
    let set = CallOptions::new()
        .fields(Some("a"))
        .quota_user(some("u".to_owned()))
        .key("k")
        .alt(none::<String>());
    assert!(
        format!("{set:?}").contains(r#"params: ["fields", "quotaUser", "key"]"#),
        "{set:?}"
    );
    let unset = set
        .fields(Unset)
        .quota_user(none::<&str>())
        .location(Some("europe-west1"));
    assert!(
        format!("{unset:?}").contains(r#"location: Some("europe-west1"), "#),
        "{unset:?}"
    );
    assert!(
        format!("{unset:?}").contains(r#"params: ["key"]"#),
        "{unset:?}"
    );
}
