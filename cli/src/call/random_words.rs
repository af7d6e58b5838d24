//! Lines of words at random, for methods of vendored documents and of documents made at random: no line panics, sends a request to
//! another host, or shows a secret.

use std::ffi::OsString;

use gapi_codegen::Source;
use gapi_codegen::model::{Api, Type};
use gapi_dynamic::{Hosts, Method, Service};
use gapi_fakes::{Reply, Server};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::field_path::{FieldPath, resolved};
use super::invocation::Invocation;
use super::own_options::Preview;
use super::{arguments, own_options, preview, tests};

/// Secrets: a text, and one that is a number too.
const CANARIES: [&str; 2] = ["canary-0123456789=", "4242424242424242424"];

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

/// Names of secrets.
const NAMES: [&str; 7] = [
    "password",
    "user.rootPassword",
    "labels.clientSecret",
    "keys[0].privateKey",
    "settings.userLabels.passphrase",
    "access_token",
    "x-otp",
];

/// Names of secrets that properties of documents get.
const NAMES_OF_PROPERTIES: [&str; 5] = ["password", "clientSecret", "otp", "accessToken", "apiKey"];

/// How the secret `C` with the name `N` is given: where it belongs, or by mistake elsewhere.
const FORMS: [&[&str]; 28] = [
    &["--set", "N=C"],
    &["--set", "N: C"],
    &["--set", "N C"],
    &["--set-json", "N=\"C\""],
    &["--set-json", "N=C"],
    &["--set-json", "N=[\"C\"]"],
    &["--set-json", "N={\"x\":\"C\"}"],
    &["--set-json", "{\"N\":\"C\"}"],
    &["--set-file", "N=C"],
    // Those before are for paths of properties too.
    &["--body", "{\"N\":\"C\"}"],
    &["--body", "{\"N\":{\"x\":[C]}}"],
    &["--body", "{\"N\":C"],
    &["--body", "N=C"],
    &["-H", "N: C"],
    &["-H", "N=C"],
    &["-H", "authorization: Bearer C"],
    &["-H", "authorization=C"],
    &["-p", "authorization:C"],
    &["-H", "x y: N: C"],
    &["-p", "N=C"],
    &["-p", "N: C"],
    &["--N=C"],
    &["--N C"],
    &["--columns", "N=C"],
    &["--limit", "N=C"],
    &["--format=N=C"],
    &["--max-time=N=C"],
    &["--dry-run=N: C"],
];

/// The same as words that may be arguments.
const LOOSE: [&[&str]; 5] = [
    &["N=C"],
    &["N: C"],
    &["--set", "N", "C"],
    &["-H", "N:", "C"],
    &["-H", "authorization:", "Bearer", "C"],
];

/// Returns words that give secrets to a method, in all forms: under any names, and as properties of its body.
fn secrets(method: &Method) -> [Vec<Vec<OsString>>; 2] {
    let mut paths = Vec::new();
    if let Some(ty) = &method.model().request {
        add_paths(method.api(), ty, "", 3, &mut paths);
        let read = |path: &String| FieldPath::read(method.api(), ty, path, true);
        paths.retain(|path| read(path).is_ok_and(|path| path.is_secret));
    }
    let own = arguments::own_flags();
    let mut required = method.model().required.iter();
    let is_by_name = required.all(|parameter| {
        let flag = arguments::flag(&parameter.wire);
        !flag.is_empty() && !own.contains(&flag)
    });
    let loose = if is_by_name { &LOOSE[..] } else { &[] };
    let all = |name: &String, forms: &[&[&str]]| {
        let words = forms.iter().flat_map(|form| {
            CANARIES.map(|canary| {
                let word = |word: &&str| word.replace('C', canary).replace('N', name).into();
                form.iter().map(word).collect()
            })
        });
        words.collect::<Vec<_>>()
    };
    let names = NAMES.map(str::to_owned);
    let named = names
        .iter()
        .flat_map(|name| all(name, &[&FORMS, loose].concat()));
    let of_paths = paths.iter().flat_map(|path| all(path, &FORMS[..9]));
    [named.collect(), of_paths.collect()]
}

/// Adds the paths of all values in a type.
fn add_paths(api: &Api, ty: &Type, before: &str, depth: usize, paths: &mut Vec<String>) {
    let inner = match resolved(api, ty) {
        (_, Some(fields)) => {
            let path = |name: &str| format!("{before}[{}]", Value::from(name));
            fields
                .iter()
                .map(|field| (path(&field.wire), &field.ty))
                .collect()
        }
        (Type::List(item), _) => vec![(format!("{before}[]"), &**item)],
        (Type::Map(item), _) => vec![
            (format!("{before}[\"otp\"]"), &**item),
            (format!("{before}[\"x\"]"), &**item),
        ],
        _ => Vec::new(),
    };
    for (path, ty) in inner {
        if depth > 0 {
            add_paths(api, ty, &path, depth - 1, paths);
        }
        paths.push(path);
    }
}

/// Returns the words of a line: each is a flag, a text, or both.
fn line(
    flags: &[String],
    secrets: &[Vec<Vec<OsString>>; 2],
    choices: &[(Index, Index, u8)],
) -> Vec<OsString> {
    let mut words: Vec<OsString> = Vec::new();
    for (flag_index, text_index, form) in choices {
        let flag = format!("--{}", flags[flag_index.index(flags.len())]);
        // The standard input stream is the test's own.
        let text = match TEXTS[text_index.index(TEXTS.len())] {
            "-" => "y",
            text => text,
        };
        match form % 7 {
            0 => words.push(text.into()),
            1 => words.push(flag.into()),
            2 => words.extend([flag.into(), text.into()]),
            3 => words.push(format!("{flag}={text}").into()),
            4 => words.push("--no-check".into()),
            // After another word, these may be arguments, which are no secrets.
            form => {
                let secrets = &secrets[usize::from(form == 5)];
                let secret = secrets.get(flag_index.index(secrets.len().max(1)));
                words.splice(0..0, secret.into_iter().flatten().cloned());
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

/// Gives one property of each object in a document, and one parameter of each method, the name of a secret.
fn add_secrets<'a>(value: &mut Value, names: &mut impl Iterator<Item = &'a &'a str>) {
    let Value::Object(object) = value else {
        return;
    };
    for (key, value) in object {
        if let ("properties" | "parameters", Value::Object(inner)) = (key.as_str(), &mut *value)
            && let Some(name) = inner.keys().next().cloned()
            && let Some(secret) = names.next()
            && inner
                .get(&name)
                .is_some_and(|value| value["location"] != "path")
            && let Some(value) = inner.remove(&name)
        {
            inner.insert((*secret).to_owned(), value);
        }
        add_secrets(value, names);
    }
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
    words.extend(line(&flags, &secrets(method), choices));
    if let Err(failure) = super::words::Words::of(&words, &own_options::command()) {
        assert_hidden(&words, &failure.text());
    }
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
    let text = preview.unwrap_or_else(|failure| failure.text() + &failure.json().to_string());
    assert_hidden(&words, &text);
}

/// Fails where a text has a secret.
fn assert_hidden(words: &[OsString], text: &str) {
    let is_shown = CANARIES.iter().any(|canary| text.contains(canary));
    assert!(!is_shown, "{words:?}: {text}");
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
    words.extend(line(&flags, &secrets(method), choices));
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
        let mut document = gapi_random_documents::document(seed).document;
        add_secrets(&mut document, &mut NAMES_OF_PROPERTIES.iter().cycle());
        let Ok(service) = Service::from_source(Source::new("random", document.to_string()), &Hosts::Google) else {
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
