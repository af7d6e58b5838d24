//! The committed modules at work: what they send and what they read.

#![cfg(not(feature = "without-modules"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use gapi::Fields as _;
use gapi_goldens::forms::{
    arrays, enums, formats, maps, media, names, parameters, recursion, scalars,
};
use gapi_goldens::{iamcredentials_v1, oauth2_v2, sqladmin_v1, tasks_v1, translate_v2};
use serde_json::{Value, json};

/// Reads a value, and writes it as it was.
#[track_caller]
fn round_trip<T: serde_json_value::Value>(value: &Value) -> T {
    let read: T = serde_json::from_value(value.clone()).unwrap();
    assert_eq!(&serde_json::to_value(&read).unwrap(), value);
    read
}

/// What generated types can do.
mod serde_json_value {
    pub(super) trait Value:
        for<'de> gapi::generated::v1::Deserialize<'de> + gapi::generated::v1::Serialize
    {
    }
    impl<T: for<'de> gapi::generated::v1::Deserialize<'de> + gapi::generated::v1::Serialize> Value
        for T
    {
    }
}

#[test]
fn every_format_survives() {
    let value = json!({
        "boolean-plain": true, "integer-plain": -7, "number-double": 1.5, "number-float": 0.25, "number-plain": 3.0,
        "string-byte": "_-8=", "string-date": "2026-02-28", "string-date-time": "2026-02-28T01:02:03.120Z",
        "string-google-duration": "3.50s", "string-google-fieldmask": "a,b.c", "string-int64": "-9223372036854775808",
        "string-plain": "text", "string-uint64": "18446744073709551615", "unknown-to-the-document": [1, null],
    });
    let formats: formats::Formats = round_trip(&value);
    assert_eq!(formats.string_int64, Some(i64::MIN));
    assert_eq!(formats.string_uint64, Some(u64::MAX));
    assert_eq!(formats.string_byte.as_deref(), Some(&[0xff, 0xef][..]));
}

#[test]
fn nested_lists_and_maps_survive() {
    let arrays: arrays::Arrays = round_trip(&json!({
        "blobs": ["AA=="], "counts": ["1", "-2"], "matrix": [[1.5], []], "open": [null, {"a": 1}],
        "stringMaps": [{"a": "b"}], "objectMaps": [{"a": {"name": "n"}}], "inline": [{"key": "k", "deep": [{"leaf": "l"}]}],
    }));
    assert_eq!(arrays.counts, Some(vec![1, -2]));
    let maps: maps::Maps = round_trip(&json!({
        "longs": {"a": "9007199254740993"}, "nested": {"a": {"b": true}}, "objects": {"a": {"name": "n", "new": 1}},
        "lists": {"a": [{"name": "n"}]}, "anything": {"a": [1]},
    }));
    assert_eq!(maps.longs.unwrap()["a"], 9_007_199_254_740_993);
}

#[test]
fn bodies_and_responses_can_be_scalars_and_enums() {
    fn response<R: gapi::Request>(_: R, text: &str) -> R::Response {
        gapi::generated::v1::FromResponse::decode(text.as_bytes()).unwrap()
    }
    let values = scalars::values();
    let body = |call: &gapi::generated::v1::Call| String::from_utf8(call.body().unwrap().to_vec());
    let count = values.count(i64::MAX);
    assert_eq!(
        body(gapi::Request::call(&count)).unwrap(),
        r#""9223372036854775807""#
    );
    assert_eq!(response(count, r#""-1""#), -1);
    let grade = values.grade(scalars::Level::High);
    assert_eq!(body(gapi::Request::call(&grade)).unwrap(), r#""HIGH""#);
    assert_eq!(response(grade, r#""LOW""#), scalars::Level::Low);
    assert_eq!(
        response(
            values.mood(scalars::ValuesMoodRequest::from("NEW")),
            r#""BAD""#
        ),
        scalars::ValuesMoodResponse::Bad
    );
    assert_eq!(response(values.aliased("a".to_owned()), r#""b""#), "b");
    assert!(response(values.boolean(true), "true"));
    let when = gapi::value::DateTime::from("2026-01-31T12:00:00Z");
    assert_eq!(response(values.when(when), r#""x""#).as_str(), "x");
    // Nothing is none of them.
    assert!(<String as gapi::generated::v1::FromResponse>::empty().is_none());
}

#[test]
fn recursive_types_survive() {
    let node: recursion::Node = round_trip(&json!({
        "next": {"next": {"value": {"text": "deep"}}}, "children": [{"children": []}], "byName": {"a": {"next": {}}},
    }));
    assert!(node.next.unwrap().next.unwrap().value.is_some());
}

#[test]
fn values_newer_than_the_document_survive() {
    let wallet: enums::Wallet = round_trip(&json!({"state": "NEWER_THAN_THE_DOCUMENT"}));
    assert_eq!(wallet.state.unwrap().as_ref(), "NEWER_THAN_THE_DOCUMENT");

    let task: tasks_v1::Task = round_trip(&json!({"title": "Write", "newField": {"a": [1, 2]}}));
    assert_eq!(task.title.as_deref(), Some("Write"));
}

#[test]
fn explicit_nulls_are_sent() {
    let mut task = tasks_v1::Task {
        title: Some("Write".to_owned()),
        ..Default::default()
    };
    task.null("due").unwrap();
    assert_eq!(
        serde_json::to_value(&task).unwrap(),
        json!({"title": "Write", "due": null})
    );
    assert!(task.null("noSuchField").is_err());
}

#[test]
fn requests_become_http() {
    let request = tasks_v1::tasks()
        .list("my list/1")
        .max_results(20)
        .show_completed(true)
        .to_http()
        .unwrap();
    assert_eq!(request.method(), "GET");
    assert_eq!(request.uri().host(), Some("tasks.googleapis.com"));
    assert_eq!(request.uri().path(), "/tasks/v1/lists/my%20list%2F1/tasks");
    let query = request.uri().query().unwrap();
    assert!(
        query.contains("maxResults=20") && query.contains("showCompleted=true"),
        "{query}"
    );

    let body = tasks_v1::Task {
        title: Some("Write".to_owned()),
        ..Default::default()
    };
    let request = tasks_v1::tasks().insert("l", body).to_http().unwrap();
    assert_eq!(request.method(), "POST");
    assert_eq!(
        serde_json::from_slice::<Value>(request.body()).unwrap(),
        json!({"title": "Write"})
    );
}

#[test]
fn reserved_expansion_keeps_slashes() {
    let name = "projects/-/serviceAccounts/a@b.iam.gserviceaccount.com";
    let body = iamcredentials_v1::SignJwtRequest {
        payload: Some("{}".to_owned()),
        ..Default::default()
    };
    let request = iamcredentials_v1::projects()
        .service_accounts()
        .sign_jwt(name, body)
        .to_http()
        .unwrap();
    assert!(
        request
            .uri()
            .path()
            .starts_with("/v1/projects/-/serviceAccounts/a"),
        "{}",
        request.uri()
    );
    assert!(
        request.uri().path().ends_with(":signJwt"),
        "{}",
        request.uri()
    );
}

#[test]
fn a_data_wrapper_goes_around_the_body() {
    let body = translate_v2::TranslateTextRequest {
        q: Some(vec!["Hallo".to_owned()]),
        target: Some("en".to_owned()),
        ..Default::default()
    };
    let request = translate_v2::translations()
        .translate(body)
        .to_http()
        .unwrap();
    assert_eq!(
        serde_json::from_slice::<Value>(request.body()).unwrap(),
        json!({"data": {"q": ["Hallo"], "target": "en"}})
    );
}

#[test]
fn required_parameters_are_arguments_and_repeated_ones_lists() {
    let request = parameters::things()
        .find("z", "n", "a", ["1", "2"])
        .labels(["x y", "&"])
        .to_http();
    let request = request.unwrap();
    assert_eq!(request.uri().path(), "/a/z/x");
    let query = request.uri().query().unwrap();
    for part in ["need=n", "many=1&many=2", "labels=x%20y&labels=%26"] {
        assert!(query.contains(part), "{part} in {query}");
    }
}

#[test]
fn methods_know_themselves() {
    assert_eq!(sqladmin_v1::instances::List::METHOD, "sql.instances.list");
    assert_eq!(sqladmin_v1::NAME, "sqladmin");
    assert_eq!(oauth2_v2::methods::Tokeninfo::METHOD, "oauth2.tokeninfo");
    assert!(!oauth2_v2::REVISION.is_empty());
}

#[test]
fn media_goes_up_and_comes_down() {
    let upload = media::files()
        .insert(media::File::default())
        .upload(b"text".to_vec());
    let request = upload.to_http().unwrap();
    assert_eq!(request.method(), "POST");
    assert!(request.uri().path().starts_with("/upload/"));
    assert!(
        request
            .uri()
            .query()
            .unwrap()
            .ends_with("uploadType=multipart")
    );
    let photo = media::files().photo();
    let refused = photo
        .upload(gapi::Media::bytes("GIF89a").content_type("image/gif"))
        .to_http()
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "m.files.photo: the method accepts media of image/png, image/jpeg, not image/gif"
    );
    let client = gapi::Client::new(gapi::auth::Anonymous);
    let download = media::files().get("a").download(&client);
    let request = download.to_http().unwrap();
    assert!(request.uri().query().unwrap().ends_with("alt=media"));
}

#[derive(gapi::Fields)]
#[fields(of = names::Fields)]
struct OddlyNamed {
    html_snippet: Option<String>,
    start_date: Option<String>,
    r#type: Option<String>,
    type_: Option<String>,
    meta: Option<String>,
    meta_: Option<String>,
    _2nd: Option<String>,
}

#[test]
fn macros_know_properties_whose_fields_have_other_names() {
    let names = [
        "HTMLSnippet",
        "start-date",
        "@type",
        "type",
        "_meta",
        "meta",
        "2nd",
    ];
    assert_eq!(OddlyNamed::mask(), names.join(","));
    let object: serde_json::Map<String, Value> = names
        .iter()
        .map(|name| ((*name).to_owned(), json!(name)))
        .collect();
    let part: OddlyNamed = gapi::generated::v1::Wire::read(Value::Object(object)).unwrap();
    let read = [
        part.html_snippet,
        part.start_date,
        part.r#type,
        part.type_,
        part.meta,
        part.meta_,
        part._2nd,
    ];
    assert_eq!(read.map(Option::unwrap_or_default), names);
    let body = gapi::body!(names::Fields {
        html_snippet: null,
        r#type: null,
        type_: "y",
        _2nd: null
    });
    assert_eq!(
        serde_json::to_value(&body).unwrap(),
        json!({"HTMLSnippet": null, "@type": null, "type": "y", "2nd": null})
    );
}

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
