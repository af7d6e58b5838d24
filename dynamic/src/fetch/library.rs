//! The user's cache of documents: filled on demand, refreshed after a week, and usable without a network.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use gapi::auth::Environment;
use serde::{Deserialize, Serialize};

use super::file::{self, touch};
use super::packed::{self, Packed};
use super::{Discovery, FetchError, Fetched, Listed, Spec};

/// A copy that is older is refreshed, if the network allows.
const FRESH: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// How long a refresh may take while there is a copy to use instead.
const REFRESH: Duration = Duration::from_secs(3);
/// How long a document may take that is not here.
const FIRST: Duration = Duration::from_secs(60);

/// The user's cache of documents, and what fills it.
#[derive(Clone, Debug)]
#[must_use = "nothing is read until a document is asked for"]
pub struct Library {
    folder: Option<PathBuf>,
    v1: String,
    v2: String,
    offline: bool,
    refresh: bool,
}

/// A document of the cache.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Cached {
    /// The document.
    pub text: String,
    /// Its file.
    pub path: PathBuf,
    /// What happened to the copy, in one line, if anything did: that it was fetched, or why an old one is used.
    pub news: Option<String>,
}

/// Google's list of APIs, as the cache has it.
#[derive(Serialize, Deserialize)]
struct Directory {
    listed: Vec<Listed>,
}

/// The part of a document that decides about its age.
#[derive(Deserialize)]
struct Head {
    #[serde(default)]
    revision: String,
}

impl Library {
    /// Returns the cache in `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: Some(folder.into()),
            ..Self::without_folder()
        }
    }

    /// Returns the user's cache: the folder that the variable `GAPI_CACHE` names, else `gapi` in the user's folder for caches
    /// (`XDG_CACHE_HOME`, `~/.cache`). Without any, documents are fetched and not stored.
    pub fn system() -> Self {
        Self::of(&Environment::system())
    }

    /// Returns the cache of another environment.
    pub fn of(environment: &Environment) -> Self {
        let folder = environment
            .get_os("GAPI_CACHE")
            .map(PathBuf::from)
            .or_else(|| {
                use gapi::auth::OperatingSystem::{MacOs, Windows};
                let variable = |name| environment.get_os(name).map(PathBuf::from);
                let caches = match environment.operating_system() {
                    Windows => variable("LOCALAPPDATA"),
                    MacOs => environment.home().map(|home| home.join("Library/Caches")),
                    _ => variable("XDG_CACHE_HOME")
                        .filter(|folder| folder.is_absolute())
                        .or_else(|| environment.home().map(|home| home.join(".cache"))),
                };
                caches.map(|caches| caches.join("gapi"))
            });
        Self {
            folder,
            ..Self::without_folder()
        }
    }

    fn without_folder() -> Self {
        Self {
            folder: None,
            v1: Discovery::V1.to_owned(),
            v2: Discovery::V2.to_owned(),
            offline: false,
            refresh: false,
        }
    }

    /// Sets the discovery services: the base of the first one, and the root of the second one, in which `{api}` is the API's name.
    pub fn services(mut self, v1: &str, v2: &str) -> Self {
        v1.clone_into(&mut self.v1);
        v2.clone_into(&mut self.v2);
        self
    }

    /// Sets whether nothing is fetched.
    pub fn offline(mut self, offline: bool) -> Self {
        self.offline = offline;
        self
    }

    /// Sets whether a document is fetched although there is a fresh copy. With [`offline`](Self::offline) it has no effect.
    pub fn refresh(mut self, refresh: bool) -> Self {
        self.refresh = refresh;
        self
    }

    /// Returns the folder of the cache.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// Returns the file of a document.
    #[must_use]
    pub fn path(&self, spec: &Spec) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join("discovery").join(spec.file()))
    }

    /// Returns the names of the documents that are here, sorted.
    #[must_use]
    pub fn specs(&self) -> Vec<Spec> {
        let folder = self.folder.as_ref().map(|folder| folder.join("discovery"));
        let files = folder.and_then(|folder| folder.read_dir().ok());
        let names = files.into_iter().flatten().filter_map(|file| {
            let name = file.ok()?.file_name().into_string().ok()?;
            let (name, version) = name.strip_suffix(".json")?.split_once('.')?;
            Some(Spec::new(name, version)).filter(Spec::is_plain)
        });
        let mut specs: Vec<Spec> = names.collect();
        specs.sort();
        specs
    }

    /// Returns a document: a fresh copy, else the document that Google has, else an old copy. With the feature `documents`, the document of
    /// package `gapi-discovery-docs` is an old copy.
    ///
    /// # Errors
    /// Returns why there is none.
    pub async fn document(&self, spec: &Spec) -> Result<Cached, FetchError> {
        let path = self.path(spec);
        let copy = path.as_deref().and_then(|path| Copied::read(path, spec));
        let copy = Copied::newest(copy, path.as_deref(), spec);
        let file = path.clone().unwrap_or_else(|| PathBuf::from(spec.file()));
        if let Some(copy) = &copy
            && (self.offline || copy.is_fresh && !self.refresh)
        {
            return Ok(copy.cached(&file, None));
        }
        if self.offline {
            return Err(FetchError::new(
                "there is no copy, and nothing is fetched",
                "fetch it without --offline and GAPI_OFFLINE",
            ));
        }
        let limit = if copy.is_some() && !self.refresh {
            REFRESH
        } else {
            FIRST
        };
        let fetched = self
            .fetch(spec, limit, copy.is_none() || self.refresh)
            .await;
        match (fetched, copy, path) {
            (Ok(fetched), copy, path) => store(spec, &fetched, copy, path),
            (Err(missing), Some(copy), _) if !self.refresh => {
                let news = format!("an old copy is used: {}", missing.message);
                // Until tomorrow, the same attempt is not worth its time.
                touch(
                    &file,
                    SystemTime::now() - FRESH + Duration::from_secs(24 * 60 * 60),
                );
                Ok(copy.cached(&file, Some(news)))
            }
            (Err(missing), ..) => Err(missing),
        }
    }

    async fn fetch(
        &self,
        spec: &Spec,
        limit: Duration,
        retried: bool,
    ) -> Result<Fetched, FetchError> {
        let discovery = Discovery::new(&self.v1, &self.v2, limit)?;
        let document = discovery.document(spec, None);
        if retried {
            document.await
        } else {
            within(limit, document).await
        }
    }

    /// Returns the APIs that Google lists: the fresh list, else an old one. With the feature `documents`, those of package
    /// `gapi-discovery-docs` are an old list.
    ///
    /// # Errors
    /// Returns why there is none.
    pub async fn directory(&self) -> Result<Vec<Listed>, FetchError> {
        let path = self
            .folder
            .as_ref()
            .map(|folder| folder.join("directory.json"));
        let old = path.as_deref().and_then(|path| {
            let directory: Directory = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
            Some((directory.listed, is_fresh(path)))
        });
        match old {
            Some((listed, is_fresh)) if self.offline || is_fresh && !self.refresh => Ok(listed),
            None if self.offline => packed_list(FetchError::new(
                "there is no copy, and nothing is fetched",
                "fetch it without --offline and GAPI_OFFLINE",
            )),
            old => {
                let limit = if old.is_some() { REFRESH } else { FIRST };
                let discovery = Discovery::new(&self.v1, &self.v2, limit)?;
                let fetched = within(limit, discovery.directory()).await;
                match (fetched, old) {
                    (Ok(listed), _) => {
                        let directory = Directory { listed };
                        // The cache is a help: without it the list is fetched again.
                        if let (Some(path), Ok(text)) = (path, serde_json::to_vec(&directory)) {
                            let _ = replace(&path, &text);
                        }
                        Ok(directory.listed)
                    }
                    (Err(_), Some((listed, _))) => Ok(listed),
                    (Err(missing), None) => packed_list(missing),
                }
            }
        }
    }
}

/// Returns the APIs of package `gapi-discovery-docs`; without the feature, why Google's list is missing.
fn packed_list(missing: FetchError) -> Result<Vec<Listed>, FetchError> {
    let listed = packed::list();
    if listed.is_empty() {
        Err(missing)
    } else {
        Ok(listed)
    }
}

/// A copy of a document that can be read.
struct Copied {
    text: String,
    revision: String,
    is_fresh: bool,
}

impl Copied {
    /// Reads a copy; `None` if there is none, or if it is cut or not of this API.
    fn read(path: &Path, spec: &Spec) -> Option<Self> {
        let text = fs::read_to_string(path).ok()?;
        let bytes = text.clone().into();
        let fetched = Fetched::read(&path.display().to_string(), spec, bytes).ok()?;
        Some(Self {
            text,
            revision: fetched.document.revision.unwrap_or_default(),
            is_fresh: is_fresh(path),
        })
    }

    /// Returns a copy, or the document of package `gapi-discovery-docs` where it is newer, which is stored as a copy to refresh.
    fn newest(copy: Option<Self>, path: Option<&Path>, spec: &Spec) -> Option<Self> {
        let packed = Packed::find(spec).filter(|packed| {
            copy.as_ref()
                .is_none_or(|copy| *copy.revision < *packed.revision)
        });
        let Some((revision, text)) =
            packed.and_then(|packed| Some((packed.revision, packed.text().ok()?)))
        else {
            return copy;
        };
        if let Some(path) = path
            && replace(path, text.as_bytes()).is_ok()
        {
            touch(path, SystemTime::now() - 2 * FRESH);
        }
        Some(Self {
            text,
            revision: revision.to_owned(),
            is_fresh: false,
        })
    }

    fn cached(&self, path: &Path, news: Option<String>) -> Cached {
        Cached {
            text: self.text.clone(),
            path: path.to_owned(),
            news,
        }
    }
}

/// Stores what was fetched, unless the copy is newer.
fn store(
    spec: &Spec,
    fetched: &Fetched,
    copy: Option<Copied>,
    path: Option<PathBuf>,
) -> Result<Cached, FetchError> {
    let text = String::from_utf8_lossy(&fetched.bytes).into_owned();
    let head: Head = serde_json::from_str(&text).map_err(|error| {
        FetchError::new(
            format!("not a Discovery document: {error}"),
            "try again later",
        )
    })?;
    let Some(path) = path else {
        return Ok(Cached {
            text,
            path: PathBuf::from(spec.file()),
            news: Some(format!(
                "fetched revision {}; there is no folder to store it in",
                head.revision
            )),
        });
    };
    if let Some(copy) =
        copy.filter(|copy| !copy.revision.is_empty() && copy.revision >= head.revision)
    {
        touch(&path, SystemTime::now());
        return Ok(copy.cached(&path, None));
    }
    let news = match replace(&path, text.as_bytes()) {
        Ok(()) => format!("fetched revision {}", head.revision),
        Err(error) => format!(
            "fetched revision {}; it cannot be stored: {error}",
            head.revision
        ),
    };
    Ok(Cached {
        text,
        path,
        news: Some(news),
    })
}

fn is_fresh(path: &Path) -> bool {
    let age = path
        .metadata()
        .and_then(|about| about.modified())
        .map(|modified| modified.elapsed().unwrap_or_default());
    age.is_ok_and(|age| age < FRESH)
}

/// Writes a file of the cache.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
    file::replace(path, bytes)
}

/// Limits the time of all attempts together.
async fn within<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, FetchError>>,
) -> Result<T, FetchError> {
    match tokio::time::timeout(limit, work).await {
        Ok(result) => result,
        Err(_) => Err(FetchError::new(
            format!("no response within {} s", limit.as_secs()),
            "try again later",
        )),
    }
}
