//! Lines of words at random, for methods of vendored documents and of documents made at random: no line panics, sends a request to
//! another host, or shows a secret.

use std::ffi::OsString;

use gapi_codegen::Source;
use gapi_dynamic::{Hosts, Method, Service};
use gapi_fakes::{Reply, Server};
use proptest::prelude::*;
use proptest::sample::Index;
use tokio::runtime::Runtime;

use super::invocation::Invocation;
use super::own_options::Preview;
use super::{arguments, own_options, preview, tests};

const CANARY: &str = "canary-0123456789";

/// Texts that look like options, paths, numbers, escapes and nothing.
const TEXTS: [&str; 18] = [
    "",
    "x",
    "--",
    "-x",
    "-",
    "0",
    "-1",
    "true",
    "null",
    "{}",
    "[1]",
    "a.b[0]=c",
    "name=x",
    "rules[].x=1",
    "../x",
    "a/b",
    "\u{1b}[2J\u{202e}",
    "é 日本",
];

/// Words that give a secret where secrets may be.
const SECRETS: [[&str; 2]; 5] = [
    ["--set", "password=canary-0123456789"],
    ["--set-json", "{\"password\":\"canary-0123456789\"}"],
    ["-H", "authorization: Bearer canary-0123456789"],
    ["-p", "access_token=canary-0123456789"],
    ["--body", "{\"password\":\"canary-0123456789\"}"],
];

/// Returns the words of a line: each is a flag, a text, or both.
fn line(flags: &[String], choices: &[(Index, Index, u8)]) -> Vec<OsString> {
    let mut words: Vec<OsString> = Vec::new();
    for (flag, text, form) in choices {
        let flag = format!("--{}", flags[flag.index(flags.len())]);
        // The standard input stream is the test's own.
        let text = match TEXTS[text.index(TEXTS.len())] {
            "-" => "y",
            text => text,
        };
        match form % 5 {
            0 => words.push(text.into()),
            1 => words.push(flag.into()),
            2 => words.extend([flag.into(), text.into()]),
            3 => words.push(format!("{flag}={text}").into()),
            // After another word, these may be arguments, which are no secrets.
            _ => {
                let secret = SECRETS[text.len() % SECRETS.len()].map(OsString::from);
                words.splice(0..0, secret);
            }
        }
    }
    words
}

/// Returns words that set the required parameters, without which few lines become a request.
fn required(method: &Method) -> Vec<OsString> {
    let required = method.model().required.iter();
    let word = |wire: &str| format!("--{}=x y", arguments::flag(wire)).into();
    required.map(|parameter| word(&parameter.wire)).collect()
}

/// Reads a line as `gapi call` does, up to the request.
fn check(service: &Service, method: &Method, choices: &[(Index, Index, u8)]) {
    let global: Vec<&str> = service.global_parameters().collect();
    let command = arguments::command(method, &global);
    let mut flags: Vec<String> = command
        .get_arguments()
        .filter_map(clap::Arg::get_long)
        .map(str::to_owned)
        .collect();
    flags.push("unknown".to_owned());
    let mut words = required(method);
    words.extend(line(&flags, choices));
    let _ = super::words::Words::of(&words, &own_options::command());
    let has_endpoint = words
        .iter()
        .any(|word| word.to_string_lossy().starts_with("--endpoint-url"));
    let preview = arguments::read(method, command, &words).and_then(|arguments| {
        let mut invocation = Invocation::new(service, method, arguments)?;
        let request = invocation.preview()?;
        let host = request.url().host().unwrap_or_default().to_owned();
        let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
        let is_local = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
        assert!(
            has_endpoint || is_local || host.ends_with("googleapis.com"),
            "{host}"
        );
        // The command for curl is redacted by the library too.
        let text = invocation.preview_text(Preview::Http, &request)?;
        Ok(text + &invocation.preview_text(Preview::Curl, &request)?)
    });
    let text = match preview {
        Ok(text) => text,
        Err(failure) => failure.text() + &failure.json().to_string(),
    };
    assert!(!text.contains(CANARY), "{words:?}: {text}");
}

fn cases() -> u32 {
    let cases = std::env::var("GAPI_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok());
    cases.unwrap_or(60)
}

/// Sends what a line means to a server, which has to receive what the preview has: method, URL and body.
fn send(
    service: &Service,
    method: &Method,
    runtime: &Runtime,
    server: &Server,
    choices: &[(Index, Index, u8)],
) {
    let global: Vec<&str> = service.global_parameters().collect();
    let command = arguments::command(method, &global);
    let flags: Vec<String> = command
        .get_arguments()
        .filter(|argument| {
            argument.get_id().as_str().starts_with("parameter:")
                || ["set", "set_json", "body", "no_check"].contains(&argument.get_id().as_str())
        })
        .filter_map(clap::Arg::get_long)
        .map(str::to_owned)
        .collect();
    let mut words: Vec<OsString> = ["--endpoint-url", &server.url(), "--retries=0"]
        .map(OsString::from)
        .into();
    words.extend(required(method));
    words.extend(line(&flags, choices));
    let Ok(mut invocation) = arguments::read(method, command, &words)
        .and_then(|arguments| Invocation::new(service, method, arguments))
    else {
        return;
    };
    let Ok(request) = invocation.preview() else {
        return;
    };
    let text = preview::http(&request, "", None);
    server.clear_log();
    runtime.block_on(invocation.send_once()).unwrap();
    let log = server.log();
    let sent = &log[0].request;
    assert_eq!(
        (&sent.method, &sent.body),
        (request.method(), request.body()),
        "{words:?}"
    );
    let query = sent.query.as_deref().unwrap_or_default();
    assert_eq!(
        request.url().to_string(),
        format!("{}?{query}", sent.url()),
        "{words:?}"
    );
    // Nothing is redacted where nothing is secret.
    if !text.contains("REDACTED") {
        assert!(
            text.starts_with(&format!("{} {}\n", sent.method, request.url())),
            "{text}"
        );
        let body = String::from_utf8_lossy(&sent.body);
        assert!(
            body.is_empty() || text.ends_with(&format!("\n\n{body}\n")),
            "{text}"
        );
    }
    let _ = invocation.preview_text(Preview::Curl, &request);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(cases()) })]

    #[test]
    fn lines_of_vendored_methods(
        method in prop::sample::select(vec!["users.insert", "instances.list", "instances.patch", "operations.get"]),
        choices in prop::collection::vec(any::<(Index, Index, u8)>(), 0..8),
    ) {
        thread_local! {
            static SERVICE: Service = tests::service("sqladmin:v1");
        }
        SERVICE.with(|service| check(service, &service.find(method).unwrap(), &choices));
    }

    #[test]
    fn what_is_displayed_is_what_is_sent(
        method in prop::sample::select(vec!["users.insert", "instances.list", "instances.patch", "operations.get"]),
        choices in prop::collection::vec(any::<(Index, Index, u8)>(), 0..5),
    ) {
        thread_local! {
            static PARTS: (Service, Runtime, Server) = {
                let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
                let respond = |_: &gapi_fakes::Request| Reply::json(200, &serde_json::json!({}));
                let server = runtime.block_on(Server::start(respond)).unwrap();
                (tests::service("sqladmin:v1"), runtime, server)
            };
        }
        PARTS.with(|(service, runtime, server)| {
            send(service, &service.find(method).unwrap(), runtime, server, &choices);
        });
    }

    #[test]
    fn lines_of_documents_made_at_random(
        seed in 0_u64..1_000_000,
        method in any::<Index>(),
        choices in prop::collection::vec(any::<(Index, Index, u8)>(), 0..8),
    ) {
        let text = gapi_random_documents::document(seed).document.to_string();
        let Ok(service) = Service::from_source(Source::new("random", text), &Hosts::Google) else {
            return Ok(());
        };
        let methods = service.methods();
        if let Some(entry) = methods.get(method.index(methods.len().max(1)))
            && let Ok(method) = service.find(&entry.name)
        {
            check(&service, &method, &choices);
        }
    }
}
