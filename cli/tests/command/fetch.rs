//! `gapi fetch`, against a discovery service of this process.

use std::path::Path;

use gapi_fakes::{Fault, Reply, Request, Server};
use serde_json::{Value, json};

use crate::support::{Folder, Ran};

/// A small document.
fn document(name: &str, version: &str, revision: &str) -> Value {
    json!({
        "kind": "discovery#restDescription", "name": name, "version": version, "revision": revision,
        "title": format!("The {name} API"), "rootUrl": format!("https://{name}.googleapis.com/"),
        "servicePath": "", "schemas": {}, "resources": {"things": {"methods": {
            "get": {"id": format!("{name}.things.get"), "httpMethod": "GET", "path": "v1/things"},
        }}},
    })
}

/// The first service knows `old:v1`; the second knows `young:v1`; the list has both, and `gone:v1`, which no service has.
fn service(request: &Request) -> Reply {
    let query = request.query_pairs();
    let version = query.iter().find(|(key, _)| key == "version");
    match (request.path.as_str(), version) {
        ("/v1", _) => {
            let item = |name: &str| json!({"name": name, "version": "v1"});
            Reply::json(
                200,
                &json!({"items": [item("old"), item("young"), item("gone")]}),
            )
        }
        ("/v1/old/v1/rest", _) => Reply::json(200, &document("old", "v1", "20260601")),
        ("/v1/broken/v1/rest", _) => Reply::new(200).body("application/json", "{\"name\": \"bro"),
        ("/v1/html/v1/rest", _) => Reply::html(200, "<html>Sign in</html>"),
        ("/v1/other/v1/rest", _) => Reply::json(200, &document("old", "v1", "20260601")),
        ("/v2/young/$discovery/rest", Some((_, version))) if version == "v1" => {
            Reply::json(200, &document("young", "v1", "20260701"))
        }
        _ => Reply::not_found(),
    }
}

async fn server() -> Server {
    Server::start(service).await.unwrap()
}

fn fetch(folder: &Folder, server: &Server, line: &str) -> Ran {
    let url = server.url();
    folder.gapi(&format!("fetch {line} --v1 {url}/v1 --v2 {url}/v2/{{api}}"))
}

fn index(folder: &Folder) -> Value {
    serde_json::from_str(&folder.read("discovery-docs/index.json")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_service_is_asked_after_a_404() {
    let (folder, server) = (Folder::empty(), server().await);
    let ran = fetch(&folder, &server, "young:v1 old:v1").ok();
    assert_eq!(
        ran.stdout,
        "old:v1: new, revision 20260601\nyoung:v1: new, revision 20260701\n"
    );
    assert_eq!(ran.stderr, "");
    assert_eq!((server.count("/v1/young/"), server.count("/v2/")), (1, 1));

    let index = index(&folder);
    assert_eq!(index["source"], "Google's discovery service");
    let documents = index["documents"].as_array().unwrap();
    let names: Vec<&Value> = documents.iter().map(|document| &document["name"]).collect();
    assert_eq!(names, ["old", "young"]);
    assert_eq!(documents[0]["file"], "old.v1.json");
    assert_eq!(documents[0]["sha256"].as_str().unwrap().len(), 64);
    let text = folder.read("discovery-docs/old.v1.json");
    assert_eq!(text, document("old", "v1", "20260601").to_string());
    // What was fetched can be used by its name.
    let listed = folder.gapi("methods young:v1").ok().stdout;
    assert_eq!(listed, "things.get  GET v1/things\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_named_has_to_be_somewhere() {
    let (folder, server) = (Folder::empty(), server().await);
    fetch(&folder, &server, "gone:v1 old:v1").fails_with(
        5,
        &[
            "gone:v1: nowhere to be found",
            "/v1/gone/v1/rest",
            "/v2/gone/$discovery/rest?version=v1",
        ],
    );
    // The others are kept nevertheless.
    assert_eq!(index(&folder)["documents"].as_array().unwrap().len(), 1);
    fetch(&folder, &server, "../old:v1").fails_with(2, &["letters"]);
    fetch(&folder, &server, "").ok();
    fetch(&Folder::empty(), &server, "").fails_with(5, &["gapi fetch sqladmin:v1", "--all"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_goes_on_where_the_list_is_stale() {
    let (folder, server) = (Folder::empty(), server().await);
    let ran = fetch(&folder, &server, "--all").ok();
    assert!(ran.stdout.contains("gone:v1: nowhere to be found"));
    assert!(
        ran.stdout.ends_with("3 documents: 2 new, 1 not fetched\n"),
        "{}",
        ran.stdout
    );
    let again = fetch(&folder, &server, "--all --json").ok().stdout;
    let report: Value = serde_json::from_str(&again).unwrap();
    let status = |at: usize| &report["documents"][at]["status"];
    assert_eq!(
        [status(0), status(1), status(2)],
        ["failed", "same", "same"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_index_that_is_behind_is_brought_up_to_date() {
    let (folder, server) = (Folder::empty(), server().await);
    let mut old = document("old", "v1", "20260101");
    old["schemas"] = json!({"Thing": {"id": "Thing", "type": "object"}});
    folder.write("before/old.v1.json", &old.to_string());
    folder.gapi("fetch old:v1 --from before").ok();
    assert_eq!(index(&folder)["source"], "files");

    let ran = fetch(&folder, &server, "").ok();
    assert_eq!(
        ran.stdout,
        "old:v1: revision 20260101 -> 20260601 (1 breaking, 1 docs-only)\n1 document: 1 changed\n"
    );
    let index = index(&folder);
    assert_eq!(index["documents"][0]["revision"], "20260601");
    assert_eq!(index["source"], "files, Google's discovery service");

    // A file that the index lists and that is gone comes back.
    std::fs::remove_file(folder.path("discovery-docs/old.v1.json")).unwrap();
    fetch(&folder, &server, "").ok();
    assert!(folder.path("discovery-docs/old.v1.json").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_revision_needs_force() {
    let (folder, server) = (Folder::empty(), server().await);
    let newer = document("old", "v1", "20270101").to_string();
    folder.write("newer/old.v1.json", &newer);
    folder.gapi("fetch old:v1 --from newer").ok();

    fetch(&folder, &server, "old:v1").fails_with(
        1,
        &[
            "revision 20260601 is older than revision 20270101",
            "--force",
        ],
    );
    let ran = fetch(&folder, &server, "").ok();
    assert!(
        ran.stdout.contains("kept revision 20270101"),
        "{}",
        ran.stdout
    );
    assert_eq!(folder.read("discovery-docs/old.v1.json"), newer);

    fetch(&folder, &server, "old:v1 --force").ok();
    assert_eq!(index(&folder)["documents"][0]["revision"], "20260601");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_file_needs_force() {
    let (folder, server) = (Folder::empty(), server().await);
    fetch(&folder, &server, "old:v1").ok();
    let edited = folder
        .read("discovery-docs/old.v1.json")
        .replace("The old", "My");
    folder.write("discovery-docs/old.v1.json", &edited);
    fetch(&folder, &server, "old:v1").fails_with(1, &["was edited", "override"]);
    assert_eq!(folder.read("discovery-docs/old.v1.json"), edited);
    fetch(&folder, &server, "old:v1 --force").ok();
    assert_ne!(folder.read("discovery-docs/old.v1.json"), edited);
}

#[tokio::test(flavor = "multi_thread")]
async fn responses_that_are_no_documents_name_the_url() {
    let (folder, server) = (Folder::empty(), server().await);
    let url = server.url();
    let broken = format!("{url}/v1/broken/v1/rest:1:13: not valid JSON");
    fetch(&folder, &server, "broken:v1").fails_with(5, &[&broken, "--from"]);
    let html = format!("{url}/v1/html/v1/rest: this is HTML");
    fetch(&folder, &server, "html:v1").fails_with(5, &[&html]);
    fetch(&folder, &server, "other:v1").fails_with(5, &["the document of old:v1, not of other:v1"]);
    assert_eq!(folder.names(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_is_tried_again() {
    let (folder, server) = (Folder::empty(), server().await);
    server.inject(Fault::status(503).times(1));
    server.inject(Fault::half_body().times(1));
    fetch(&folder, &server, "old:v1").ok();
    assert_eq!(server.count("/v1/old/"), 3);
    server.inject(Fault::status(403));
    fetch(&folder, &server, "old:v1").fails_with(5, &["responded with 403", "proxy"]);
    assert_eq!(server.count("/v1/old/"), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_hangs_is_given_up() {
    let (folder, server) = (Folder::empty(), server().await);
    server.inject(Fault::hang());
    let url = format!("{}/v1/old/v1/rest: no response within 1 s", server.url());
    fetch(&folder, &server, "old:v1 --timeout 1").fails_with(5, &[&url, "--timeout SECONDS"]);
}

#[test]
fn a_wheel_is_as_good_as_a_folder() {
    use std::io::Write as _;
    let folder = Folder::empty();
    let path = folder.path("package.whl");
    let mut wheel = zip::ZipWriter::new(std::fs::File::create(&path).unwrap());
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated);
    let documents = "googleapiclient/discovery_cache/documents";
    let alias = document("admin", "directory_v1", "20260101").to_string();
    for (name, text) in [
        ("other/settings.json".to_owned(), "{}".to_owned()),
        (
            format!("{documents}/old.v1.json"),
            document("old", "v1", "20260801").to_string(),
        ),
        (
            format!("{documents}/admin.directory_v1.json"),
            alias.clone(),
        ),
        (format!("{documents}/admin.directoryv1.json"), alias),
        (
            "google_api_python_client-9.1.0.dist-info/METADATA".to_owned(),
            "Name: google-api-python-client\nVersion: 9.1.0\n\n".to_owned(),
        ),
    ] {
        wheel.start_file(name, options).unwrap();
        wheel.write_all(text.as_bytes()).unwrap();
    }
    wheel.finish().unwrap();

    let ran = folder.gapi("fetch --all --from package.whl").ok();
    assert!(
        ran.stdout.ends_with("2 documents: 2 new\n"),
        "{}",
        ran.stdout
    );
    assert_eq!(index(&folder)["source"], "google-api-python-client 9.1.0");
    folder
        .gapi("fetch drive:v3 --from package.whl")
        .fails_with(5, &["package.whl has no document drive.v3.json"]);
    folder.write("package.txt", "text");
    folder
        .gapi("fetch drive:v3 --from package.txt")
        .fails_with(1, &["package.txt is no wheel", ".whl"]);
    folder.write("empty/readme", "text");
    folder
        .gapi("fetch --all --from empty")
        .fails_with(1, &["empty has no Discovery documents"]);
}

#[test]
fn the_nearest_folder_with_an_index_is_used() {
    let folder = Folder::empty();
    let vendored = Path::new(env!("CARGO_MANIFEST_DIR")).join("../discovery-docs");
    let from = vendored.to_string_lossy().into_owned();
    folder.gapi(&format!("fetch tasks:v1 --from {from}")).ok();
    folder.write("deep/down/Cargo.toml", "");
    folder
        .gapi_in("deep/down", &format!("fetch oauth2:v2 --from {from}"))
        .ok();
    let listed = folder.gapi("list").ok().stdout;
    assert_eq!(listed.lines().count(), 2, "{listed}");
    assert_eq!(folder.names(), ["deep", "discovery-docs"]);
}

/// Macros whose document comes from a package depend on the manifest.
#[test]
fn a_new_document_touches_the_manifest_beside_its_folder() {
    let folder = Folder::empty();
    folder.write("Cargo.toml", "[package]");
    folder.write(
        "in/old.v1.json",
        &document("old", "v1", "20260601").to_string(),
    );
    let manifest = std::fs::File::options()
        .append(true)
        .open(folder.path("Cargo.toml"))
        .unwrap();
    let touched = |line: &str| {
        manifest.set_modified(std::time::UNIX_EPOCH).unwrap();
        folder.gapi(line).ok();
        manifest.metadata().unwrap().modified().unwrap() > std::time::UNIX_EPOCH
    };
    assert!(touched("fetch old:v1 --from in"));
    assert!(!touched("fetch old:v1 --from in"), "nothing is new");
    folder.write(
        "discovery-docs/zoo.v1.json",
        &document("zoo", "v1", "1").to_string(),
    );
    assert!(touched("index"));
    assert_eq!(folder.read("Cargo.toml"), "[package]");
}

#[test]
fn a_folder_may_call_its_files_as_it_likes() {
    let folder = Folder::empty();
    let write = |file: &str, text: &str| folder.write(&format!("in/{file}"), text);
    write(
        "drive-api.json",
        &document("drive", "v3", "20260601").to_string(),
    );
    write(
        "zoo_v1.json",
        &document("zoo", "v1", "20260602").to_string(),
    );
    // A copy under another name, and what is no document.
    write(
        "drive.v3.json",
        &document("drive", "v3", "20260603").to_string(),
    );
    write("package.json", "{}");
    let ran = folder.gapi("fetch --all --from in").ok();
    let text = "drive:v3: new, revision 20260603
zoo:v1: new, revision 20260602
2 documents: 2 new
";
    assert_eq!(ran.stdout, text);
    let ran = folder.gapi("fetch zoo:v1 --from in --dir out").ok();
    assert_eq!(ran.stdout, "zoo:v1: new, revision 20260602\n");
    let files: Value = serde_json::from_str(&folder.read("out/index.json")).unwrap();
    assert_eq!(files["documents"][0]["file"], "zoo.v1.json");
    folder.write("none/package.json", "{}");
    folder
        .gapi("fetch --all --from none")
        .fails_with(1, &["no file of none is a Discovery document"]);
}

#[test]
fn files_that_are_there_are_indexed() {
    let folder = Folder::empty();
    folder
        .gapi("index")
        .fails_with(7, &["discovery-docs", "gapi fetch"]);
    let text = document("drive", "v3", "20260601").to_string();
    folder.write("discovery-docs/drive.v3.json", &text);
    folder.write(
        "discovery-docs/other-name.json",
        &document("zoo", "v1", "1").to_string(),
    );
    folder.write("discovery-docs/package.json", "{}");
    for line in ["list", "generate drive:v3 -o -", "show drive:v3"] {
        folder.gapi(line).fails_with(5, &["gapi index"]);
    }
    // A macro that has the document from elsewhere watches the manifest.
    folder.write("Cargo.toml", "");
    let manifest = std::fs::File::options()
        .append(true)
        .open(folder.path("Cargo.toml"))
        .unwrap();
    manifest
        .set_modified(std::time::SystemTime::UNIX_EPOCH)
        .unwrap();
    let ran = folder.gapi("index").ok();
    let modified = manifest.metadata().unwrap().modified().unwrap();
    assert_ne!(modified, std::time::SystemTime::UNIX_EPOCH);
    let expected =
        "drive:v3: new, revision 20260601\nzoo:v1: new, revision 1\n2 documents: 2 new\n";
    assert_eq!(ran.stdout, expected);
    assert_eq!(index(&folder)["documents"][1]["file"], "other-name.json");
    folder.gapi("methods zoo:v1").ok();

    // What was edited is not taken for what was fetched.
    let edited = text.replace("The drive", "My");
    folder.write("discovery-docs/drive.v3.json", &edited);
    std::fs::remove_file(folder.path("discovery-docs/other-name.json")).unwrap();
    let before = index(&folder)["documents"][0].clone();
    let ran = folder.gapi("index discovery-docs").ok();
    assert!(
        ran.stdout.contains("drive.v3.json, which was edited"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.ends_with("2 documents: 1 kept, 1 gone\n"),
        "{}",
        ran.stdout
    );
    assert_eq!(index(&folder)["documents"], json!([before]));
    folder.gapi("index --force").ok();
    assert_ne!(index(&folder)["documents"], json!([before]));
    assert_eq!(
        folder.gapi("index").ok().stdout,
        "1 document: 1 up to date\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_are_nearly_right_are_named() {
    let (folder, server) = (Folder::empty(), server().await);
    fetch(&folder, &server, "odl:v1").fails_with(5, &["did you mean `old:v1`?"]);
    folder.write("in/old.v1.json", &document("old", "v1", "1").to_string());
    folder
        .gapi("fetch odl:v1 --from in")
        .fails_with(5, &["did you mean `old:v1`?"]);
}
