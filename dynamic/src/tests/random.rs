//! Documents and arguments at random: no panic, no other host, no secret in a text, and what is displayed is what is sent.

use std::fmt::Write as _;

use gapi::mock::{Mock, Reply};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::{Hosts, Request, Service};

const CANARY: &str = "canary-7f3e";

/// Returns any JSON value; texts may be the secret.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-zA-Z0-9/.%{} é\u{202e}-]{0,12}".prop_map(Value::from),
        Just(Value::from(CANARY)),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-zA-Z]{0,8}", inner, 0..4)
                .prop_map(|map| Value::from(map.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Makes a request with a value for each parameter of the method, some of them under other names.
fn request(service: &Service, name: &str, values: &[Value], body: &Value) -> Option<Request> {
    let method = service.find(name).ok()?;
    let mut request = method.call();
    for (parameter, value) in method.parameters().zip(values.iter().cycle()) {
        request = request.set(&parameter.wire, value.clone());
    }
    if method.model().request.is_some() {
        request = request.body(body);
    }
    Some(request)
}

proptest! {
    #[test]
    fn documents_and_arguments_at_random(
        seed in any::<u64>(),
        values in prop::collection::vec(value(), 1..6),
        body in value(),
        unchecked in any::<bool>(),
    ) {
        let text = gapi_random_documents::document(seed).document.to_string();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let source = gapi_codegen::Source::new("random", text.as_str());
        let Ok(service) = Service::from_source(source, &Hosts::Any) else {
            return Ok(());
        };
        let root = service.api().root_url.clone();
        let host = root.split('/').nth(2).unwrap_or_default();
        let allowed = ["things.googleapis.com", "localhost:8080", "[::1]:9"];
        prop_assert!(allowed.contains(&host) || Service::from_json(text).is_err(), "{root}");
        let names: Vec<String> = service.methods().iter().map(|method| method.name.clone()).collect();
        for name in names.iter().take(6) {
            let Some(mut request) = request(&service, name, &values, &body) else {
                continue;
            };
            if unchecked {
                request = request.unchecked();
            }
            let mut printed = format!("{request:?} {service:?} {:?}", request.method());
            if let Err(mistakes) = request.check() {
                write!(printed, "{mistakes} {mistakes:?} {}", json!(mistakes)).unwrap();
            }
            prop_assert!(!printed.contains(CANARY), "{printed}");
            let displayed = request.to_http();
            let mock = Mock::new().on("*", Reply::json(json!({})));
            let sent = runtime.block_on(async { {
                // It would be another one for each call.
                request.send(&mock.client()).request_id(None).raw().await
            } });
            let calls = mock.calls();
            match displayed {
                Ok(displayed) => {
                    prop_assert_eq!(calls.len(), 1, "{:?}", sent);
                    prop_assert!(displayed.url().to_string().starts_with(root.trim_end_matches('/')), "{} {root}", displayed.url());
                    prop_assert_eq!(displayed.url(), calls[0].uri());
                    prop_assert_eq!(displayed.method(), calls[0].http_method());
                    prop_assert_eq!(displayed.body(), calls[0].body());
                }
                Err(_) => prop_assert!(calls.is_empty() && sent.is_err()),
            }
        }
    }
}
