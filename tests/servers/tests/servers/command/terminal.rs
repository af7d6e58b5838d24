//! What reaches a terminal: Python gives the command one.

use std::process::Stdio;

use gapi_fakes::{Reply, Request, Server};
use serde_json::{Value, json};

use super::{Desk, document, run};

/// Runs the arguments on a terminal, and prints the status and what it received as JSON.
const TERMINAL: &str = r"
import json, os, pty, sys
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
received = b''
while True:
    try:
        data = os.read(terminal, 65536)
    except OSError:
        break
    if not data:
        break
    received += data
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(json.dumps({'status': status, 'text': received.decode('utf-8', 'replace')}))
";

const ODD: &str = "\u{1b}]52;c;Y2FuYXJ5\u{7}\u{1b}[2J\u{202e}\u{9b}31m";

/// Returns the status and the text.
fn on_terminal(desk: &Desk, words: &[&str]) -> (i64, String) {
    let command = desk.command();
    let mut python = gapi_servers::python(TERMINAL);
    python
        .arg(command.get_program())
        .arg("call")
        .args(words)
        .current_dir(desk.path(""))
        .env("NO_GCE_CHECK", "true")
        .env("NO_COLOR", "1")
        .env("HOME", desk.path(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let ran = run(python, "");
    let result: Value =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    (
        result["status"].as_i64().expect("a status"),
        result["text"].as_str().expect("a text").to_owned(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_of_a_server_acts_on_a_terminal() {
    let server = Server::start(|request: &Request| {
        if request.path.ends_with("/error") {
            return Reply::json(400, &json!({"error": {"code": 400, "status": "BAD", "message": ODD}}));
        }
        Reply::json(200, &json!({"name": ODD, ODD: ODD, "items": [{"name": ODD, "settings": {"userLabels": {ODD: ODD}}}]}))
    })
    .await
    .expect("a port");
    let (desk, url) = (Desk::new(), server.url());
    let text = std::fs::read_to_string(document("sqladmin.v1")).expect("a document");
    let odd = serde_json::to_string(ODD).expect("JSON");
    let text = text.replace(
        "\"Lists instances",
        &format!("{} Lists instances", odd.trim_end_matches('"')),
    );
    std::fs::write(desk.path("sqladmin.json"), text).expect("a file");
    let at = [
        "--anonymous",
        "--endpoint-url",
        url.as_str(),
        "./sqladmin.json",
    ];
    let acts = |text: &str| {
        text.chars()
            .any(|c| (c.is_control() && !"\r\n\t".contains(c)) || "\u{202e}\u{9b}".contains(c))
    };
    let list = ["instances.list", "p"];
    for format in ["json", "jsonl", "yaml", "table", "csv", "value", "raw"] {
        let words = [&at[..], &list, &["--format", format]].concat();
        let (status, text) = on_terminal(&desk, &words);
        assert_eq!(status, 0, "{format}: {text}");
        assert!(!text.is_empty() && !acts(&text), "{format}: {text:?}");
    }
    for words in [
        &["instances.list", "error/../p"][..],
        &["instances.get", "p", "error"],
        &["instances.list", "--help"],
        &["instances.list", "p", "--filter", ODD, "--dry-run"],
    ] {
        let (_, text) = on_terminal(&desk, &[&at[..], words].concat());
        assert!(!text.is_empty() && !acts(&text), "{words:?}: {text:?}");
    }
    // A pipe gets the exact text.
    let ran = desk
        .call(&[], &[&at[..], &list, &["--format", "jsonl"]].concat())
        .ok();
    assert_eq!(ran.json()["name"], ODD);
}

#[test]
fn media_needs_a_file() {
    let desk = Desk::new();
    let api = document("storage.v1");
    let words = [
        "--anonymous",
        "--endpoint-url",
        "http://127.0.0.1:1",
        api.as_str(),
        "objects.get",
        "b",
        "o",
        "--media",
    ];
    let (status, text) = on_terminal(&desk, &words);
    assert_eq!(status, 2, "{text}");
    assert!(text.contains("-o FILE"), "{text}");
}
