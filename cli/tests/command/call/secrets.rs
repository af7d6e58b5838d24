//! No text has the value of a secret, in its place or by mistake elsewhere.

use gapi_fakes::{Reply, Request};
use serde_json::json;

use super::{Desk, json, run, with_documents};
use crate::support::Ran;

/// A document whose names are those of secrets.
const VAULT: &str = r#"{"kind": "discovery#restDescription", "name": "vault", "version": "v1", "rootUrl": "https://vault.googleapis.com/",
    "schemas": {"Key": {"id": "Key", "type": "object", "properties": {
        "password": {"type": "string", "format": "int64"}, "otp": {"type": "boolean"}, "jwt": {"type": "string", "format": "date"},
        "passcode": {"type": "integer", "format": "int32"}, "secret": {"type": "array", "items": {"type": "number"}},
        "apiKey": {"type": "string", "enum": ["A", "B"]}, "privateKey": {"type": "string", "format": "byte"},
        "credentials": {"type": "object", "additionalProperties": {"type": "integer"}},
        "limits": {"type": "object", "additionalProperties": {"type": "integer"}}, "text": {"type": "string"}}}},
    "methods": {"create": {"id": "vault.create", "httpMethod": "POST", "path": "v1/tokens/{token}", "parameterOrder": ["token"],
        "parameters": {"token": {"type": "string", "location": "path", "required": true},
            "pin.otp": {"type": "integer", "format": "int32", "location": "query"}},
        "request": {"$ref": "Key"}, "response": {"$ref": "Key"}},
        "get": {"id": "vault.get", "httpMethod": "GET", "path": "v1/{+key}", "parameterOrder": ["key"],
            "parameters": {"key": {"type": "string", "location": "path", "required": true}}}}}"#;

#[test]
fn no_error_repeats_the_value_of_a_secret() {
    let folder = with_documents();
    folder.write("vault.json", VAULT);
    folder.write("canary.txt", "CANARY");
    for (words, expected) in [
        (
            &["--set", "password=CANARY"][..],
            "body.password: the value is not a whole number of 64 bits",
        ),
        (
            &["--set", "otp=CANARY"],
            "body.otp: the value is not true or false",
        ),
        (
            &["--set", "passcode=CANARY"],
            "body.passcode: the value is not a whole number of 32",
        ),
        (
            &["--set", "secret[]=CANARY"],
            "body.secret[]: the value is not a number",
        ),
        (
            &["--set", "credentials.a=CANARY"],
            "body.credentials.a: the value is not",
        ),
        (
            &["--set", "limits.password=CANARY"],
            "body.limits.password: the value is not",
        ),
        (
            &["--set-file", "password=canary.txt"],
            "body.password: the value is not",
        ),
        (
            &["--set-json", "password=CANARY"],
            "body.password: not a JSON value",
        ),
        (
            &["--set-json", "secret=[1,\"CANARY\"]"],
            "body.secret[1]: a text does not fit",
        ),
        (
            &["--set-json", "credentials={\"a\":\"CANARY\"}"],
            "body.credentials.a: a text does not fit",
        ),
        (
            &["--set", "apiKey=CANARY"],
            "body.apiKey: the document has no such value",
        ),
        (
            &["--set", "privateKey=*CANARY"],
            "body.privateKey: a text does not fit",
        ),
        (&["--set", "jwt=CANARY"], "body.jwt: a text does not fit"),
        (
            &["--set", "password: CANARY=="],
            "body.password: there is no property `password`",
        ),
        (
            &["--set", "password", "CANARY"],
            "a word is one argument too many",
        ),
        (
            &["--body", "{\"password\": CANARY}"],
            "--body: not a JSON value",
        ),
        (
            &["--body", "{\"password\": \"CANARY\"}"],
            "body.password: a text does not fit",
        ),
        (&["--body", "password=CANARY"], "--body: not a JSON value"),
        (&["-p", "pin.otp=CANARY"], "pin.otp: a text does not fit"),
        (
            &["-p", "password:CANARY=="],
            "-p: expected `password=VALUE`",
        ),
        (&["-p", "password:CANARY"], "-p: expected NAME=VALUE"),
        (
            &["-H", "authorization=CANARY"],
            "-H: expected `NAME: VALUE`",
        ),
        (
            &["-H", "authorization: CANARY\u{1}"],
            "-H: the value of `authorization` has characters",
        ),
        (
            &["-H", "authorization:", "Bearer", "CANARY"],
            "one argument too many",
        ),
        (
            &["--pasword=CANARY"],
            "--pasword: unknown option or parameter",
        ),
        (
            &["--password:CANARY"],
            "--password: unknown option or parameter",
        ),
        (&["password=CANARY"], "`password` is one argument too many"),
        (
            &["--limit", "password=CANARY"],
            "invalid value 'password' for '--limit <N>'",
        ),
        (
            &["--columns", "password=CANARY"],
            "--columns: password: there is no property",
        ),
        (
            &["--scopes", "password=CANARY"],
            "--scopes: the document has no scope `password`",
        ),
    ] {
        for format in ["text", "json"] {
            let before = [
                "./vault.json",
                "create",
                "CANARY",
                "--dry-run",
                "--error-format",
                format,
            ];
            let ran = run(&folder, &[&before[..], words].concat());
            assert_eq!(ran.status, 2, "{words:?}: {}", ran.stderr);
            let text = match format {
                "json" => json(&ran.stderr)["message"].as_str().unwrap().to_owned(),
                _ => ran.stderr.clone(),
            };
            assert!(text.contains(expected), "{words:?}: {text}");
            let is_shown = ran.stderr.contains("CANARY") || ran.stdout.contains("CANARY");
            assert!(!is_shown, "{words:?}: {}", ran.stderr);
        }
    }
    // A file for a text that is no secret is named.
    for (name, is_shown) in [("text", true), ("password", false)] {
        let file = format!("{name}=CANARY");
        let words = ["./vault.json", "create", "t", "--set-file", &file];
        let ran = run(&folder, &words).fails_with(7, &["--set-file: cannot read"]);
        assert_eq!(ran.stderr.contains("CANARY"), is_shown, "{}", ran.stderr);
    }
    let get = ["./vault.json", "get", "projects/p/keys/k", "--dry-run"];
    let text = run(&folder, &get).ok().stdout;
    assert!(text.contains("/v1/projects/p/keys/k"), "{text}");
    for form in ["http", "curl"] {
        let words = format!(
            "./vault.json create CANARY --set-json limits.otp=424242 --no-check --set-json secret={{\"x\":424242}} --dry-run={form} --anonymous"
        );
        let words: Vec<&str> = words.split(' ').collect();
        let text = run(&folder, &words).ok().stdout;
        assert!(
            !text.contains("CANARY") && !text.contains("424242"),
            "{text}"
        );
        assert!(text.contains("/v1/tokens/REDACTED"), "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_about_a_request_has_its_secrets() {
    let details = json!([{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "R", "domain": "d", "metadata": {"access_token": "CANARY"}}]);
    let desk = Desk::new(move |_: &Request| {
        Reply::json(
            400,
            &json!({"error": {"code": 400, "message": "no", "details": details}}),
        )
    })
    .await;
    desk.folder.write("vault.json", VAULT);
    let long = format!("pin.otp=CANARY{}", "9".repeat(3_000));
    let call = [
        "./vault.json",
        "create",
        "CANARY",
        "-v",
        "--no-check",
        "--error-format=json",
    ];
    for more in [&["-p", "pin.otp=CANARY"][..], &["-p", &long]] {
        let ran = desk
            .call(&[&call[..], more].concat())
            .fails_with(1, &["/v1/tokens/REDACTED"]);
        assert!(!ran.stderr.contains("CANARY"), "{}", ran.stderr);
    }
    // The query of a long GET is its body.
    let info = format!("CANARY{}", "9".repeat(3_000));
    let oauth = ["oauth2:v2", "tokeninfo", "--id-token", &info, "--dry-run"];
    let vendored =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../discovery-docs/oauth2.v2.json");
    std::fs::copy(vendored, desk.folder.path("discovery-docs/oauth2.v2.json")).unwrap();
    for form in ["--dry-run", "--dry-run=curl"] {
        let text = desk.call(&[&oauth[..4], &[form]].concat()).ok().stdout;
        assert!(!text.contains("CANARY"), "{text}");
    }
}

#[test]
fn no_command_repeats_the_password_of_a_url() {
    let folder = with_documents();
    for line in [
        "fetch https://ann:CANARY@h.example/doc.json",
        "fetch ann:CANARY@h.example/doc.json",
        "fetch password=CANARY",
        "show https://ann:CANARY@h.example/doc.json",
        "show ann:CANARY@h.example x",
        "methods https://ann:CANARY@h.example/doc.json?key=CANARY",
        "generate https://ann:CANARY@h.example/doc.json",
        "expand https://ann:CANARY@h.example/doc.rs",
        "diff https://ann:CANARY@h.example/doc.json ./x.json",
        "init https://ann:CANARY@h.example/doc.json x.get",
        "call https://ann:CANARY@h.example/doc.json x.get",
        "call https://h.example/doc.json?access_token=CANARY x.get",
        "call ann:CANARY@h.example x.get",
        "call --offline access_token=CANARY x.get",
        "call drive:v3 files.list --endpoint-url ann:CANARY@h.example",
        "auth login --port password=CANARY",
        "auth login --password=CANARY",
        "auth import https://ann:CANARY@h.example/x.json",
        "auth print-token --account x --scopes password=CANARY",
        "completions password=CANARY",
    ] {
        for more in ["", " --json"] {
            let ran = folder.gapi(&format!("{line}{more}"));
            assert_ne!(ran.status, 0, "{line}: {}", ran.stdout);
            let text = ran.stdout + &ran.stderr;
            assert!(!text.contains("CANARY"), "{line}: {text}");
        }
    }
    let user = r#"{"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}"#;
    folder.write("user.json", user);
    let ran =
        folder.gapi("auth import --token-uri https://ann:CANARY@h.example/t?key=CANARY user.json");
    assert!(!ran.ok().stdout.contains("CANARY"));
    for line in ["fetch chat:v1", "call chat:v1 x.get"] {
        let mut command = folder.command();
        command
            .args(line.split(' '))
            .env("GAPI_DISCOVERY_URL", "https://ann:CANARY@127.0.0.1:1");
        let ran = Ran::of(command, "");
        assert!(!ran.stderr.contains("CANARY"), "{}", ran.stderr);
    }
}
