//! A document by its name, with or without its version: in the nearest index, else in the package of all documents.

use std::path::{Path, PathBuf};

use super::{Located, embedded, reason};
use crate::index::{self, Index, IndexEntry, PATH as INDEX};
use crate::{Error, Source, suggest};

/// `sqladmin:v1` or `sqladmin`.
pub(super) struct Name<'a> {
    spec: &'a str,
    api: &'a str,
    version: Option<&'a str>,
}

/// The nearest index.
struct Local {
    path: PathBuf,
    /// Its path relative to the manifest's directory, so that errors are the same on every machine.
    name: String,
    entries: Vec<IndexEntry>,
}

impl<'a> Name<'a> {
    /// Reads `sqladmin:v1` and `sqladmin`, but neither `C:\docs\x.json` nor `docs/x.json`.
    pub(super) fn of(spec: &'a str) -> Option<Self> {
        let is_word = |word: &str| !word.is_empty() && !word.contains(['/', '\\', ':']);
        let is_json = Path::new(spec).extension().is_some_and(|end| end == "json");
        let (api, version) = match spec.split_once(':') {
            Some((api, version)) => (api, Some(version)),
            None => (spec, None),
        };
        // A word of one letter is a drive of Windows.
        let is_name = api.len() > 1 && is_word(api) && version.is_none_or(is_word) && !is_json;
        is_name.then_some(Self { spec, api, version })
    }

    /// Whether this may be the name of a file as well.
    pub(super) fn is_ambiguous(&self) -> bool {
        self.version.is_none()
    }

    /// Finds the document in the nearest index.
    pub(super) fn local(&self, manifest_dir: &Path) -> Result<Located, Error> {
        let local = Local::nearest(manifest_dir)?;
        match self.indexed(local.as_ref())? {
            Some(located) => Ok(located),
            None => Err(self.unknown(manifest_dir, local.as_ref(), false)),
        }
    }

    /// Finds the document in the nearest index, else in the package of all documents.
    pub(super) fn anywhere(&self, manifest_dir: &Path) -> Result<Located, Error> {
        let local = Local::nearest(manifest_dir)?;
        if let Some(located) = self.indexed(local.as_ref())? {
            return Ok(located);
        }
        // A file that is there must not be passed over silently.
        let is_packed = self.unlisted(manifest_dir, local.as_ref()).is_none();
        if let Some(package) = embedded::PACKAGE.filter(|_| is_packed)
            && let Some(version) = self.only_version(embedded::specs())?
        {
            let text = embedded::text(self.api, version)
                .map_err(|error| Error::new(self.spec, format!("{package} is damaged: {error}")))?;
            if let Some(text) = text {
                let manifests = manifest_dir.ancestors().map(|dir| dir.join("Cargo.toml"));
                let files = manifests.filter(|manifest| manifest.is_file());
                return Ok(Located {
                    path: None,
                    files: local
                        .map(|local| local.path)
                        .into_iter()
                        .chain(files)
                        .collect(),
                    source: Source::new(format!("{} of {package}", file(self.api, version)), text),
                });
            }
        }
        Err(self.unknown(manifest_dir, local.as_ref(), true))
    }

    /// Reads the document that an index names.
    fn indexed(&self, local: Option<&Local>) -> Result<Option<Located>, Error> {
        let Some(local) = local else { return Ok(None) };
        let Some(version) = self.only_version(local.specs())? else {
            return Ok(None);
        };
        let is_it = |entry: &&IndexEntry| entry.name == self.api && entry.version == version;
        let Some(entry) = local.entries.iter().find(is_it) else {
            return Ok(None);
        };
        let path = local.path.with_file_name(&entry.file);
        let text = std::fs::read_to_string(&path).map_err(|error| {
            let (file, index, reason) = (&entry.file, &local.name, reason(&error));
            Error::new(
                self.spec,
                format!("cannot read {file}, which {index} names: {reason}"),
            )
            .help(format!("`gapi fetch {}` brings it back", entry.spec()))
        })?;
        Ok(Some(Located {
            files: vec![path.clone(), local.path.clone()],
            path: Some(path),
            source: Source::new(&*entry.file, text),
        }))
    }

    /// Returns the version that is named, else the only one.
    fn only_version<'b>(
        &self,
        specs: impl Iterator<Item = (&'b str, &'b str)>,
    ) -> Result<Option<&'b str>, Error>
    where
        'a: 'b,
    {
        if self.version.is_some() {
            return Ok(self.version);
        }
        let versions: Vec<&str> = self.versions(specs).collect();
        match versions[..] {
            [] => Ok(None),
            [version] => Ok(Some(version)),
            _ => {
                let error = Error::new(self.spec, "it has several versions");
                Err(error.help(format!("name one of them: {}", self.list(&versions))))
            }
        }
    }

    fn versions<'b>(
        &self,
        specs: impl Iterator<Item = (&'b str, &'b str)>,
    ) -> impl Iterator<Item = &'b str> {
        specs.filter_map(|(name, version)| (name == self.api).then_some(version))
    }

    /// `` `drive:v3`, `drive:v2` ``
    fn list(&self, versions: &[&str]) -> String {
        let specs: Vec<String> = versions
            .iter()
            .map(|version| format!("`{}:{version}`", self.api))
            .collect();
        specs.join(", ")
    }

    /// Returns the file of the document that is in the folder of documents and not in its index.
    fn unlisted(&self, manifest_dir: &Path, local: Option<&Local>) -> Option<String> {
        let file = file(self.api, self.version?);
        let folder = match local {
            Some(local) => local.path.parent()?.to_owned(),
            None => manifest_dir
                .ancestors()
                .map(|dir| dir.join(INDEX))
                .find_map(|index| {
                    let folder = index.parent()?;
                    folder.is_dir().then(|| folder.to_owned())
                })?,
        };
        folder.join(&file).is_file().then_some(file)
    }

    /// Explains that there is no such document, and what to do.
    fn unknown(&self, manifest_dir: &Path, local: Option<&Local>, with_package: bool) -> Error {
        if let Some(file) = self.unlisted(manifest_dir, local) {
            let error = Error::new(
                self.spec,
                format!("{file} is there, and no {INDEX} names it"),
            );
            return error.help("`gapi index` lists the files that are there");
        }
        let package = embedded::PACKAGE.filter(|_| with_package);
        let message = match (local, package) {
            (Some(Local { name, .. }), Some(package)) => {
                format!("neither {name} nor {package} has such a document")
            }
            (Some(Local { name, .. }), None) => format!("{name} has no such document"),
            (None, Some(package)) => format!("{package} has no such document"),
            (None, None) => format!(
                "there is no {INDEX} in {} or above it",
                manifest_dir.display()
            ),
        };
        let listed = local.map(Local::specs).into_iter().flatten();
        let mut specs: Vec<(&str, &str)> = listed
            .chain(embedded::specs().filter(|_| package.is_some()))
            .collect();
        specs.sort_unstable();
        specs.dedup();
        let versions: Vec<&str> = self.versions(specs.iter().copied()).collect();
        let fetch = match (self.version, package) {
            (Some(_), Some(_)) => format!("`gapi fetch {}` asks Google for it", self.spec),
            (Some(_), None) => format!("`gapi fetch {}` brings it, and {ALL}", self.spec),
            (None, Some(_)) => "`gapi list --remote` lists all".to_owned(),
            (None, None) => format!("`gapi fetch {}:VERSION` brings it, and {ALL}", self.api),
        };
        let error = Error::new(self.spec, message);
        if !versions.is_empty() {
            return error.help(format!("there is {}; {fetch}", self.list(&versions)));
        }
        let names: Vec<String> = match self.version {
            Some(_) => specs
                .iter()
                .map(|(name, version)| format!("{name}:{version}"))
                .collect(),
            None => specs.iter().map(|(name, _)| (*name).to_owned()).collect(),
        };
        let nearest = suggest::nearest(self.spec, names.iter().map(String::as_str));
        error.help(suggest::did_you_mean(&nearest).unwrap_or(fetch))
    }
}

/// What has all documents.
const ALL: &str =
    "`cargo add gapi --features documents` has all (for a build script, `gapi-codegen`)";

fn file(name: &str, version: &str) -> String {
    format!("{name}.{version}.json")
}

impl Local {
    /// Reads the nearest index, if there is one.
    fn nearest(manifest_dir: &Path) -> Result<Option<Self>, Error> {
        let Some((levels, path)) = index::find(manifest_dir) else {
            return Ok(None);
        };
        let name = "../".repeat(levels) + INDEX;
        let text = std::fs::read_to_string(&path).map_err(|error| {
            Error::new(&*name, format!("cannot read the index: {}", reason(&error)))
        })?;
        let entries = Index::parse(&name, &text)?.documents;
        Ok(Some(Self {
            path,
            name,
            entries,
        }))
    }

    fn specs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries
            .iter()
            .map(|entry| (&*entry.name, &*entry.version))
    }
}
