//! All mistakes at once, each with its path, and nothing is sent.

use gapi::mock::{Mock, Reply};
use gapi::{ErrorKind, HttpBody};
use serde_json::{Value, json};

use super::{service, small};
use crate::{DiagnosticKind as Kind, Diagnostics, Hosts, Request, Service};

fn insert() -> Request {
    let service = Service::from_json(small("title", json!("Things"))).unwrap();
    service.find("things.insert").unwrap().call()
}

/// Returns kind and path of each mistake, and the nearest name.
fn found(result: Result<(), Diagnostics>) -> Vec<(Kind, String, String)> {
    let all = result.err().unwrap_or_default();
    let of = |diagnostic: &crate::Diagnostic| {
        (
            diagnostic.kind,
            diagnostic.path.clone(),
            diagnostic.nearest.first().cloned().unwrap_or_default(),
        )
    };
    all.iter().map(of).collect()
}

#[test]
fn every_mistake_has_its_kind_path_and_nearest_names() {
    let request = insert()
        .set("cuont", 1)
        .set("view", "BASICS")
        .all("tag", ["a", "b"])
        .body(json!({
            "nam": "x", "size": "12x", "state": "of", "labels": {"a.b": {}}, "made": "today",
            "parts": [{}, {"parts": [{"nmae": 1}]}, []],
        }));
    let mut all = found(request.check());
    all.sort_by(|a, b| a.1.cmp(&b.1));
    let expect = [
        (Kind::Type, "body.labels[\"a.b\"]", ""),
        (Kind::Type, "body.made", ""),
        (Kind::UnknownProperty, "body.nam", "name"),
        (Kind::UnknownProperty, "body.parts[1].parts[0].nmae", "name"),
        (Kind::Type, "body.parts[2]", ""),
        (Kind::Type, "body.size", ""),
        (Kind::UnknownValue, "body.state", "OFF"),
        (Kind::UnknownParameter, "cuont", "count"),
        (Kind::MissingParameter, "thing", ""),
        (Kind::UnknownValue, "view", "BASIC"),
    ];
    let expect = expect.map(|(kind, path, near)| (kind, path.to_owned(), near.to_owned()));
    assert_eq!(all, expect);

    let text = serde_json::to_value(request.check().unwrap_err()).unwrap();
    assert!(
        text.as_array()
            .unwrap()
            .iter()
            .any(|one| one["kind"] == "unknown_property"
                && one["path"] == "body.nam"
                && one["nearest"][0] == "name")
    );
}

#[tokio::test]
async fn mistakes_are_one_usage_error_and_unchecked_requests_are_sent() {
    let mock = Mock::new().on("*", Reply::json(json!({"name": "x"})));
    let client = mock.client();
    let request = insert()
        .set("thing", "a b")
        .set("cuont", 1)
        .body(json!({"nam": 1}));
    let error = request.clone().send(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    let text = error.to_string();
    assert!(
        text.contains("cuont") && text.contains("body.nam"),
        "{text}"
    );
    assert!(request.to_http().is_err());
    assert!(mock.calls().is_empty());

    request.unchecked().send(&client).await.unwrap();
    let call = &mock.calls()[0];
    assert_eq!(
        call.uri().path_and_query().unwrap(),
        "/things/a%20b?cuont=1&alt=json"
    );
    assert_eq!(call.json(), Some(json!({"nam": 1})));
}

#[test]
fn what_the_document_allows_has_no_mistake() {
    let body = json!({
        "name": null, "size": 12, "state": "ON", "labels": {"a": "b"}, "made": "2026-01-31T12:00:00.5Z", "parts": [],
    });
    let request = insert()
        .set("thing", "t")
        .set("count", "7")
        .set("fields", "name")
        .body(&body);
    request.check().unwrap();
    insert().set("thing", "t").check().unwrap();
    assert_eq!(found(insert().set("thing", Value::Null).check()).len(), 1);
    let twice = insert().set("thing", ["a", "b"].map(Value::from).to_vec());
    assert_eq!(found(twice.check())[0].0, Kind::Type);
    let object = insert().set("thing", "t").set("count", json!({}));
    assert_eq!(found(object.check())[0].0, Kind::Type);

    let service = Service::from_json(small("title", json!(""))).unwrap();
    let delete = service
        .find("things.delete")
        .unwrap()
        .call()
        .set("thing", "t");
    delete.clone().check().unwrap();
    assert_eq!(found(delete.body(json!({})).check())[0].0, Kind::Body);
}

#[test]
fn names_are_found_by_path_and_by_id_or_suggested() {
    let sqladmin = service("sqladmin.v1");
    let method = sqladmin.find("sql.instances.list").unwrap();
    assert_eq!(method.name(), "instances.list");
    assert_eq!(
        sqladmin.find("instances.list").unwrap().id,
        "sql.instances.list"
    );
    let error = sqladmin.find("instances.lst").unwrap_err();
    let error = error.iter().next().unwrap();
    assert_eq!(error.kind, Kind::UnknownMethod);
    assert!(
        error.nearest.contains(&"instances.list".to_owned()),
        "{error}"
    );
}

#[test]
fn a_document_cannot_send_requests_to_any_host() {
    for (key, value) in [
        ("rootUrl", json!("https://evil.example/")),
        ("rootUrl", json!("http://things.googleapis.com/")),
        ("rootUrl", json!("https://googleapis.com.evil.example/")),
        ("rootUrl", json!("https://evil.example#.googleapis.com/")),
        ("mtlsRootUrl", json!("https://evil.example/")),
        ("batchPath", json!("https://evil.example/batch?x")),
        (
            "endpoints",
            json!([{"location": "eu", "endpointUrl": "https://evil.example/"}]),
        ),
    ] {
        let text = small(key, value);
        let error = Service::from_json(&*text).unwrap_err().to_string();
        assert!(error.contains(key), "{error}");
        if key != "batchPath" && !error.contains('#') {
            let source = gapi_codegen::Source::new("things", text);
            Service::from_source(source, &Hosts::Any).unwrap();
        }
    }
    Service::from_json(small("rootUrl", json!("http://127.0.0.1:9/"))).unwrap();
}

#[test]
fn what_is_no_document_is_explained() {
    for (text, part) in [
        ("", "empty"),
        ("{", "JSON"),
        ("[]", "array"),
        ("<html>", "HTML"),
        (r#"{"kind": "discovery#directoryList"}"#, "list of APIs"),
        (r#"{"name": "x", "version": "v1", "schemas": []}"#, ""),
    ] {
        let error = Service::from_json(text).unwrap_err().to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
}

#[test]
fn bytes_of_any_type_are_a_body_too() {
    let patient = HttpBody::new("application/fhir+json", r#"{"resourceType": "Patient"}"#);
    insert()
        .set("thing", "t")
        .raw_body(patient)
        .check()
        .unwrap();
    let request = insert()
        .set("thing", "t")
        .raw_body(HttpBody::new("text/plain", "hello"));
    request.check().unwrap();
    let http = request.to_http().unwrap();
    assert_eq!(http.body().as_ref(), b"hello");
}

#[test]
fn every_body_to_fill_in_passes_and_a_typo_is_found() {
    let sqladmin = service("sqladmin.v1");
    let mut typos = 0;
    for entry in sqladmin.methods() {
        let method = sqladmin.find(&entry.name).unwrap();
        let described = gapi_codegen::describe::method(method.api(), method.model(), 3);
        let Some(Value::Object(body)) = described.body.map(|body| body.json) else {
            continue;
        };
        let mistakes = |body: &Value| {
            let all = method.call().body(body).check().err().unwrap_or_default();
            let all = all.iter().filter(|one| one.kind != Kind::MissingParameter);
            all.cloned().collect::<Vec<_>>()
        };
        let all = Value::from(body.clone());
        assert_eq!(mistakes(&all), [], "{} {all}", entry.name);
        for (name, value) in body {
            let wrong = json!({format!("{name}x"): value});
            let found = mistakes(&wrong);
            assert_eq!(found[0].nearest.first(), Some(&name), "{}", entry.name);
            typos += 1;
        }
    }
    assert!(typos > 100, "{typos} typos");
}
