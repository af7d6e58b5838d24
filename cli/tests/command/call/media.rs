//! Uploads and downloads.

use gapi_fakes::storage::{Storage, Trouble};
use gapi_fakes::{Reply, Request};

use super::{Desk, with_documents};
use crate::support::{Folder, Ran};

struct Bucket {
    folder: Folder,
    storage: Storage,
}

impl Bucket {
    async fn new() -> Self {
        Self {
            folder: with_documents(),
            storage: Storage::start().await.unwrap(),
        }
    }

    fn call(&self, words: &[&str], input: &str) -> Ran {
        let url = self.storage.url();
        let mut command = self.folder.command();
        command
            .args(["call", "--endpoint-url", &url, "--anonymous", "storage:v1"])
            .args(words);
        Ran::of(command, input)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn files_go_up_and_come_down() {
    let bucket = Bucket::new().await;
    let name = "a/b c#%é.txt";
    let bytes: Vec<u8> = (0..300_000_u32).map(|number| number as u8).collect();
    std::fs::write(bucket.folder.path("f.bin"), &bytes).unwrap();
    bucket
        .call(
            &["objects.insert", "b", "--name", name, "--upload", "f.bin"],
            "",
        )
        .ok();
    assert!(bucket.storage.content("b", name).is_some());
    let ran = bucket
        .call(&["objects.get", "b", name, "--media", "-o", "g.bin"], "")
        .ok();
    assert_eq!(ran.stdout, "");
    assert_eq!(std::fs::read(bucket.folder.path("g.bin")).unwrap(), bytes);
    bucket
        .call(
            &["objects.insert", "b", "--name", "x", "--upload", "-"],
            "from a pipe",
        )
        .ok();
    assert_eq!(
        bucket
            .call(&["objects.get", "b", "x", "--media", "-o", "-"], "")
            .ok()
            .stdout,
        "from a pipe"
    );
    let names = bucket.folder.names();
    assert_eq!(names, ["discovery-docs", "f.bin", "g.bin"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_changes_no_file() {
    let bucket = Bucket::new().await;
    bucket.folder.write("retained.bin", "before");
    bucket
        .call(
            &[
                "objects.get",
                "b",
                "missing",
                "--media",
                "-o",
                "retained.bin",
            ],
            "",
        )
        .fails_with(1, &["404"]);
    assert_eq!(bucket.folder.read("retained.bin"), "before");
    assert_eq!(bucket.folder.names(), ["discovery-docs", "retained.bin"]);
    bucket
        .call(
            &["objects.insert", "b", "--name", "x", "--upload", "none.bin"],
            "",
        )
        .fails_with(7, &["none.bin"]);
    bucket
        .call(&["buckets.list", "--project", "p", "--upload", "x"], "")
        .fails_with(2, &["--upload"]);
    bucket
        .call(&["buckets.list", "--project", "p", "--media"], "")
        .fails_with(2, &["--media"]);
    bucket
        .call(
            &["objects.get", "b", "x", "--media", "--format", "json"],
            "",
        )
        .fails_with(2, &["--format"]);
    assert!(bucket.storage.log().len() <= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_only_media_needs_no_option() {
    let desk = Desk::new(|_: &Request| Reply::new(200).body("text/csv", "a,b\n")).await;
    let ran = desk
        .call(&["drive:v3", "files.export", "id", "--mime-type", "text/csv"])
        .ok();
    assert_eq!(ran.stdout, "a,b\n");
    assert!(desk.last().query.unwrap().contains("alt=media"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_displayed_without_its_bytes() {
    let bucket = Bucket::new().await;
    bucket.folder.write("f.txt", "canary");
    let ran = bucket
        .call(
            &[
                "objects.insert",
                "b",
                "--name",
                "x",
                "--upload",
                "f.txt",
                "--dry-run",
            ],
            "",
        )
        .ok();
    assert!(
        ran.stdout.contains("uploadType=") && ran.stdout.contains("<6 bytes of f.txt>"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("canary"));
    assert!(bucket.storage.log().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_download_is_resumed_or_leaves_no_file() {
    let bucket = Bucket::new().await;
    let bytes: Vec<u8> = (0..3_000_000_u32)
        .map(|number| (number >> 3) as u8)
        .collect();
    bucket.storage.put("b", "o", bytes.as_slice()).unwrap();
    let get = ["objects.get", "b", "o", "--media", "-o", "g.bin"];
    for trouble in [Trouble::BreakAfter(1_000_000), Trouble::Reset(600)] {
        bucket.storage.trouble(trouble);
        bucket.call(&get, "").ok();
        assert!(std::fs::read(bucket.folder.path("g.bin")).unwrap() == bytes);
    }
    assert_eq!(bucket.storage.troubles_left(), 0);
    // An upload continues where it broke off.
    std::fs::write(bucket.folder.path("f.bin"), bytes.repeat(6)).unwrap();
    bucket.storage.trouble(Trouble::Reset(600));
    let insert = [
        "objects.insert",
        "b",
        "--name",
        "large",
        "--upload",
        "f.bin",
    ];
    bucket.call(&insert, "").ok();
    let large = bucket.storage.content("b", "large").unwrap();
    assert_eq!(large.len().unwrap(), 18_000_000);
    assert!(large.equals(bytes.repeat(6).as_slice()).unwrap());

    let requests = bucket.storage.log().len();
    assert!(requests >= 4, "{:?}", bucket.storage.log());

    bucket.folder.write("g.bin", "before");
    bucket.storage.trouble(Trouble::BreakAfter(1_000_000));
    bucket
        .call(&[&get[..], &["--retries", "0"]].concat(), "")
        .fails_with(6, &["storage.objects.get"]);
    assert_eq!(bucket.folder.read("g.bin"), "before");
    assert_eq!(bucket.folder.names(), ["discovery-docs", "f.bin", "g.bin"]);
}
