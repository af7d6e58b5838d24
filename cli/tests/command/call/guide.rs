//! The lines of the guide, and the tour.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use gapi_fakes::discovery::Document;
use gapi_fakes::keys::ServiceAccount;
use gapi_fakes::oauth::TokenEndpoint;
use gapi_fakes::storage::Storage;
use gapi_fakes::{Google, Reply, Request, Routes, Server};
use serde_json::{Value, json};

use super::with_documents;
use crate::support::{Folder, Ran};

const GUIDE: &str = include_str!("../../../../docs/guide/command.md");

/// A command of the name `gapi` in a folder of its own, which a shell finds first.
fn with_shell(folder: &Folder, script: &str) -> Command {
    folder.write("bin/gapi", script);
    let mode = Command::new("chmod")
        .args(["+x", "bin/gapi"])
        .current_dir(folder.path(""))
        .status();
    assert!(mode.unwrap().success());
    let path = std::env::var("PATH").unwrap();
    let mut shell = Command::new("sh");
    for (name, value) in folder.command().get_envs() {
        if let Some(value) = value {
            shell.env(name, value);
        }
    }
    shell
        .current_dir(folder.path(""))
        .env("PATH", format!("{}:{path}", folder.path("bin").display()))
        .env("GAPI", env!("CARGO_BIN_EXE_gapi"))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    shell
}

/// Returns the blocks of shell commands of a page.
fn blocks(page: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut block: Option<String> = None;
    for line in page.lines() {
        match (line.trim(), &mut block) {
            ("```sh", _) => block = Some(String::new()),
            ("```", Some(text)) => {
                blocks.push(std::mem::take(text));
                block = None;
            }
            (line, Some(text)) => {
                text.push_str(line);
                text.push('\n');
            }
            _ => {}
        }
    }
    blocks
}

/// The APIs of the page: requests are judged by their documents and need a token, and each method has its responses.
struct Apis {
    documents: Vec<Document>,
    tokens: TokenEndpoint,
}

impl Apis {
    fn respond(&self, request: &Request) -> Reply {
        if request.path == "/discovery/v1/apis" {
            let item =
                |name: &str, title: &str| json!({"name": name, "version": "v1", "title": title});
            let items = [
                item("run", "Cloud Run Admin API"),
                item("sqladmin", "Cloud SQL Admin API"),
            ];
            return Reply::json(200, &json!({ "items": items }));
        }
        // An emulator gets no token.
        let is_emulator = request.path == "/v1/projects/p/topics/t" && request.bearer().is_none();
        let grant = request.bearer().and_then(|token| self.tokens.grant(token));
        if grant.is_none() && !is_emulator {
            return Reply::json(
                401,
                &json!({"error": {"code": 401, "status": "UNAUTHENTICATED"}}),
            );
        }
        if request.path.starts_with("/upload/storage/v1/b/my-bucket/o") {
            assert_eq!(request.header("content-type"), Some("text/csv"));
            assert_eq!(request.body, "a,b\n");
            return Reply::json(200, &json!({"name": "reports/2026.csv", "size": "4"}));
        }
        let route = |document: &Document| {
            let call = document.route(request)?;
            let id = call.method.id.clone();
            Some(document.check(&call, request).map(|body| (id, body)))
        };
        match self.documents.iter().find_map(route) {
            None => Reply::not_found(),
            Some(Err(error)) => Err::<Value, _>(error).into(),
            Some(Ok((id, body))) => {
                let query: BTreeMap<String, String> = request.query_pairs().into_iter().collect();
                respond(&id, &query, &body)
            }
        }
    }
}

/// Returns what the API responds to a valid request.
fn respond(id: &str, query: &BTreeMap<String, String>, body: &Value) -> Reply {
    let has = |name: &str, value: &str| query.get(name).is_some_and(|given| given == value);
    let instance = |name: &str| {
        json!({"name": name, "state": "RUNNABLE", "region": "europe-west1", "databaseVersion": "POSTGRES_17",
            "settings": {"tier": "db-f1-micro", "settingsVersion": "9007199254740993"}})
    };
    let operation = |status: &str| json!({"kind": "sql#operation", "name": "0a1b2c3d", "status": status, "targetProject": "my-project"});
    let topic = |name: &str| json!({"name": format!("projects/my-project/topics/{name}")});
    let is_second = has("pageToken", "second");
    Reply::json(
        200,
        &match id {
            "sql.instances.list" if has("filter", "state:RUNNABLE") => {
                json!({"items": [instance("db-1")]})
            }
            "sql.instances.list" if is_second => json!({"items": [instance("db-2")]}),
            "sql.instances.list" => json!({"items": [instance("db-1")], "nextPageToken": "second"}),
            "sql.instances.get" => instance("db-1"),
            "sql.instances.insert" | "sql.instances.patch" | "sql.instances.delete" => {
                operation("PENDING")
            }
            "sql.operations.get" => operation("DONE"),
            "firestore.projects.databases.patch" => {
                assert_eq!(query["updateMask"], "deleteProtectionState");
                json!({"name": "projects/my-project/databases/(default)/operations/1"})
            }
            "firestore.projects.databases.operations.get" => {
                json!({"name": "projects/my-project/databases/(default)/operations/1", "done": true,
                "response": {"@type": "type.googleapis.com/google.firestore.admin.v1.Database", "uid": "9"}})
            }
            "storage.objects.get" | "drive.files.export" => {
                assert!(has("alt", "media"));
                return Reply::new(200).body("text/plain", "a,b\n");
            }
            "drive.files.list" if has("pageSize", "5") => {
                assert!(has("orderBy", "modifiedTime desc"));
                let file = |number: u32| json!({"name": format!("note {number}"), "modifiedTime": "2026-11-30T08:00:00.000Z"});
                json!({"files": (1..=5).map(file).collect::<Vec<_>>(), "nextPageToken": "more"})
            }
            "drive.files.list" if is_second => {
                json!({"files": [{"id": "2", "name": "käse, \"alt\""}]})
            }
            "drive.files.list" => {
                assert!(query["fields"].contains("nextPageToken"), "{query:?}");
                json!({"files": [{"id": "1", "name": "a,b", "size": "9007199254740993"}], "nextPageToken": "second"})
            }
            "gmail.users.messages.list" => {
                assert!(has("q", "is:unread"));
                json!({"messages": [{"id": "18f", "threadId": "18f"}], "resultSizeEstimate": 1})
            }
            "pubsub.projects.topics.list" => json!({"topics": [topic("one"), topic("two")]}),
            "pubsub.projects.topics.publish" => {
                assert_eq!(body["messages"][0]["attributes"]["kind"], "ping");
                json!({"messageIds": ["1"]})
            }
            "pubsub.projects.topics.create" => json!({"name": "projects/p/topics/t"}),
            "sheets.spreadsheets.values.update" => {
                assert_eq!(body["values"][0], json!(["=1+1", "x"]));
                json!({"spreadsheetId": "1A2b3C", "updatedRange": "Sheet1!A1:B1", "updatedCells": 2})
            }
            "bigquery.jobs.query" => {
                assert_eq!(body["useLegacySql"], false);
                json!({"jobComplete": true, "rows": [{"f": [{"v": "9007199254740993"}]}], "totalRows": "1"})
            }
            "bigquery.tabledata.list" if is_second => {
                json!({"rows": [{"f": [{"v": "3"}, {"v": null}]}], "totalRows": "2"})
            }
            "bigquery.tabledata.list" => {
                json!({"rows": [{"f": [{"v": "1"}, {"v": "pears, \"ripe\""}]}], "totalRows": "2", "pageToken": "second"})
            }
            "secretmanager.projects.secrets.versions.access" => {
                json!({"name": "projects/1/secrets/db/versions/3", "payload": {"data": "aHVudGVyMg=="}})
            }
            _ => return Reply::json(501, &json!({"error": {"code": 501, "message": id}})),
        },
    )
}

/// Runs a call, and writes to a file what it prints and how it ends. The endpoint of impersonation is Google's, so that such a call is displayed.
const RECORDER: &str = r#"#!/bin/sh
[ "$1" = auth ] && exit
echo "\$ gapi $*" >> transcript.txt
last=8
case "$*" in *--help* | show* | list*) last=2 ;; *--impersonate*) set -- "$@" --dry-run ;; esac
if [ "$1" = call ] && [ -z "$PUBSUB_EMULATOR_HOST" ]; then set -- "$@" --endpoint-url "$SERVER"; fi
if "$GAPI" "$@" > out.txt 2> error.txt; then status=0; else status=$?; fi
{ cat error.txt; head -n $last out.txt; [ $status = 0 ] || echo "status $status"; } | sed "/^user-agent:/d; /^x-goog-api-client:/d; s|$SERVER|https://server|; s|${SERVER#http://}|server|" >> transcript.txt
cat out.txt
exit $status
"#;

/// The commands of the page in one shell, as a reader would run them; `EXPECTORATE=overwrite` writes what they print.
#[tokio::test(flavor = "multi_thread")]
async fn the_lines_of_the_guide_do_what_it_has() {
    let folder = with_documents();
    let document = |name: &str| {
        let text = folder.read(&format!("discovery-docs/{name}.json"));
        Document::parse(&text).unwrap()
    };
    let account = ServiceAccount::new("robot", "my-project").unwrap();
    let tokens = TokenEndpoint::new();
    tokens.register(&account);
    tokens.allow_subject(
        "ann@example.com",
        ["https://www.googleapis.com/auth/gmail.readonly"],
    );
    let apis = Apis {
        documents: [
            "sqladmin.v1",
            "firestore.v1",
            "storage.v1",
            "drive.v3",
            "gmail.v1",
            "pubsub.v1",
            "sheets.v4",
            "bigquery.v2",
            "secretmanager.v1",
        ]
        .map(document)
        .into(),
        tokens: tokens.clone(),
    };
    let routes = Routes::new()
        .at("/token", tokens)
        .at("/", move |request: &Request| apis.respond(request));
    let server = Server::start(routes).await.unwrap();
    folder.write("instance.json", r#"{"settings": {"tier": "db-f1-micro"}}"#);
    folder.write("report.csv", "a,b\n");
    folder.write(
        "key.json",
        &account.key_json(&format!("{}/token", server.url())),
    );
    let mut shell = with_shell(&folder, RECORDER);
    let host = server.url().replace("http://", "");
    let page = blocks(GUIDE).concat().replace("localhost:8085", &host);
    shell
        .args(["-ec", &page])
        .env("SERVER", server.url())
        .env("GAPI_DISCOVERY_URL", server.url())
        .env("GOOGLE_APPLICATION_CREDENTIALS", "key.json");
    let ran = Ran::of(shell, "");
    let mut transcript = folder.read("transcript.txt");
    assert_eq!(ran.status, 0, "{transcript}");
    assert!(ran.stdout.contains("hunter2"), "{}", ran.stdout);
    for file in ["report.csv", "contract.pdf", "files.csv", "orders.csv"] {
        transcript.push_str(&format!("\n{file}:\n{}", folder.read(file)));
    }
    expectorate::assert_contents("tests/guide.txt", &transcript);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tour() {
    let (google, storage) = (
        Google::start().await.unwrap(),
        Storage::start().await.unwrap(),
    );
    google.cloud_sql().set_polls(1);
    let folder = with_documents();
    folder.write("key.json", &google.key_json());
    let tour = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/tour.sh");
    let mut shell = with_shell(&folder, "#!/bin/sh\nexec \"$GAPI\" \"$@\"\n");
    shell
        .arg(tour)
        .env("SERVER", google.url())
        .env("STORAGE", storage.url());
    let ran = Ran::of(shell, "").ok();
    for line in [
        "tour  db-f1-micro    blue",
        r#"{"maintenanceVersion":null,"settings":{"userLabels":{"team":"blue"}}}"#,
        "error: body.setings.tier: there is no property `setings`; did you mean `settings`?",
        "status 1",
        "from the tour",
        "tour is in europe-west1",
    ] {
        assert!(
            ran.stdout.lines().any(|other| other == line),
            "{line}\n{}\n{}",
            ran.stdout,
            ran.stderr
        );
    }
    assert_eq!(super::json(&folder.read("error.json"))["status"], 404);
}
