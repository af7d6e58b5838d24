//! The files of package `gapi-discovery-docs`: an index, and one compressed frame for each API.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::index::sha256;
use crate::workspace::{Failure, documents, read, write};

/// Where the files are, below the package.
pub(super) const FOLDER: &str = "all";

/// The index and the frames.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Packed {
    pub(super) index: String,
    pub(super) frames: Vec<u8>,
    /// The number of documents.
    pub(super) count: usize,
}

/// A document without spaces between its tokens.
struct Small {
    version: String,
    revision: String,
    title: String,
    text: String,
}

/// The part of a document that the index repeats.
#[derive(Deserialize)]
struct PackedHead {
    name: String,
    version: String,
    #[serde(default)]
    revision: String,
    #[serde(default)]
    title: String,
}

impl Packed {
    /// Reads all documents of a folder. `source` is the first line of the index; `compress` returns the parts of each API's frame, one for
    /// each of its texts, without the frame's end.
    pub(super) fn of(
        folder: &Path,
        source: &str,
        compress: impl FnOnce(&[Vec<&str>]) -> Result<Vec<Vec<Vec<u8>>>, Failure>,
    ) -> Result<Self, Failure> {
        let apis = apis(folder)?;
        let versions = apis.values().map(|versions| versions.iter());
        let texts: Vec<Vec<&str>> = versions
            .map(|versions| versions.map(|small| &*small.text).collect())
            .collect();
        let mut packed = Self {
            index: format!("{source}\n"),
            frames: Vec::new(),
            count: 0,
        };
        for ((name, versions), parts) in apis.iter().zip(compress(&texts)?) {
            let (frame, mut start) = (packed.frames.len(), 0);
            for (small, part) in versions.iter().zip(parts) {
                packed.frames.extend(part);
                let Small {
                    version,
                    revision,
                    title,
                    text,
                } = small;
                let (sha256, length) = (sha256(text.as_bytes()), text.len());
                let compressed = packed.frames.len() - frame;
                packed.index.push_str(&format!(
                    "{name}\t{version}\t{revision}\t{title}\t{sha256}\t{frame}\t{compressed}\t{start}\t{length}\n"
                ));
                start += length;
                packed.count += 1;
            }
        }
        Ok(packed)
    }

    /// Returns what the package has.
    pub(super) fn read(package: &Path) -> Result<Self, Failure> {
        let folder = package.join(FOLDER);
        let index = String::from_utf8(read(&folder.join("index.tsv"))?)?;
        Ok(Self {
            count: index.lines().skip(1).count(),
            index,
            frames: read(&folder.join("documents.zst"))?,
        })
    }

    pub(super) fn write(&self, package: &Path) -> Result<(), Failure> {
        let folder = package.join(FOLDER);
        std::fs::create_dir_all(&folder)?;
        write(&folder.join("index.tsv"), &self.index)?;
        write(&folder.join("documents.zst"), &self.frames)
    }
}

/// Returns the documents of each API, the newest stable version first. Of two files with one document, the one with its name counts: some
/// are copies under older names.
fn apis(folder: &Path) -> Result<BTreeMap<String, Vec<Small>>, Failure> {
    let mut apis: BTreeMap<String, Vec<Small>> = BTreeMap::new();
    for path in documents(folder)? {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let text = String::from_utf8(read(&path)?).map_err(|error| format!("{file}: {error}"))?;
        let PackedHead {
            name,
            version,
            revision,
            title,
        } = serde_json::from_str(&text)
            .map_err(|error| format!("{file} is not a Discovery document: {error}"))?;
        let columns = [&name, &version, &revision, &title];
        if columns.iter().any(|text| text.contains(char::is_control)) {
            return Err(format!(
                "{file}: a name, version, revision or title has control characters"
            )
            .into());
        }
        let versions = apis.entry(name.clone()).or_default();
        if versions.iter().any(|other| other.version == version) {
            if file != format!("{name}.{version}.json") {
                continue;
            }
            versions.retain(|other| other.version != version);
        }
        let text = without_spaces(&text);
        versions.push(Small {
            version,
            revision,
            title,
            text,
        });
    }
    for versions in apis.values_mut() {
        versions.sort_by_cached_key(|small| Reverse(age(&small.version)));
    }
    Ok(apis)
}

/// Returns the order of a version: stable ones after the others, then by number. `v1.1` is stable, and `v2beta` and `alpha` are not.
fn age(version: &str) -> (bool, Vec<u64>, String) {
    let numbers = version.trim_start_matches('v');
    let end = numbers
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(numbers.len());
    let (numbers, rest) = numbers.split_at(end);
    let parts = numbers
        .split('.')
        .map(|digits| digits.parse().unwrap_or(0))
        .collect();
    (rest.is_empty(), parts, version.to_owned())
}

/// Returns a JSON text without the spaces between its tokens; all else stays as it is.
fn without_spaces(text: &str) -> String {
    let (mut within_string, mut escaped) = (false, false);
    let is_needed = |c: &char| {
        let needed = within_string || !matches!(c, ' ' | '\t' | '\n' | '\r');
        if *c == '"' && !escaped {
            within_string = !within_string;
        }
        escaped = *c == '\\' && !escaped;
        needed
    };
    text.chars().filter(is_needed).collect()
}
