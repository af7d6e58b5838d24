//! `cargo xtask vendor`: refresh the vendored documents.

use std::path::{Path, PathBuf};

use crate::index::{Entry, Index};
use crate::workspace::{Failure, read, write};

/// Where the documents are inside google-api-python-client's wheel.
const IN_WHEEL: &str = "googleapiclient/discovery_cache/documents";

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// An unpacked wheel of google-api-python-client, or a folder that holds the documents themselves.
    source: PathBuf,
    /// Vendor one more document, such as `drive:v3`.
    #[arg(long, value_name = "NAME:VERSION")]
    add: Vec<String>,
}

/// Copies the newest bytes of every listed document, and prints which revisions changed.
pub(crate) fn run(arguments: &Arguments, folder: &Path) -> Result<bool, Failure> {
    for line in refresh(arguments, folder)? {
        println!("{line}");
    }
    Ok(true)
}

/// All documents are read before the first is written, so that a failure changes nothing.
fn refresh(arguments: &Arguments, folder: &Path) -> Result<Vec<String>, Failure> {
    let in_wheel = arguments.source.join(IN_WHEEL);
    let documents = if in_wheel.is_dir() {
        in_wheel
    } else {
        arguments.source.clone()
    };
    let mut index = Index::read(folder)?;
    let mut files: Vec<String> = index
        .documents
        .iter()
        .map(|entry| entry.file.clone())
        .collect();
    for name in &arguments.add {
        let (name, version) = name
            .split_once(':')
            .ok_or_else(|| format!("{name:?} is not of the form NAME:VERSION, such as drive:v3"))?;
        files.push(format!("{name}.{version}.json"));
    }
    files.sort();
    files.dedup();

    let mut fresh = Vec::new();
    for file in files {
        let bytes = read(&documents.join(&file))?;
        fresh.push((Entry::of(&file, &bytes)?, bytes));
    }

    let mut report = Vec::new();
    for (entry, bytes) in &fresh {
        let id = format!("{}:{}", entry.name, entry.version);
        match index.documents.iter().find(|old| old.file == entry.file) {
            None => report.push(format!("{id}: new, revision {}", entry.revision)),
            Some(old) if old.sha256 == entry.sha256 => continue,
            Some(old) if old.revision == entry.revision => {
                report.push(format!("{id}: changed within revision {}", entry.revision));
            }
            Some(old) => report.push(format!(
                "{id}: revision {} -> {}",
                old.revision, entry.revision
            )),
        }
        write(&folder.join(&entry.file), bytes)?;
    }
    if let Some(source) = package(&arguments.source) {
        index.source = source;
    }
    index.documents = fresh.into_iter().map(|(entry, _)| entry).collect();
    index.write(folder)?;
    // A file that is not listed would be left over unnoticed.
    report.extend(index.differences(folder)?);
    report.push(format!(
        "{} documents of {}",
        index.documents.len(),
        index.source
    ));
    Ok(report)
}

/// `google-api-python-client 2.202.0`, from the wheel's own metadata.
fn package(wheel: &Path) -> Option<String> {
    let metadata = std::fs::read_dir(wheel)
        .ok()?
        .filter_map(Result::ok)
        .find_map(|entry| {
            let is_metadata = entry.file_name().to_string_lossy().ends_with(".dist-info");
            is_metadata
                .then(|| std::fs::read_to_string(entry.path().join("METADATA")).ok())
                .flatten()
        })?;
    let field = |name: &str| {
        let line = metadata
            .lines()
            .take_while(|line| !line.is_empty())
            .find_map(|line| line.strip_prefix(name));
        line.map(str::trim)
    };
    Some(format!("{} {}", field("Name:")?, field("Version:")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(name: &str, revision: &str) -> String {
        format!(r#"{{"name": "{name}", "version": "v1", "revision": "{revision}"}}"#)
    }

    /// A wheel with one newer document of the index and one that is not listed, and a vendored folder.
    fn folders() -> (tempfile::TempDir, tempfile::TempDir) {
        let (wheel, vendored) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let documents = wheel.path().join(IN_WHEEL);
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
        let arguments = Arguments {
            source: wheel.path().to_owned(),
            add: Vec::new(),
        };

        let report = refresh(&arguments, vendored.path()).unwrap();

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
        assert_eq!(refresh(&arguments, vendored.path()).unwrap(), [total]);
    }

    #[test]
    fn documents_can_be_added() {
        let (wheel, vendored) = folders();
        let arguments = Arguments {
            source: wheel.path().to_owned(),
            add: vec!["drive:v1".to_owned()],
        };

        let report = refresh(&arguments, vendored.path()).unwrap();

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
        let arguments = Arguments {
            source: wheel.path().to_owned(),
            add: vec!["sheets:v4".to_owned()],
        };

        let error = refresh(&arguments, vendored.path()).unwrap_err();

        assert!(error.to_string().contains("sheets.v4.json"), "{error}");
        assert_eq!(
            std::fs::read(vendored.path().join("tasks.v1.json")).unwrap(),
            before
        );
    }
}
