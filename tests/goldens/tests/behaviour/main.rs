//! The committed modules at work: what they send and what they read.

#![cfg(not(feature = "without-modules"))]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod optional_parameters;

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

#[test]
fn read_only_properties_are_left_out_at_all_depths() {
    let instance = gapi::body!(sqladmin_v1::DatabaseInstance {
        name: "db",
        create_time: "2026-01-31T12:00:00Z",
        dns_names: [{ name: "n" }],
        settings: {
            tier: "t",
            ip_configuration: {
                psc_config: {
                    psc_auto_connections: [
                        { consumer_project: "a", write_endpoint_auto_dns_status: "OK" },
                        { consumer_project: "b" },
                    ],
                },
            },
        },
        region: null,
        extra: { "newName": { "createTime": 1 } },
    });
    let body = gapi::Body::without_read_only(&instance);
    let request = sqladmin_v1::instances().insert("p", body);
    let sent: Value =
        serde_json::from_slice(gapi::Request::call(&request).body().unwrap()).unwrap();
    assert_eq!(
        sent,
        json!({
            "name": "db",
            "settings": {"tier": "t", "ipConfiguration": {"pscConfig": {
                "pscAutoConnections": [{"consumerProject": "a"}, {"consumerProject": "b"}],
            }}},
            "region": null,
            "newName": {"createTime": 1},
        })
    );
    // The message itself is sent as it is.
    let request = sqladmin_v1::instances().insert("p", &instance);
    let sent: Value =
        serde_json::from_slice(gapi::Request::call(&request).body().unwrap()).unwrap();
    assert_eq!(sent["createTime"], "2026-01-31T12:00:00Z");
}
