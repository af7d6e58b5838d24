//! Gmail, Drive and Sheets as myworld simulates them: below a path of its own, and as `googleapis.com` behind its proxy.

use serde_json::{Value, json};

use super::{Desk, Ran, document, python, run};

/// Sends a request to the simulation's own interface.
const CONTROL: &str = r"
import json, sys, urllib.request
method, url, body = json.load(sys.stdin)
data = None if body is None else json.dumps(body).encode()
request = urllib.request.Request(url, data, {'content-type': 'application/json'}, method=method)
print(urllib.request.urlopen(request).read().decode())
";

/// An office with mail and files.
struct Office {
    desk: Desk,
    url: String,
    name: &'static str,
    credentials: Value,
}

impl Office {
    fn new(name: &'static str) -> Self {
        let (desk, url) = (Desk::new(), gapi_servers::server("myworld"));
        let servers = json!({"mail": {"service": "gmail"}, "drive": {"service": "drive"}});
        let made = control(
            "POST",
            &format!("{url}/envs"),
            &json!({"id": name, "spec": {"name": name, "servers": servers}}),
        );
        let credentials = made["credentials"]["agent"].clone();
        let token = credentials["google_access_token"].as_str();
        std::fs::write(desk.path("token"), token.expect("a token")).expect("a file");
        Self {
            desk,
            url,
            name,
            credentials,
        }
    }

    /// Calls a method of a vendored document, of which the host is a part of the path.
    fn call(&self, api: &str, words: &[&str]) -> Ran {
        let name = api.split('.').next().unwrap_or_default();
        let endpoint = format!("{}/gw/{name}.googleapis.com", self.url);
        let document = document(api);
        let at = [
            "--access-token-file",
            "token",
            "--endpoint-url",
            &endpoint,
            &document,
        ];
        self.desk.call(&[], &[&at[..], words].concat())
    }

    fn inject(&self, fault: &Value) {
        let url = format!("{}/instances/{}-mail/faults", self.url, self.name);
        control("PUT", &url, &json!([fault]));
    }

    /// Returns the calls of Gmail's methods so far.
    fn mail_calls(&self) -> Vec<Value> {
        let url = format!("{}/instances/{}-mail/calls", self.url, self.name);
        let log = control("GET", &url, &Value::Null);
        log["calls"].as_array().cloned().unwrap_or_default()
    }
}

fn control(method: &str, url: &str, body: &Value) -> Value {
    let printed = python(CONTROL, &json!([method, url, body]).to_string());
    serde_json::from_str(&printed).unwrap_or_else(|error| panic!("{error}: {printed}"))
}

const PROFILE: [&str; 2] = ["users.getProfile", "me"];

#[test]
fn mail_is_listed() {
    let office = Office::new("listed");
    let list = [
        "users.messages.list",
        "me",
        "--q",
        "is:unread",
        "--include-spam-trash",
        "--label-ids",
        "INBOX",
        "--label-ids",
        "UNREAD",
    ];
    let columns = ["--all", "--format", "value", "--columns", "id,threadId"];
    let ran = office
        .call("gmail.v1", &[&list[..], &columns].concat())
        .ok();
    assert!(ran.stdout.lines().count() > 0, "{}", ran.stdout);
    let query = office.mail_calls()[0]["args"]["query"].clone();
    assert_eq!(query["labelIds"], json!(["INBOX", "UNREAD"]));
    assert_eq!(query["includeSpamTrash"], json!(["true"]));
    assert_eq!(query["q"], json!(["is:unread"]));

    std::fs::write(office.desk.path("token"), "another").expect("a file");
    let refused = office.call("gmail.v1", &PROFILE);
    assert_eq!(refused.status, 4, "{}", refused.stderr);
}

#[test]
fn googleapis_com_is_reached_through_a_proxy() {
    let office = Office::new("proxied");
    let mut user = office.credentials["google_authorized_user"].clone();
    user["type"] = json!("authorized_user");
    std::fs::write(office.desk.path("user.json"), user.to_string()).expect("a file");
    let gmail = document("gmail.v1");
    let mut command = office.desk.command();
    command
        .args(["call", "--credentials", "user.json", &gmail])
        .args(PROFILE);
    for name in ["HTTPS_PROXY", "SSL_CERT_FILE"] {
        let value = office.credentials["env"][name].as_str();
        command.env(name, value.expect("a variable"));
    }
    let profile = run(command, "").ok().json();
    assert_eq!(profile["emailAddress"], office.credentials["email"]);
}

#[test]
fn faults_are_retried_or_reported() {
    let office = Office::new("faults");
    let call = |words: &[&str]| office.call("gmail.v1", &[&PROFILE[..], words].concat());
    office.inject(&json!({"kind": "rate_limit", "retry_after": 0}));
    call(&[]).ok();
    office.inject(&json!({"kind": "rate_limit"}));
    let ran = call(&["--retries", "0", "--error-format", "json"]);
    let error: Value = serde_json::from_str(&ran.stderr).expect("JSON");
    assert_eq!(
        (ran.status, &error["status"], &error["retryable"]),
        (1, &json!(429), &json!(true))
    );
    // The text of an object, cut off, in place of the object.
    office.inject(&json!({"kind": "truncated"}));
    assert_eq!(call(&["--retries", "0"]).status, 6);

    let mail = "From: a@example.com\r\nTo: b@example.com\r\nSubject: hi\r\n\r\nbody";
    std::fs::write(office.desk.path("m.eml"), mail).expect("a file");
    let send = ["users.messages.send", "me", "--set-file", "raw=m.eml"];
    let count = || {
        let calls = office.mail_calls();
        let sends = calls.iter();
        sends
            .filter(|call| call["tool"] == "gmail.users.messages.send")
            .count()
    };
    office.inject(&json!({"kind": "timeout_after_commit"}));
    let ran = office.call("gmail.v1", &send);
    assert!(
        ran.status == 1
            && ran.stderr.contains("504")
            && ran.stderr.contains("the option `idempotent`"),
        "{}",
        ran.stderr
    );
    assert_eq!(count(), 1);
    office.inject(&json!({"kind": "timeout"}));
    let again = [&send[..], &["--idempotent"]].concat();
    office.call("gmail.v1", &again).ok();
    assert_eq!(count(), 3);
}

#[test]
fn cells_and_files_are_written() {
    let office = Office::new("written");
    let sheets = [
        "files.list",
        "--q",
        "mimeType='application/vnd.google-apps.spreadsheet'",
    ];
    let id = ["--limit", "1", "--format", "value", "--columns", "id"];
    let found = office.call("drive.v3", &[&sheets[..], &id].concat()).ok();
    let sheet = found.stdout.trim();
    let values = |option: &str| {
        let update = [
            "spreadsheets.values.update",
            sheet,
            "Sheet1!A1:B2",
            "--value-input-option",
            option,
            "--set-json",
            r#"values=[["=1+1","x"]]"#,
        ];
        office.call("sheets.v4", &update)
    };
    values("RAW").ok();
    let cells = office
        .call(
            "sheets.v4",
            &["spreadsheets.values.get", sheet, "Sheet1!A1:B1"],
        )
        .ok();
    assert_eq!(cells.json()["values"], json!([["=1+1", "x"]]));
    let refused = values("RAWW");
    assert!(
        refused.status == 2 && refused.stderr.contains("RAW, USER_ENTERED"),
        "{}",
        refused.stderr
    );

    std::fs::write(office.desk.path("up.txt"), "hello").expect("a file");
    let create = ["files.create", "--set", "name=up.txt", "--upload", "up.txt"];
    let file = office.call("drive.v3", &create).ok().json();
    let id = file["id"].as_str().expect("an id");
    let get = ["files.get", id, "--media", "-o", "-"];
    assert_eq!(office.call("drive.v3", &get).ok().stdout, "hello");
}
