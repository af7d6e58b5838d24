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

    /// Calls a method while the server has all the troubles of a trial, and compares the status and the words of the error.
    fn attempt(&self, call: &[&str], (troubles, status, words): Trial) -> Ran {
        for trouble in troubles {
            self.storage.trouble(*trouble);
        }
        let ran = self.call(call, "");
        let is_reported = ran.stderr.contains(words);
        assert_eq!(
            (ran.status, is_reported),
            (status, true),
            "{troubles:?}\n{}",
            ran.stderr
        );
        assert_eq!(self.storage.troubles_left(), 0, "{troubles:?}");
        ran
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
        .call(&["objects.insert", "b", "--upload", "discovery-docs"], "")
        .fails_with(7, &["discovery-docs: is a directory"]);
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
                "--set",
                "cacheControl=no-store",
                "--dry-run",
            ],
            "",
        )
        .ok();
    assert!(
        ran.stdout.contains("uploadType=")
            && ran
                .stdout
                .ends_with("\n{\"cacheControl\":\"no-store\"}\n<6 bytes of f.txt>\n"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("canary"));
    assert!(bucket.storage.log().is_empty());
}

/// What the server does to requests, one after the other; the exit status, and words of the error.
type Trial = (&'static [Trouble], i32, &'static str);

const DOWNLOADS: [Trial; 10] = [
    (&[Trouble::None], 0, ""),
    (&[Trouble::Status(503), Trouble::Status(429)], 0, ""),
    (&[Trouble::BreakAfter(1_000_000)], 0, ""),
    (&[Trouble::Reset(600), Trouble::Close(300)], 0, ""),
    (&[Trouble::Close(500), Trouble::Status(503)], 0, ""),
    (&[Trouble::Close(500), Trouble::WholeInstead], 0, ""),
    (&[Trouble::WrongHash], 6, "CRC-32C"),
    (&[Trouble::Close(500), Trouble::NewGeneration], 1, "404"),
    (&[Trouble::Status(403)], 1, "403"),
    (&[Trouble::Status(401)], 4, "401"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_download_survives_or_leaves_the_file_as_it_was() {
    let bucket = Bucket::new().await;
    let bytes: Vec<u8> = (0..3_000_000_u32)
        .map(|number| (number >> 3) as u8)
        .collect();
    let get = ["objects.get", "b", "o", "--media", "-o", "g.bin"];
    for (troubles, status, words) in DOWNLOADS {
        bucket.storage.put("b", "o", bytes.as_slice()).unwrap();
        bucket.folder.write("g.bin", "before");
        let ran = bucket.attempt(&get, (troubles, status, words));
        assert_eq!(ran.stdout, "");
        let file = std::fs::read(bucket.folder.path("g.bin")).unwrap();
        let expected = if status == 0 { &bytes[..] } else { b"before" };
        assert!(file == expected, "{troubles:?}");
        assert_eq!(bucket.folder.names(), ["discovery-docs", "g.bin"]);
    }
    bucket.storage.trouble(Trouble::BreakAfter(1_000_000));
    bucket
        .call(&[&get[..], &["--retries", "0"]].concat(), "")
        .fails_with(6, &["storage.objects.get"]);
    bucket.storage.trouble(Trouble::StallAfter(1_000_000));
    bucket
        .call(&[&get[..], &["--max-time", "500ms"]].concat(), "")
        .fails_with(6, &["storage.objects.get"]);
    assert_eq!(bucket.folder.names(), ["discovery-docs", "g.bin"]);
}

/// The first request begins the session; two bring the bytes.
const UPLOADS: [Trial; 9] = [
    (&[Trouble::Status(503), Trouble::Reset(0)], 0, ""),
    (&[Trouble::None, Trouble::StatusAt(503, 1_000_000)], 0, ""),
    (
        &[Trouble::None, Trouble::Reset(600), Trouble::Status(503)],
        0,
        "",
    ),
    (&[Trouble::None, Trouble::Partly(400), Trouble::Lose], 0, ""),
    (
        &[Trouble::None, Trouble::None, Trouble::HalfResponse],
        0,
        "",
    ),
    (&[Trouble::None, Trouble::Gone(410)], 0, ""),
    (
        &[Trouble::None, Trouble::None, Trouble::WrongHash],
        6,
        "CRC-32C",
    ),
    (
        &[Trouble::None, Trouble::EndEarly],
        6,
        "before everything was sent",
    ),
    (&[Trouble::Status(403)], 1, "403"),
];

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_survives_or_is_an_error() {
    let bucket = Bucket::new().await;
    let bytes: Vec<u8> = (0..8_700_000_u32)
        .map(|number| (number >> 3) as u8)
        .collect();
    std::fs::write(bucket.folder.path("f.bin"), &bytes).unwrap();
    let insert = ["objects.insert", "b", "--name", "o", "--upload", "f.bin"];
    for (troubles, status, words) in UPLOADS {
        bucket.storage.remove("b", "o");
        let ran = bucket.attempt(&insert, (troubles, status, words));
        assert_eq!(ran.stdout.is_empty(), status != 0, "{troubles:?}");
        if status == 0 {
            let stored = bucket.storage.content("b", "o").unwrap();
            assert!(stored.equals(bytes.as_slice()).unwrap(), "{troubles:?}");
        }
    }
    // What comes from a pipe comes once: when a session is gone, what it had is gone too.
    let insert = ["objects.insert", "b", "--name", "o", "--upload", "-"];
    let text = "text\n".repeat(1_800_000);
    for (trouble, status) in [(Trouble::Reset(600), 0), (Trouble::Gone(410), 6)] {
        bucket.storage.remove("b", "o");
        for trouble in [Trouble::None, Trouble::None, trouble] {
            bucket.storage.trouble(trouble);
        }
        bucket.call(&insert, &text).fails_with(status, &[]);
        let stored = bucket.storage.content("b", "o");
        assert_eq!(stored.is_some(), status == 0, "{trouble:?}");
        assert!(stored.is_none_or(|stored| stored.equals(text.as_bytes()).unwrap()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_of_objects_are_those_of_the_server() {
    let bucket = Bucket::new().await;
    bucket.folder.write("f.txt", "first");
    let insert = ["objects.insert", "b", "--name", "o", "--upload", "f.txt"];
    let with = |words: &[&str], more: &[&str]| bucket.call(&[words, more].concat(), "");
    let ran = with(
        &insert,
        &[
            "--if-generation-match",
            "0",
            "--format",
            "value",
            "--columns",
            "generation",
        ],
    )
    .ok();
    let generation = ran.stdout.trim();
    with(&insert, &["--if-generation-match", "0"]).fails_with(1, &["412", "conditionNotMet"]);
    let get = ["objects.get", "b", "o", "--media", "-o", "g.txt"];
    with(&get, &["--if-generation-match", "7"]).fails_with(1, &["412"]);
    with(&get, &["--if-generation-not-match", generation]).fails_with(1, &["304"]);
    with(
        &["objects.delete", "b", "o"],
        &["--if-generation-match", "7"],
    )
    .fails_with(1, &["412"]);
    assert_eq!(bucket.folder.names(), ["discovery-docs", "f.txt"]);
    // A checksum that the caller declares.
    with(&insert, &["--set", "crc32c=AAAAAA=="]).fails_with(1, &["400", "CRC32C"]);
    let ran = with(
        &["objects.delete", "b", "o"],
        &["--if-generation-match", generation],
    )
    .ok();
    assert_eq!(ran.stdout, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stored_compressed_is_decoded_unless_raw() {
    let bucket = Bucket::new().await;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut encoder, &b"text ".repeat(1000)).unwrap();
    let packed = encoder.finish().unwrap();
    bucket
        .storage
        .put_gzip("b", "o", packed.as_slice())
        .unwrap();
    let get = ["objects.get", "b", "o", "--media", "-o", "g.txt"];
    bucket.call(&get, "").ok();
    assert_eq!(bucket.folder.read("g.txt"), "text ".repeat(1000));
    bucket
        .call(&[&get[..], &["--format", "raw"]].concat(), "")
        .ok();
    assert_eq!(std::fs::read(bucket.folder.path("g.txt")).unwrap(), packed);
}
