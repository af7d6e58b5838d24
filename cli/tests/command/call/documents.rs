//! Where documents come from.

use gapi_fakes::{Reply, Request, Server};
use serde_json::{Value, json};

use super::{run, with_documents};
use crate::support::{Folder, Ran};

fn document(name: &str, version: &str, revision: &str) -> Value {
    json!({
        "kind": "discovery#restDescription", "name": name, "version": version, "revision": revision,
        "title": format!("The {name} API"), "rootUrl": format!("https://{name}.googleapis.com/"), "servicePath": "", "schemas": {"Thing": {"id": "Thing", "type": "object", "properties": {"ok": {"type": "boolean"}}}},
        "resources": {"things": {"methods": {
            "get": {"id": format!("{name}.things.get"), "httpMethod": "GET", "path": "v1/things", "response": {"$ref": "Thing"}, "parameters": {
                "view": {"type": "string", "location": "query", "enum": ["BASIC", "FULL"], "enumDescriptions": ["", ""]}}},
            "list": {"id": format!("{name}.things.list"), "httpMethod": "GET", "path": "v1/list"},
        }}},
    })
}

/// The discovery service, of which the second part knows `young:v1`, and the API itself.
async fn google() -> Server {
    Server::start(|request: &Request| match request.path.as_str() {
        "/discovery/v1/apis" => {
            let item = |name: &str, version: &str| json!({"name": name, "version": version, "title": format!("The {name} API"), "description": "Things", "preferred": false});
            Reply::json(200, &json!({"items": [item("old", "v1"), item("old", "v1beta1"), item("two", "v2"), item("two", "v3"), item("young", "v1")]}))
        }
        "/discovery/v1/apis/old/v1/rest" => Reply::json(200, &document("old", "v1", "20260601")),
        "/young/$discovery/rest" => Reply::json(200, &document("young", "v1", "20260701")),
        "/v1/things" => Reply::json(200, &json!({"ok": true})),
        _ => Reply::not_found(),
    })
    .await
    .unwrap()
}

fn call(folder: &Folder, server: &Server, words: &[&str]) -> Ran {
    let url = server.url();
    let mut command = folder.command();
    command
        .args(["call", "--anonymous", "--endpoint-url", &url])
        .args(words)
        .env("GAPI_DISCOVERY_URL", &url);
    Ran::of(command, "")
}

/// Makes the copy of a document as old as it takes.
fn age(folder: &Folder, file: &str) {
    let file = std::fs::File::options()
        .append(true)
        .open(folder.path(&format!("cache/discovery/{file}")))
        .unwrap();
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(8 * 24 * 60 * 60);
    file.set_modified(old).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_are_fetched_when_they_are_needed() {
    let (folder, server) = (Folder::empty(), google().await);
    let ran = call(&folder, &server, &["old:v1", "things.get"]).ok();
    assert_eq!(
        (ran.stdout.as_str(), ran.stderr.as_str()),
        (
            "{\n  \"ok\": true\n}\n",
            "old:v1: fetched revision 20260601\n"
        )
    );
    let ran = call(&folder, &server, &["old:v1", "things.get"]).ok();
    assert_eq!(ran.stderr, "");
    assert_eq!(server.count("/discovery/v1/apis/old"), 1);
    call(&folder, &server, &["young:v1", "things.get"]).ok();
    // A name alone is the stable version; several are ambiguous.
    assert_eq!(
        call(&folder, &server, &["old", "things.get"]).ok().stderr,
        ""
    );
    call(&folder, &server, &["two", "things.get"]).fails_with(2, &["two:v2", "two:v3"]);
    call(&folder, &server, &["yuong", "things.get"]).fails_with(2, &["did you mean `young`?"]);
    call(&folder, &server, &["young.things.get"]).ok();
    call(&folder, &server, &["young.things.gte"])
        .fails_with(2, &["did you mean `young.things.get`?"]);
    call(&folder, &server, &["../../x:v1", "things.get"]).fails_with(2, &["letters"]);
    call(&folder, &server, &["gone:v1", "things.get"])
        .fails_with(5, &["gone:v1", "gapi fetch gone:v1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_works_without_a_network() {
    let (folder, server) = (Folder::empty(), google().await);
    call(&folder, &server, &["old:v1", "things.get"]).ok();
    let offline = |words: &[&str]| {
        let mut command = folder.command();
        command
            .args(["call", "--dry-run"])
            .args(words)
            .env("GAPI_DISCOVERY_URL", "http://127.0.0.1:1");
        Ran::of(command, "")
    };
    assert_eq!(offline(&["old:v1", "things.get"]).ok().stderr, "");
    age(&folder, "old.v1.json");
    offline(&["old:v1", "things.get", "--offline"]).ok();
    let ran = offline(&["old:v1", "things.get"]).ok();
    assert!(
        ran.stderr.starts_with("old:v1: an old copy is used"),
        "{}",
        ran.stderr
    );
    offline(&["young:v1", "things.get"]).fails_with(5, &["gapi fetch young:v1"]);
    offline(&["young:v1", "things.get", "--offline"]).fails_with(5, &["nothing is fetched"]);
    offline(&["old:v1", "things.get", "--refresh"]).fails_with(
        5,
        &[
            "old:v1 cannot be fetched again: ",
            "without --refresh, the copy that is here is used",
        ],
    );
}

#[cfg(feature = "documents")]
#[test]
fn documents_of_google_need_neither_a_project_nor_a_network() {
    let folder = Folder::empty();
    let offline = |line: &str| {
        let mut command = folder.command();
        command
            .args(line.split_whitespace())
            .env("GAPI_DISCOVERY_URL", "http://127.0.0.1:1");
        Ran::of(command, "")
    };
    let ran = offline("call drive:v3 files.list --dry-run --page-size 2").ok();
    assert!(
        ran.stdout.contains("/drive/v3/files?pageSize=2"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stderr.starts_with("drive:v3: an old copy is used"),
        "{}",
        ran.stderr
    );
    // The next attempt to reach Google is made tomorrow.
    let ran = offline("call drive:v3 files.list --dry-run").ok();
    assert_eq!(ran.stderr, "");
    for line in [
        "call tasks.tasks.list --dry-run --tasklist x --offline",
        "call iamcredentials projects.serviceAccounts.signBlob --dry-run --name projects/-/serviceAccounts/a --body {} --offline",
        "show drive:v3 files.list",
        "show calendar.events.list",
        "methods drive:v3 list",
        "list --remote drive",
    ] {
        let ran = offline(line);
        assert_eq!((ran.status, ran.stderr.as_str()), (0, ""), "{line}");
    }
    offline("generate oauth2:v2 -o oauth2.rs").ok();
    let generated = folder.read("oauth2.rs");
    assert!(
        generated.contains("of `oauth2.v2.json of gapi-discovery-docs"),
        "{}",
        &generated[..500]
    );
    offline("call drvie:v3 files.list --offline").fails_with(5, &["nothing is fetched"]);
    offline("call drvie files.list --offline").fails_with(2, &["did you mean `drive`"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_are_refreshed_and_mended() {
    let (folder, server) = (Folder::empty(), google().await);
    call(&folder, &server, &["old:v1", "things.get"]).ok();
    let whole = folder.read("cache/discovery/old.v1.json");
    folder.write("cache/discovery/old.v1.json", &whole[..whole.len() / 2]);
    call(&folder, &server, &["old:v1", "things.get"]).ok();
    assert_eq!(folder.read("cache/discovery/old.v1.json"), whole);
    // An older revision does not replace a newer one.
    folder.write(
        "cache/discovery/old.v1.json",
        &document("old", "v1", "20261201").to_string(),
    );
    age(&folder, "old.v1.json");
    call(&folder, &server, &["old:v1", "things.get"]).ok();
    assert!(
        folder
            .read("cache/discovery/old.v1.json")
            .contains("20261201")
    );
    let count = server.count("/discovery/v1/apis/old");
    call(&folder, &server, &["old:v1", "things.get"]).ok();
    assert_eq!(server.count("/discovery/v1/apis/old"), count);
    folder.write(
        "cache/discovery/old.v1.json",
        &document("old", "v1", "20260101").to_string(),
    );
    let ran = call(&folder, &server, &["old:v1", "things.get", "--refresh"]).ok();
    assert_eq!(ran.stderr, "old:v1: fetched revision 20260601\n");
    let names: Vec<_> = std::fs::read_dir(folder.path("cache/discovery"))
        .unwrap()
        .collect();
    assert_eq!(names.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_fetch_at_once() {
    let (folder, server) = (Folder::empty(), google().await);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| call(&folder, &server, &["old:v1", "things.get"]).ok());
        }
    });
    let names: Vec<_> = std::fs::read_dir(folder.path("cache/discovery"))
        .unwrap()
        .collect();
    assert_eq!(names.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_project_comes_before_the_cache() {
    let (folder, server) = (Folder::empty(), google().await);
    folder.write(
        "before/old.v1.json",
        &document("old", "v1", "20250101").to_string(),
    );
    folder.gapi("fetch old:v1 --from before").ok();
    let ran = call(&folder, &server, &["old", "things.get", "-v"]).ok();
    assert!(
        ran.stderr.contains("discovery-docs/old.v1.json"),
        "{}",
        ran.stderr
    );
    assert_eq!(server.count("/discovery"), 0);
}

#[test]
fn a_document_alone_sends_nothing_elsewhere() {
    let folder = with_documents();
    folder.write("token.txt", "canary");
    for (key, url) in [
        ("rootUrl", "https://evil.example/"),
        ("rootUrl", "http://drive.googleapis.com/"),
        ("rootUrl", "https://googleapis.com.evil.example/"),
        ("rootUrl", "https://evil.example#.googleapis.com/"),
        ("mtlsRootUrl", "https://evil.example/"),
        ("endpoints", "https://evil.example/"),
    ] {
        let mut text = document("evil", "v1", "1");
        text[key] = match key {
            "endpoints" => json!([{"endpointUrl": url, "location": "x"}]),
            _ => json!(url),
        };
        folder.write("evil.json", &text.to_string());
        run(
            &folder,
            &[
                "./evil.json",
                "things.get",
                "--access-token-file",
                "token.txt",
            ],
        )
        .fails_with(2, &["evil", "--endpoint-url"]);
        if url.contains('#') {
            continue;
        }
        run(
            &folder,
            &[
                "./evil.json",
                "things.get",
                "--access-token-file",
                "token.txt",
                "--endpoint-url",
                "http://127.0.0.1:1",
                "--retries=0",
            ],
        )
        .fails_with(6, &["evil.things.get"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_google_offers_is_listed_and_described() {
    let (folder, server) = (Folder::empty(), google().await);
    let gapi = |line: &str| {
        let mut command = folder.command();
        command
            .args(line.split_whitespace())
            .env("GAPI_DISCOVERY_URL", server.url());
        Ran::of(command, "")
    };
    assert_eq!(
        gapi("list --remote YOUNG").ok().stdout,
        "young:v1  The young API\n"
    );
    assert_eq!(gapi("list --remote").ok().stdout.lines().count(), 5);
    gapi("list --remote yuong").fails_with(1, &["did you mean `young`?"]);
    assert_eq!(server.count("/discovery/v1/apis"), 1);
    let text = gapi("show young").ok().stdout;
    assert!(
        text.contains("The young API") && text.contains("things"),
        "{text}"
    );
    // From here on it is in the cache, and so it is available.
    assert_eq!(
        gapi("list young").ok().stdout,
        "young:v1  20260701  The young API\n"
    );
    let listed = super::json(&gapi("list --json").ok().stdout);
    assert!(
        listed[0]["file"]
            .as_str()
            .unwrap()
            .ends_with("young.v1.json")
    );
    assert!(gapi("methods young:v1").ok().stdout.contains("things.get"));
    gapi("show young:v1 thinsg").fails_with(1, &["did you mean `Thing` or `things`?"]);
}

/// Runs the command as a shell does for a completion.
fn complete(folder: &Folder, words: &[&str]) -> Vec<String> {
    let mut command = folder.command();
    command
        .arg("--")
        .arg("gapi")
        .args(words)
        .env("COMPLETE", "zsh")
        .env("_CLAP_COMPLETE_INDEX", words.len().to_string())
        .env("_CLAP_IFS", "\n");
    let text = Ran::of(command, "").ok().stdout;
    text.lines()
        .map(|line| line.split(':').next().unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn shells_complete_what_documents_have() {
    let (folder, server) = (Folder::empty(), google().await);
    call(&folder, &server, &["old:v1", "things.get"]).ok();
    let has = |words: &[&str], wanted: &[&str]| {
        let found = complete(&folder, words);
        for word in wanted {
            assert!(
                found.iter().any(|found| found == word),
                "{words:?}: {word} in {found:?}"
            );
        }
    };
    for verb in [
        "call", "diff", "expand", "fetch", "generate", "init", "methods", "show",
    ] {
        has(&[verb, "ol"], &["old\\"]);
    }
    has(&["diff", "old:v1", "ol"], &["old\\"]);
    has(&["show", "old:v1", "thi"], &["things.get", "things.list"]);
    has(&["in"], &["init", "index"]);
    has(&["init", "--ser"], &["--service-account"]);
    // No call has used this one before: it is in the package.
    has(
        &["call", "oauth2:v2", "userinfo.v2"],
        &["userinfo.v2.me.get"],
    );
    has(&["call", "old:v1", "thi"], &["things.get", "things.list"]);
    // From here on, the document is not read again.
    std::fs::remove_file(folder.path("cache/discovery/old.v1.json")).unwrap();
    has(&["call", "old:v1", "things.g"], &["things.get"]);
    has(&["call", "old:v1", "things.get", "--vi"], &["--view"]);
    has(
        &["call", "old:v1", "things.get", "--view", ""],
        &["BASIC", "FULL"],
    );
    has(&["call", "old:v1", "things.get", "--dry"], &["--dry-run"]);
    let log = server.log().len();
    has(
        &["call", "old:v1", "things.get", "--format", "js"],
        &["json", "jsonl"],
    );
    assert_eq!(server.log().len(), log);
}
