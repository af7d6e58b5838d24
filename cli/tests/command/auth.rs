//! `gapi auth`, from the sign-in in a browser to the sign-out, against an embedded authorization server.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
};

use gapi_fakes::{Google, oauth::Decision};
use serde_json::Value;

use crate::support::{Folder, Ran};

const DRIVE: &str = "https://www.googleapis.com/auth/drive.readonly";

/// A folder with a client's secrets, and the command in it, which keeps its tokens there.
struct Machine {
    folder: Folder,
    google: Google,
}

impl Machine {
    async fn new() -> Self {
        let folder = Folder::empty();
        let google = Google::start().await.unwrap();
        google.users().set_decision(Decision::Yes);
        folder.write("client_secret.json", &google.installed_client_json());
        Self { folder, google }
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gapi"));
        command
            .args(line.split_whitespace())
            .current_dir(self.folder.path(""))
            .env("GAPI_TOKENS", self.folder.path("tokens"))
            .env(
                "GAPI_CLIENT_SECRETS",
                self.folder.path("client_secret.json"),
            )
            .env("NO_COLOR", "1")
            .env("NO_PROXY", "127.0.0.1")
            .env_remove("GAPI_ACCOUNT")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Status, standard output, standard error.
    fn call(&self, line: &str) -> (i32, String, String) {
        let output = self.command(line).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code().unwrap(),
            text(output.stdout),
            text(output.stderr),
        )
    }

    fn ok(&self, line: &str) -> String {
        let (status, stdout, stderr) = self.call(line);
        assert_eq!(status, 0, "{line}: {stderr}");
        stdout
    }

    /// Signs in as a browser would, which follows redirects.
    fn login(&self, line: &str) -> String {
        let mut child = self.command(line).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = lines
            .by_ref()
            .map(Result::unwrap)
            .find(|line| line.trim().starts_with("http"))
            .unwrap();
        let page = browse(url.trim());
        let output = child.wait_with_output().unwrap();
        let rest: Vec<String> = lines.map(Result::unwrap).collect();
        assert!(output.status.success(), "{page}\n{rest:?}");
        assert!(page.contains("You are signed in"), "{page}");
        String::from_utf8(output.stdout).unwrap()
    }
}

fn browse(url: &str) -> String {
    let (authority, path) = url
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let mut stream = TcpStream::connect(authority).unwrap();
    write!(
        stream,
        "GET /{path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let location = response
        .lines()
        .find_map(|line| line.strip_prefix("location: "))
        .map(str::to_owned);
    match location {
        Some(location) => browse(&location),
        None => response,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_signs_in_once() {
    let machine = Machine::new().await;
    let output = machine.login(&format!("auth login --no-browser --scopes {DRIVE}"));
    assert!(
        output.starts_with("ann@example.com is signed in"),
        "{output}"
    );

    let status: Value = serde_json::from_str(&machine.ok("auth status --json")).unwrap();
    assert_eq!(status["account"], "ann@example.com");
    assert_eq!(
        status["scopes"],
        serde_json::json!([DRIVE, "openid", "email"])
    );
    assert!(machine.ok("auth status").contains(DRIVE));
    assert!(
        machine
            .ok("auth list")
            .starts_with("ann@example.com  installed.apps.example.com")
    );

    // The token of the sign-in is good; a narrower one is fetched.
    let token = machine.ok("auth print-token");
    let grant = machine.google.tokens().grant(token.trim()).unwrap();
    assert_eq!(grant.account, "ann@example.com");
    let narrow = machine.ok(&format!("auth print-token --scopes {DRIVE}"));
    assert_eq!(
        machine.google.tokens().grant(narrow.trim()).unwrap().scopes,
        [DRIVE]
    );

    // Who it is, for a service that knows the client.
    let identity = machine.ok("auth print-identity-token");
    let claims = gapi_fakes::keys::decode_part(identity.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(
        (claims["aud"].as_str(), claims["email"].as_str()),
        (Some("installed.apps.example.com"), Some("ann@example.com"))
    );

    // A second account, which is the one that programs find from then on.
    machine.google.users().set_user("ben@example.com");
    machine.login("auth login --no-browser");
    assert_eq!(machine.ok("auth list").lines().count(), 2);
    let status: Value =
        serde_json::from_str(&machine.ok("auth status --json --account ann@example.com")).unwrap();
    assert_eq!(status["account"], "ann@example.com");

    // Calls of any API find the accounts too.
    let drive = Path::new(env!("CARGO_MANIFEST_DIR")).join("../discovery-docs/drive.v3.json");
    let call = |account: &str| {
        let mut command = machine.command("call --format value --columns name");
        command
            .args([
                "--endpoint-url",
                &machine.google.url(),
                "--account",
                account,
            ])
            .arg(&drive)
            .arg("files.list");
        Ran::of(command, "")
    };
    let files = call("ann@example.com").ok().stdout;
    assert!(files.lines().any(|file| file == "plan.md"), "{files}");
    call("zoe@example.com").fails_with(4, &["gapi auth login --account zoe@example.com"]);

    // What is exported can be imported, where the account is another one's.
    let exported = machine.ok("auth export --account ann@example.com");
    machine.folder.write("adc.json", &exported);
    let output = machine.ok("auth import adc.json --account copy");
    assert!(
        output.contains("its refresh token is sent to http://127.0.0.1:"),
        "{output}"
    );
    // A file alone does not send a refresh token elsewhere, neither now nor when programs find it.
    let mut evil: Value = serde_json::from_str(&exported).unwrap();
    evil["token_uri"] = "https://elsewhere.example/token".into();
    machine.folder.write("evil.json", &evil.to_string());
    let (status, _, stderr) = machine.call("auth import evil.json --account evil");
    assert_eq!(status, 4);
    assert!(
        stderr.contains("elsewhere.example") && stderr.contains("--token-uri"),
        "{stderr}"
    );
    assert!(!machine.ok("auth list").contains("evil"));
    assert!(machine.ok("auth list").contains("copy "));
    machine.ok("auth revoke copy");

    let output = machine.ok("auth revoke --all");
    assert_eq!(output.lines().count(), 2, "{output}");
    assert_eq!(machine.google.users().live_grants(), 0);
    // A list of none has no lines, so that no program takes a sentence for an account.
    let (status, stdout, stderr) = machine.call("auth list");
    assert_eq!((status, stdout.as_str()), (0, ""));
    assert_eq!(stderr, "no user is signed in\n");
    assert_eq!(machine.ok("auth list --json"), "[]\n");
    let (status, stdout, stderr) = machine.call("auth status --json");
    assert_eq!((status, stdout.as_str()), (4, "null\n"));
    let error: Value = serde_json::from_str(&stderr).unwrap();
    assert_eq!(error["error"]["kind"], "credentials");
    let (status, _, stderr) = machine.call("auth print-token");
    assert_eq!(status, 4);
    assert!(
        stderr.contains("no user is signed in") && stderr.contains("gapi auth login"),
        "{stderr}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_device_and_on_a_console() {
    let machine = Machine::new().await;
    let output = machine.ok("auth login --device");
    assert!(
        output.starts_with("ann@example.com is signed in"),
        "{output}"
    );
    machine.ok("auth revoke ann@example.com");

    // The person follows the page in some browser, and pastes what it shows.
    let mut child = machine.command("auth login --console").spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let url = lines
        .by_ref()
        .map(Result::unwrap)
        .find(|line| line.trim().starts_with("http"))
        .unwrap();
    let (authority, path) = url
        .trim()
        .strip_prefix("http://")
        .unwrap()
        .split_once('/')
        .unwrap();
    let mut stream = TcpStream::connect(authority).unwrap();
    write!(
        stream,
        "GET /{path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let location = response
        .lines()
        .find_map(|line| line.strip_prefix("location: "))
        .unwrap();
    writeln!(child.stdin.take().unwrap(), "{location}").unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_are_reported() {
    let machine = Machine::new().await;
    machine.google.users().set_decision(Decision::No);
    let (status, _, stderr) = machine.call("auth login --device");
    assert_eq!(status, 4);
    assert!(stderr.contains("access_denied"), "{stderr}");
    let (status, _, stderr) = machine.call("auth login --client-secrets none.json");
    assert_eq!(status, 4);
    assert!(
        stderr.contains("none.json") && stderr.contains("Cloud console"),
        "{stderr}"
    );
    let (status, _, stderr) = machine.call("auth revoke eve@example.com");
    assert_eq!(status, 4);
    assert!(
        stderr.contains("eve@example.com is not signed in"),
        "{stderr}"
    );
    let (status, _, stderr) = machine.call("auth login --no-browser --timeout 0");
    assert_eq!(status, 4);
    assert!(
        stderr.contains("did not authorize the app within 0 s"),
        "{stderr}"
    );
}
