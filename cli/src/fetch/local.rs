//! Documents in a folder or in a wheel, which is a zip archive.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use gapi_codegen::suggest::{did_you_mean, nearest};
use gapi_dynamic::fetch::{FetchError, Fetched, Spec};
use zip::ZipArchive;

use crate::diagnostic::{Failure, Outcome};
use crate::input;

/// The source that an index names for files that were there.
pub(crate) const PRESENT: &str = "files";
/// Where documents are inside google-api-python-client.
const IN_PACKAGE: &str = "googleapiclient/discovery_cache/documents";

/// A folder, a wheel or one document.
pub(super) struct Local {
    path: PathBuf,
    origin: Origin,
    /// The names of the documents' files, and where they are.
    files: BTreeMap<String, String>,
    /// The files by the document that they hold, once they were read.
    held: Option<BTreeMap<Spec, String>>,
}

enum Origin {
    Folder(PathBuf),
    Wheel(ZipArchive<Box<dyn ReadSeek>>),
    Document(Bytes),
}

/// A file, or bytes in memory.
trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

impl Local {
    pub(super) fn open(path: &Path) -> Outcome<Self> {
        if input::is_stdin(path) {
            let bytes = input::bytes(path)?;
            let path = Path::new(input::STDIN);
            // What no wheel begins with is read as a document.
            if bytes.starts_with(b"PK") {
                return Self::wheel(path, Box::new(Cursor::new(bytes)));
            }
            let origin = Origin::Document(bytes.into());
            return Self::of(path, origin, vec!["document.json".to_owned()]);
        }
        let (origin, names) = if path.is_dir() {
            let inside = path.join(IN_PACKAGE);
            let folder = if inside.is_dir() {
                inside
            } else {
                path.to_owned()
            };
            let entries =
                std::fs::read_dir(&folder).map_err(|error| Failure::io("read", &folder, &error))?;
            let names = entries
                .filter_map(Result::ok)
                .map(|entry| entry.file_name().to_string_lossy().into_owned())
                .collect();
            (Origin::Folder(folder), names)
        } else {
            let file = File::open(path).map_err(|error| Failure::io("read", path, &error))?;
            return Self::wheel(path, Box::new(file));
        };
        Self::of(path, origin, names)
    }

    fn wheel(path: &Path, file: Box<dyn ReadSeek>) -> Outcome<Self> {
        let archive = ZipArchive::new(file).map_err(|error| {
            let failure = Failure::new(format!("{} is no wheel: {error}", path.display()));
            failure.help(
                "--from takes a folder of documents, or the .whl file of google-api-python-client",
            )
        })?;
        let names = archive.file_names().map(str::to_owned).collect();
        Self::of(path, Origin::Wheel(archive), names)
    }

    fn of(path: &Path, origin: Origin, names: Vec<String>) -> Outcome<Self> {
        let is_document = |name: &str| {
            let file = name.rsplit('/').next().unwrap_or(name).to_owned();
            let listed =
                !matches!(&origin, Origin::Wheel(_)) || name == format!("{IN_PACKAGE}/{file}");
            (listed && file.ends_with(".json") && file != "index.json").then_some(file)
        };
        let files: BTreeMap<String, String> = names
            .into_iter()
            .filter_map(|name| Some((is_document(&name)?, name)))
            .collect();
        if files.is_empty() {
            let failure = Failure::new(format!("{} has no Discovery documents", path.display()));
            return Err(failure
                .help(format!(
                    "they are files such as drive.v3.json, in a wheel under {IN_PACKAGE}"
                ))
                .into());
        }
        Ok(Self {
            path: path.to_owned(),
            origin,
            files,
            held: None,
        })
    }

    /// Returns the documents, by their content; the names of files do not matter.
    pub(super) fn specs(&mut self) -> Outcome<Vec<Spec>> {
        let specs: Vec<Spec> = self.held().keys().cloned().collect();
        if specs.is_empty() {
            let message = format!("no file of {} is a Discovery document", self.path.display());
            let failure = Failure::new(message);
            return Err(failure.help("a document has a name and a version").into());
        }
        Ok(specs)
    }

    /// Returns the files by the document that they hold. Of two files with one document, the one with its name counts: some
    /// files of the package are copies under older names. For a file that cannot be read, the name counts.
    fn held(&mut self) -> &BTreeMap<Spec, String> {
        if self.held.is_none() {
            let files: Vec<String> = self.files.keys().cloned().collect();
            let mut held = BTreeMap::new();
            for file in files {
                let Some(spec) = self.head(&file).or_else(|| named(&file)) else {
                    continue;
                };
                if spec.is_plain() && (file == spec.file() || !held.contains_key(&spec)) {
                    held.insert(spec, file);
                }
            }
            self.held = Some(held);
        }
        self.held.get_or_insert_default()
    }

    /// Reads the name and version inside a document.
    fn head(&mut self, file: &str) -> Option<Spec> {
        #[derive(serde::Deserialize)]
        struct Head {
            name: String,
            version: String,
        }
        let bytes = self.bytes(file).ok()??;
        let Head { name, version } = serde_json::from_slice(&bytes).ok()?;
        Some(Spec::new(name, version))
    }

    /// Reads a document, if the file exists and is one.
    pub(super) fn read(&mut self, spec: &Spec) -> Outcome<Result<Fetched, FetchError>> {
        let mut file = spec.file();
        if !self.files.contains_key(&file)
            && let Some(other) = self.held().get(spec)
        {
            file = other.clone();
        }
        let Some(bytes) = self.bytes(&file)? else {
            let message = format!("{} has no document {}", self.path.display(), spec.file());
            let names: Vec<String> = self.held().keys().map(ToString::to_string).collect();
            let near = nearest(&spec.to_string(), names.iter().map(String::as_str));
            let help = did_you_mean(&near).unwrap_or_else(|| {
                format!(
                    "it has {} others; without --from, the network has more",
                    names.len()
                )
            });
            return Ok(Err(FetchError::new(message, help)));
        };
        let origin = format!("{}: {file}", self.path.display());
        Ok(Fetched::read(&origin, spec, bytes))
    }

    /// Returns the name and the bytes of the file with a document: the listed one, where it holds this document.
    pub(super) fn file_of(
        &mut self,
        spec: &Spec,
        listed: Option<&str>,
    ) -> Outcome<Option<(String, Bytes)>> {
        let held = self.held().get(spec).cloned();
        let listed = listed.filter(|file| self.head(file).as_ref() == Some(spec));
        let Some(file) = listed.map(str::to_owned).or(held) else {
            return Ok(None);
        };
        Ok(self.bytes(&file)?.map(|bytes| (file, bytes)))
    }

    fn bytes(&mut self, file: &str) -> Outcome<Option<Bytes>> {
        let Some(name) = self.files.get(file) else {
            return Ok(None);
        };
        let failed = |error: &std::io::Error| Failure::io("read", Path::new(file), error);
        let mut bytes = Vec::new();
        match &mut self.origin {
            Origin::Folder(folder) => {
                bytes = std::fs::read(folder.join(name)).map_err(|error| failed(&error))?;
            }
            Origin::Document(document) => return Ok(Some(document.clone())),
            Origin::Wheel(archive) => {
                let mut entry = archive
                    .by_name(name)
                    .map_err(|error| failed(&error.into()))?;
                entry
                    .read_to_end(&mut bytes)
                    .map_err(|error| failed(&error))?;
            }
        }
        Ok(Some(bytes.into()))
    }

    /// `google-api-python-client 2.202.0`, from the package's own metadata, or the name of the folder.
    pub(super) fn source(&mut self) -> String {
        let metadata = match &mut self.origin {
            Origin::Folder(_) => metadata_in(&self.path),
            Origin::Document(_) => None,
            Origin::Wheel(archive) => {
                let names: Vec<String> = archive.file_names().map(str::to_owned).collect();
                names
                    .into_iter()
                    .find(|name| name.ends_with(".dist-info/METADATA"))
                    .and_then(|name| {
                        let mut text = String::new();
                        archive
                            .by_name(&name)
                            .ok()?
                            .read_to_string(&mut text)
                            .ok()?;
                        Some(text)
                    })
            }
        };
        metadata
            .and_then(|text| package(&text))
            .unwrap_or_else(|| PRESENT.to_owned())
    }
}

/// Reads the name of a file: `drive.v3.json`.
fn named(file: &str) -> Option<Spec> {
    let (name, version) = file.strip_suffix(".json")?.split_once('.')?;
    Some(Spec::new(name, version))
}

fn metadata_in(folder: &Path) -> Option<String> {
    let mut entries = std::fs::read_dir(folder).ok()?.filter_map(Result::ok);
    let entry =
        entries.find(|entry| entry.file_name().to_string_lossy().ends_with(".dist-info"))?;
    std::fs::read_to_string(entry.path().join("METADATA")).ok()
}

/// The name and version of a package.
fn package(metadata: &str) -> Option<String> {
    let field = |name: &str| {
        let mut lines = metadata.lines().take_while(|line| !line.is_empty());
        lines
            .find_map(|line| line.strip_prefix(name))
            .map(str::trim)
    };
    Some(format!("{} {}", field("Name:")?, field("Version:")?))
}
