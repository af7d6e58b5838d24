//! Finds documents: by path, in the project's folder, in the user's cache, and at Google.

use std::path::PathBuf;

use gapi_codegen::index::{self, Index, IndexEntry};
use gapi_codegen::suggest::{did_you_mean, nearest};
use gapi_codegen::{Source, lookup};
use gapi_dynamic::fetch::{FetchError, Library, Listed, Spec};
use serde_json::Value;

use crate::diagnostic::{Exit, Failure, block_on};
use crate::doc_index::{self, DocIndex, here};
use crate::input;
use crate::print::note;
use crate::redact::without_secret;

/// A document that was found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) source: Source,
    /// The file and the revision, for people.
    pub(crate) origin: String,
}

/// Why none was found.
#[derive(Debug)]
pub(crate) struct NotFound {
    /// Whether the name is wrong, and not the document missing.
    pub(crate) is_usage: bool,
    pub(crate) failure: Failure,
}

impl NotFound {
    fn usage(failure: Failure) -> Self {
        Self {
            is_usage: true,
            failure: failure.exit(Exit::Usage),
        }
    }

    fn missing(failure: Failure) -> Self {
        Self {
            is_usage: false,
            failure: failure.exit(Exit::NoDocument),
        }
    }
}

impl From<Vec<Failure>> for NotFound {
    fn from(failures: Vec<Failure>) -> Self {
        let first = failures.into_iter().next();
        Self::missing(first.unwrap_or_else(|| Failure::new("there is no document")))
    }
}

/// Whether and when documents are fetched.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Policy {
    /// Nothing is fetched.
    pub(crate) offline: bool,
    /// A document is fetched even if a fresh one is there.
    pub(crate) refresh: bool,
    /// Nothing is reported but errors.
    pub(crate) quiet: bool,
}

impl Policy {
    /// Returns the policy of the options and the variable `GAPI_OFFLINE`.
    pub(crate) fn new(offline: bool, refresh: bool) -> Self {
        let variable = std::env::var_os("GAPI_OFFLINE");
        let is_offline = variable.is_some_and(|value| !value.is_empty() && value != "0");
        Self {
            offline: offline || is_offline,
            refresh,
            quiet: false,
        }
    }

    /// Sets whether nothing is reported but errors.
    pub(crate) fn quiet(mut self, quiet: bool) -> Self {
        self.quiet = quiet;
        self
    }

    /// Returns the policy without options.
    pub(crate) fn system() -> Self {
        Self::new(false, false)
    }
}

/// Whether a word is the id of a method: it has a dot, and is neither a path nor a name with a version.
pub(crate) fn is_id(word: &str) -> bool {
    word.contains('.') && !word.contains([':', '/', '\\']) && !word.ends_with(".json")
}

/// Whether a word is the path of a document. A URL is looked up as one, and explained.
pub(crate) fn is_path(word: &str) -> bool {
    let has_folder = word.contains(['/', '\\']) && !word.contains(':');
    word.ends_with(".json") || has_folder || word.contains("://")
}

/// Returns the document of a path, a name with a version, a name alone, or of the standard input stream for `-`.
pub(crate) fn named(api: &str, policy: Policy) -> Result<Found, NotFound> {
    if api == "-" {
        return Ok(Found {
            source: input::stdin()?,
            origin: input::STDIN.to_owned(),
        });
    }
    if is_path(api) {
        return in_project(api);
    }
    let spec = if api.contains(':') {
        api.parse().map_err(|why| {
            NotFound::usage(Failure::new(format!("{}: {why}", without_secret(api))))
        })?
    } else {
        version_of(api, policy)?
    };
    let index = project_index()?;
    let is_listed = index.is_some_and(|index| index.get(&spec.name, &spec.version).is_some());
    // A file that is there must not be passed over silently.
    if is_listed || doc_index::is_unlisted(&spec) {
        return in_project(&spec.to_string());
    }
    in_cache(&spec, policy)
}

/// Returns the document by path, or by the project's index.
fn in_project(spec: &str) -> Result<Found, NotFound> {
    let located =
        lookup::local(&here()?, spec).map_err(|error| NotFound::missing(Failure::from(error)))?;
    let origin = located.path.map(|path| path.display().to_string());
    Ok(Found {
        origin: origin.unwrap_or_else(|| located.source.name.clone()),
        source: located.source,
    })
}

/// Returns the index of the project, if there is one.
fn project_index() -> Result<Option<Index>, NotFound> {
    Ok(DocIndex::find()?.map(|found| found.index))
}

/// Returns the user's cache.
pub(crate) fn library(policy: Policy) -> Library {
    let library = Library::system()
        .offline(policy.offline)
        .refresh(policy.refresh);
    match std::env::var("GAPI_DISCOVERY_URL") {
        Ok(url) if !url.is_empty() => {
            let url = url.trim_end_matches('/');
            library.services(
                &format!("{url}/discovery/v1/apis"),
                &format!("{url}/{{api}}"),
            )
        }
        _ => library,
    }
}

fn in_cache(spec: &Spec, policy: Policy) -> Result<Found, NotFound> {
    let library = library(policy);
    let cached = block_on(library.document(spec))?.map_err(|missing| match library.path(spec) {
        Some(path) if policy.refresh && path.exists() => {
            let message = format!("{spec} cannot be fetched again: {}", missing.message);
            let failure = Failure::new(message);
            NotFound::missing(failure.help("without --refresh, the copy that is here is used"))
        }
        _ => missing_document(spec, &missing),
    })?;
    if let Some(news) = cached.news.as_ref().filter(|_| !policy.quiet) {
        note(&format!("{spec}: {news}"));
    }
    Ok(Found {
        origin: cached.path.display().to_string(),
        source: Source::new(spec.file(), cached.text),
    })
}

fn missing_document(spec: &Spec, missing: &FetchError) -> NotFound {
    let failure = Failure::new(format!(
        "there is no document of {spec}: {}",
        missing.message
    ));
    let fetch = format!("`gapi fetch {spec}` brings it into the project");
    let names: Vec<String> = known().iter().map(ToString::to_string).collect();
    let name = spec.to_string();
    let others = names
        .iter()
        .map(String::as_str)
        .filter(|other| *other != name);
    let question = did_you_mean(&nearest(&name, others)).map(|question| question + " Else, ");
    let help = match &missing.help {
        Some(help) => format!("{help}; {fetch}"),
        None => fetch,
    };
    NotFound::missing(failure.help(question.unwrap_or_default() + &help))
}

/// Returns the documents of the cache that `others` does not have, with their files.
pub(crate) fn cached(others: &[IndexEntry]) -> Vec<(Spec, PathBuf)> {
    let library = library(Policy::new(true, false));
    let specs = library.specs().into_iter();
    specs
        .filter(|spec| !others.iter().any(|entry| spec_of(entry) == *spec))
        .filter_map(|spec| Some((spec.clone(), library.path(&spec)?)))
        .collect()
}

/// Returns what Google lists, or what was listed before.
pub(crate) fn directory(policy: Policy) -> Result<Vec<Listed>, NotFound> {
    let library = library(policy);
    block_on(library.directory())?.map_err(|missing| NotFound::missing(Failure::from(missing)))
}

/// Decides the version of an API: the only one, or the only one that is neither alpha nor beta. The project's own documents come first.
fn version_of(name: &str, policy: Policy) -> Result<Spec, NotFound> {
    let entries = project_index()?
        .map(|index| index.documents)
        .unwrap_or_default();
    let mut specs: Vec<Spec> = entries.iter().map(spec_of).collect();
    if !specs.iter().any(|spec| spec.name == name) {
        specs.extend(library(policy).specs());
        match directory(policy) {
            Ok(listed) => specs.extend(listed.into_iter().map(|listed| listed.spec)),
            // What is in the cache may be enough.
            Err(error) if !specs.iter().any(|spec| spec.name == name) => return Err(error),
            Err(_) => {}
        }
    }
    specs.sort();
    specs.dedup();
    let of_name: Vec<&Spec> = specs.iter().filter(|spec| spec.name == name).collect();
    let stable: Vec<&&Spec> = of_name
        .iter()
        .filter(|spec| is_stable(&spec.version))
        .collect();
    match (of_name.as_slice(), stable.as_slice()) {
        ([], _) => Err(unknown_api(name, &specs)),
        ([only], _) => Ok((*only).clone()),
        (_, [only]) => {
            if !policy.quiet && std::io::IsTerminal::is_terminal(&std::io::stderr()) {
                note(&format!("{name} means {only} here"));
            }
            Ok((**only).clone())
        }
        (several, _) => {
            let lines: Vec<String> = several.iter().map(ToString::to_string).collect();
            let failure = Failure::new(format!("{name} has several versions; name one of them"));
            Err(NotFound::usage(failure.help(lines.join("\n"))))
        }
    }
}

fn spec_of(entry: &IndexEntry) -> Spec {
    Spec::new(&*entry.name, &*entry.version)
}

/// Whether a version is made of `v`, digits and dots.
fn is_stable(version: &str) -> bool {
    version.strip_prefix('v').is_some_and(|digits| {
        !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
    })
}

fn unknown_api(name: &str, specs: &[Spec]) -> NotFound {
    let name = without_secret(name);
    let failure = Failure::new(format!("there is no API `{name}`"));
    let mut names: Vec<&str> = specs.iter().map(|spec| spec.name.as_str()).collect();
    names.dedup();
    let help = did_you_mean(&nearest(name, names))
        .unwrap_or_else(|| format!("`gapi list --remote {name}` searches Google's list"));
    NotFound::usage(failure.help(help))
}

/// Returns the document that has a method with this id, of those that are here.
pub(crate) fn with_method(id: &str) -> Result<Found, NotFound> {
    let quoted = Value::from(id).to_string();
    let mut found: Vec<(Spec, Found)> = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    let mut search = |spec: Spec, document: Found| {
        // Most documents need no second look.
        let text = &document.source.text;
        if text.contains(&quoted) && ids_of(text).iter().any(|other| other == id) {
            found.push((spec, document));
        } else if id
            .split('.')
            .next()
            .is_some_and(|first| text.contains(&format!("\"{first}.")))
        {
            ids.extend(ids_of(text));
        }
    };
    let entries = project_index()?
        .map(|index| index.documents)
        .unwrap_or_default();
    for entry in &entries {
        // `gapi fetch` brings back a file that is gone.
        if let Ok(document) = in_project(&entry.spec()) {
            search(spec_of(entry), document);
        }
    }
    let cached = cached(&entries);
    let names = entries.iter().map(|entry| &entry.name);
    let names = names.chain(cached.iter().map(|(spec, _)| &spec.name));
    // Most ids begin with the name of their API, whose document may be a part of this program.
    let api = id.split('.').next().unwrap_or_default();
    let policy = Policy::new(true, false).quiet(true);
    if !names.into_iter().any(|name| name == api)
        && let Ok(spec) = version_of(api, policy)
        && let Ok(document) = in_cache(&spec, policy)
    {
        search(spec, document);
    }
    for (spec, path) in cached {
        if let Ok(text) = std::fs::read_to_string(&path) {
            let origin = path.display().to_string();
            let source = Source::new(spec.file(), text);
            search(spec, Found { source, origin });
        }
    }
    match found.len() {
        1 => Ok(found.remove(0).1),
        0 => {
            let failure = Failure::new(format!(
                "no available document has a method with the id `{id}`"
            ));
            let question = did_you_mean(&nearest(id, ids.iter().map(String::as_str)));
            let help = "name the API too: `sqladmin:v1 instances.list`; `gapi list` lists the available documents";
            Err(NotFound::usage(
                failure.help(question.unwrap_or_else(|| help.to_owned())),
            ))
        }
        _ => {
            let specs: Vec<String> = found.iter().map(|(spec, _)| spec.to_string()).collect();
            let failure = Failure::new(format!("{id} is a method of {}", specs.join(" and of ")));
            let lines: Vec<String> = specs.iter().map(|spec| format!("{spec} {id}")).collect();
            Err(NotFound::usage(
                failure.help(format!("name one of them:\n{}", lines.join("\n"))),
            ))
        }
    }
}

/// Returns the ids of the methods of a document.
fn ids_of(text: &str) -> Vec<String> {
    #[derive(Default, serde::Deserialize)]
    #[serde(default)]
    struct Tree {
        methods: std::collections::BTreeMap<String, Id>,
        resources: std::collections::BTreeMap<String, Tree>,
    }
    #[derive(serde::Deserialize)]
    struct Id {
        #[serde(default)]
        id: String,
    }
    fn collect(tree: Tree, ids: &mut Vec<String>) {
        ids.extend(tree.methods.into_values().map(|method| method.id));
        for child in tree.resources.into_values() {
            collect(child, ids);
        }
    }
    let mut ids = Vec::new();
    if let Ok(tree) = serde_json::from_str(text) {
        collect(tree, &mut ids);
    }
    ids
}

/// Returns the names of all documents that are known here. Nothing is fetched.
pub(crate) fn known() -> Vec<Spec> {
    let policy = Policy::new(true, false);
    let entries = project_index().ok().flatten().map(|index| index.documents);
    let mut specs: Vec<Spec> = entries.unwrap_or_default().iter().map(spec_of).collect();
    specs.extend(library(policy).specs());
    let listed = directory(policy).unwrap_or_default();
    specs.extend(listed.into_iter().map(|listed| listed.spec));
    specs
}

/// Returns the file of a document, which need not exist.
pub(crate) fn path_of(api: &str) -> Option<PathBuf> {
    let here = here().ok()?;
    if is_path(api) {
        return Some(here.join(api));
    }
    let (spec, policy) = named_spec(api)?;
    let index = project_index().ok()?;
    let entry = index.and_then(|index| index.get(&spec.name, &spec.version).cloned());
    match (entry, index::find(&here)) {
        (Some(entry), Some((_, index))) => Some(index.with_file_name(entry.file)),
        _ => library(policy).path(&spec),
    }
}

/// Stores a document of the package in the cache, unless there is one.
pub(crate) fn unpack(api: &str) -> Option<()> {
    let (spec, policy) = named_spec(api).filter(|_| !is_path(api))?;
    block_on(library(policy).document(&spec)).ok()?.ok()?;
    Some(())
}

fn named_spec(api: &str) -> Option<(Spec, Policy)> {
    let policy = Policy::new(true, false);
    let spec = match api.contains(':') {
        true => api.parse().ok()?,
        false => version_of(api, policy).ok()?,
    };
    Some((spec, policy))
}

/// Returns the file of the document with a method of this id.
pub(crate) fn path_of_id(id: &str) -> Option<PathBuf> {
    let found = with_method(id).ok()?;
    Some(PathBuf::from(found.origin))
}
