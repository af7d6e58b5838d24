//! Documents from a folder to an index and a package.

use std::io::Read as _;

use ruzstd::decoding::StreamingDecoder;

use super::*;

fn document(name: &str, revision: &str) -> String {
    format!(r#"{{"name": "{name}", "version": "v1", "revision": "{revision}"}}"#)
}

/// A wheel with one newer document of the index and one that is not listed, and a vendored folder.
fn folders() -> (tempfile::TempDir, tempfile::TempDir) {
    let (wheel, vendored) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let documents = wheel.path().join(source::IN_WHEEL);
    std::fs::create_dir_all(&documents).unwrap();
    let metadata = wheel
        .path()
        .join("google_api_python_client-3.0.0.dist-info");
    std::fs::create_dir_all(&metadata).unwrap();
    std::fs::write(
        metadata.join("METADATA"),
        "Name: google-api-python-client\nVersion: 3.0.0\n\nVersion: 1\n",
    )
    .unwrap();
    std::fs::write(
        documents.join("tasks.v1.json"),
        document("tasks", "20260202"),
    )
    .unwrap();
    std::fs::write(
        documents.join("drive.v1.json"),
        document("drive", "20260303"),
    )
    .unwrap();
    let old = document("tasks", "20260101");
    std::fs::write(vendored.path().join("tasks.v1.json"), &old).unwrap();
    let entry = Entry::of("tasks.v1.json", old.as_bytes()).unwrap();
    Index {
        source: "test 1".to_owned(),
        documents: vec![entry],
    }
    .write(vendored.path())
    .unwrap();
    (wheel, vendored)
}

#[test]
fn listed_documents_are_refreshed_and_changes_reported() {
    let (wheel, vendored) = folders();
    let source = Source::open(wheel.path().to_str().unwrap()).unwrap();

    let report = refresh(&source, &[], vendored.path()).unwrap();

    let total = "1 documents of google-api-python-client 3.0.0".to_owned();
    assert_eq!(
        report,
        [
            "tasks:v1: revision 20260101 -> 20260202".to_owned(),
            total.clone()
        ]
    );
    let index = Index::read(vendored.path()).unwrap();
    assert_eq!(
        index.differences(vendored.path()).unwrap(),
        Vec::<String>::new()
    );
    assert_eq!(refresh(&source, &[], vendored.path()).unwrap(), [total]);
}

#[test]
fn documents_can_be_added() {
    let (wheel, vendored) = folders();
    let source = Source::open(wheel.path().to_str().unwrap()).unwrap();

    let report = refresh(&source, &["drive:v1".to_owned()], vendored.path()).unwrap();

    assert_eq!(report[0], "drive:v1: new, revision 20260303");
    let index = Index::read(vendored.path()).unwrap();
    assert_eq!(index.documents.len(), 2);
    assert_eq!(
        index.differences(vendored.path()).unwrap(),
        Vec::<String>::new()
    );
}

#[test]
fn a_missing_document_changes_nothing() {
    let (wheel, vendored) = folders();
    let before = std::fs::read(vendored.path().join("tasks.v1.json")).unwrap();
    let source = Source::open(wheel.path().to_str().unwrap()).unwrap();

    let error = refresh(&source, &["sheets:v4".to_owned()], vendored.path()).unwrap_err();

    assert!(error.to_string().contains("sheets.v4.json"), "{error}");
    assert_eq!(
        std::fs::read(vendored.path().join("tasks.v1.json")).unwrap(),
        before
    );
}

/// Packs a folder without compression: a frame of blocks that hold bytes as they are.
fn pack(folder: &Path) -> Packed {
    let block = |text: &str| [&(text.len() << 3).to_le_bytes()[..3], text.as_bytes()].concat();
    let compress = |apis: &[Vec<&str>]| {
        let parts = |texts: &Vec<&str>| {
            let mut parts: Vec<Vec<u8>> = texts.iter().map(|text| block(text)).collect();
            // The magic number, no content size, a window of 1 MiB.
            parts[0].splice(..0, [0x28, 0xb5, 0x2f, 0xfd, 0, 10 << 3]);
            parts
        };
        Ok(apis.iter().map(parts).collect())
    };
    Packed::of(folder, "test 1\t00", compress).unwrap()
}

#[test]
fn a_package_has_each_document_once_and_the_newest_stable_version_first() {
    let folder = tempfile::tempdir().unwrap();
    let versions = ["v1", "v2", "v10", "v10beta1", "alpha", "v1.1"];
    for (file, name, version) in versions
        .map(|version| (format!("tasks.{version}.json"), "tasks", version))
        .into_iter()
        .chain([
            ("taskqueue.v1.json".to_owned(), "tasks", "v1"),
            ("a.json".to_owned(), "admin", "v1"),
        ])
    {
        let text = format!(
            "{{ \"name\": \"{name}\",\n\t\"version\": \"{version}\", \"title\": \"The  \\\" API\", \"x\": \"{file}\" }}"
        );
        std::fs::write(folder.path().join(&file), text).unwrap();
    }

    let packed = pack(folder.path());

    assert_eq!(packed, pack(folder.path()));
    let mut lines = packed.index.lines();
    assert_eq!(lines.next(), Some("test 1\t00"));
    let columns: Vec<Vec<&str>> = lines.map(|line| line.split('\t').collect()).collect();
    let specs: Vec<String> = columns
        .iter()
        .map(|line| format!("{}:{}", line[0], line[1]))
        .collect();
    assert_eq!(
        specs,
        [
            "admin:v1",
            "tasks:v10",
            "tasks:v2",
            "tasks:v1.1",
            "tasks:v1",
            "tasks:v10beta1",
            "tasks:alpha"
        ]
    );
    for line in &columns {
        let [frame, compressed, start, length] =
            [5, 6, 7, 8].map(|column| line[column].parse::<usize>().unwrap());
        let frame = packed.frames[frame..]
            .take(compressed as u64)
            .chain(&[1, 0, 0][..]);
        let mut content = String::new();
        StreamingDecoder::new(frame)
            .unwrap()
            .read_to_string(&mut content)
            .unwrap();
        assert_eq!(content.len(), start + length);
        let text = &content[start..];
        let (name, version) = (line[0], line[1]);
        let file = if name == "admin" {
            "a.json".to_owned()
        } else {
            format!("{name}.{version}.json")
        };
        assert_eq!(
            text,
            format!(
                r#"{{"name":"{name}","version":"{version}","title":"The  \" API","x":"{file}"}}"#
            )
        );
        assert_eq!(line[4], crate::index::sha256(text.as_bytes()));
    }
}

#[test]
fn a_wheel_with_other_bytes_than_before_is_refused() {
    let (wheel, _) = folders();
    let mut source = Source::open(wheel.path().to_str().unwrap()).unwrap();
    let before = "google-api-python-client 3.0.0\taa\n";
    assert!(source.check(before).is_ok(), "a folder has no checksum");
    source.sha256 = "aa".to_owned();
    assert!(source.check(before).is_ok());
    assert_eq!(source.line() + "\n", before);
    source.sha256 = "bb".to_owned();
    let error = source.check(before).unwrap_err().to_string();
    assert_eq!(
        error,
        "the wheel of google-api-python-client 3.0.0 has the SHA-256 bb, and had aa"
    );
    assert!(source.check("google-api-python-client 2.0.0\taa\n").is_ok());
}

#[test]
fn a_source_that_is_nothing_is_refused_before_anything_is_downloaded() {
    for source in ["nowhere", "--index-url=x", "2.0; import os", ""] {
        let error = Source::open(source).unwrap_err().to_string();
        assert!(
            error.contains("no folder, no wheel and no version"),
            "{error}"
        );
    }
}

/// The package `gapi-discovery-docs`, which is a part of gapi's macro, build scripts and command.
#[test]
fn the_archive_of_all_documents_is_small_enough() {
    let package = crate::workspace::root().join("discovery-docs");
    // What `include` of its manifest names; the archive is smaller, because texts are compressed.
    let files = [
        "Cargo.toml",
        "README.md",
        "src/lib.rs",
        "all/index.tsv",
        "all/documents.zst",
    ];
    let size: u64 = files
        .iter()
        .map(|file| package.join(file).metadata().unwrap().len())
        .sum();
    assert!(size < 9_500_000, "{size} bytes");
}

/// One document of twenty; all with `GAPI_DOCUMENTS=all`.
#[test]
fn documents_have_the_bytes_that_their_index_names() {
    let step = if std::env::var_os("GAPI_DOCUMENTS").is_some() {
        1
    } else {
        20
    };
    let documents: Vec<_> = gapi_discovery_docs::documents().collect();
    // Three of the 610 files of the source are copies under older names.
    assert_eq!(documents.len(), 607);
    for document in documents.iter().step_by(step) {
        let text = document.text().unwrap();
        let spec = format!("{}:{}", document.name, document.version);
        assert_eq!(
            crate::index::sha256(text.as_bytes()),
            document.sha256,
            "{spec}"
        );
        let entry = Entry::of(&spec, text.as_bytes()).unwrap();
        assert_eq!(
            (&*entry.name, &*entry.version),
            (document.name, document.version)
        );
        assert_eq!(entry.revision, document.revision, "{spec}");
    }
}

/// The readable documents are of the same source, and have the same content.
#[test]
fn readable_documents_are_those_of_the_package() {
    let folder = crate::workspace::root().join("discovery-docs");
    let index = Index::read(&folder).unwrap();
    assert_eq!(index.source, gapi_discovery_docs::source());
    for entry in &index.documents {
        let packed = gapi_discovery_docs::find(&entry.name, &entry.version).unwrap();
        assert_eq!(packed.revision, entry.revision, "{}", entry.file);
    }
    let text = read(&folder.join("tasks.v1.json")).unwrap();
    let packed = gapi_discovery_docs::find("tasks", "v1")
        .unwrap()
        .text()
        .unwrap();
    let [text, packed] = [&text[..], packed.as_bytes()]
        .map(|text| serde_json::from_slice::<serde_json::Value>(text).unwrap());
    assert_eq!(text, packed);
}
