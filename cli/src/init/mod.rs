//! `gapi init`: dependencies, a document and a first program for a package.

mod manifest;
mod source;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use console::Term;
use gapi_codegen::describe::{self, Identity, Program};
use gapi_codegen::model::{self, Api, Method};
use gapi_codegen::{Selection, index, select};
use gapi_dynamic::fetch::{Fetched, SOURCE, Spec, Store};
use serde_json::json;

use crate::diagnostic::{Failure, Outcome, all};
use crate::doc_index::{self, here};
use crate::documents::{self, Found, Policy};
use crate::fetch::PRESENT;
use crate::page::Page;
use crate::print::{self, is_json};
use crate::{file, input};
use manifest::{Dependency, Manifest};
use source::{State, Target};

/// The scope that `gapi auth login` requests by default.
const CLOUD_PLATFORM: &str = "https://www.googleapis.com/auth/cloud-platform";

/// Set up a package: dependencies, a document, and a first program that lists something
///
/// The program is src/main.rs where that is the one of `cargo new`, else an example. No other file is replaced, and what is there already stays as it is.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples: gapi init drive:v3\n          gapi init tasks tasks.list --blocking\n          \
                        gapi init sqladmin:v1 'instances.*' --service-account key.json"
)]
pub(crate) struct Arguments {
    /// The API, such as `drive:v3`, or the path of a document; on a terminal, it is asked for
    #[arg(index = 1)]
    api: Option<String>,
    /// The methods of the module: `files.list`, `files.*`; unless given, the list with the fewest arguments
    #[arg(index = 2, num_args = 0..)]
    methods: Vec<String>,
    /// A program without async, and so without tokio
    #[arg(long)]
    blocking: bool,
    /// Act as the user who signed in with `gapi auth login`, and as no one else
    #[arg(long, conflicts_with = "service_account")]
    user: bool,
    /// Act as the service account of this key file
    #[arg(long, value_name = "FILE")]
    service_account: Option<PathBuf>,
    /// Turn on gapi's feature `documents`, which has all documents, instead of bringing this one
    #[arg(long)]
    documents: bool,
    /// Depend on gapi in this checkout
    #[arg(long, value_name = "DIR")]
    path: Option<PathBuf>,
    /// Write nothing, and print what would be written
    #[arg(long)]
    dry_run: bool,
}

impl Arguments {
    /// Returns the features of gapi that the program needs beside the default ones.
    fn features(&self) -> Vec<&'static str> {
        let features = [("blocking", self.blocking), ("documents", self.documents)];
        let features = features.into_iter().filter(|(_, is_on)| *is_on);
        features.map(|(name, _)| name).collect()
    }
}

/// What is written, all of it decided before the first file.
struct Plan {
    manifest: Manifest,
    target: Target,
    program: String,
    /// The document that the package has not yet.
    document: Option<Fetched>,
    /// Where it comes from.
    origin: &'static str,
    /// The folder of the documents.
    folder: PathBuf,
    spec: Spec,
    next: [String; 2],
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let api = match &arguments.api {
        Some(api) => api.clone(),
        None => asked()?,
    };
    let plan = plan(arguments, &api)?;
    if !arguments.dry_run {
        plan.write()?;
    }
    plan.report(arguments.dry_run)
}

/// Asks for the API. Without a terminal, it has to be an argument.
fn asked() -> Outcome<String> {
    let terminal = Term::stderr();
    let mut name = String::new();
    if terminal.is_term() && std::io::stdin().is_terminal() {
        let failed = |error| Failure::io("read", Path::new(input::STDIN), &error);
        terminal
            .write_str("Which API, such as drive:v3? ")
            .map_err(failed)?;
        name = terminal.read_line().map_err(failed)?;
    }
    match name.trim() {
        "" => Err(Failure::usage("name an API")
            .help("`gapi init drive:v3`; `gapi list --remote` lists what Google offers")
            .into()),
        name => Ok(name.to_owned()),
    }
}

fn plan(arguments: &Arguments, name: &str) -> Outcome<Plan> {
    let here = here()?;
    let mut manifest = Manifest::find(&here)?;
    let runtime = manifest.add(&Dependency {
        name: "gapi",
        version: concat!(
            env!("CARGO_PKG_VERSION_MAJOR"),
            ".",
            env!("CARGO_PKG_VERSION_MINOR")
        ),
        path: checkout(arguments, &here, &manifest.folder)?,
        features: arguments.features(),
        // A crypto provider is the package's own choice.
        without_defaults: &["macros", "auth", "rustls"],
    })?;
    if !arguments.blocking {
        manifest.add(&Dependency {
            name: "tokio",
            version: "1",
            path: None,
            features: vec!["macros", "rt-multi-thread"],
            without_defaults: &[],
        })?;
    }
    let Found { source, origin } =
        documents::named(name, Policy::system()).map_err(|error| error.failure)?;
    let api = doc_index::lower(&source)?;
    let spec = Spec::new(&*api.name, &*api.version);
    let method = method(&api, &arguments.methods)?;
    let target = source::target(
        &manifest.folder,
        manifest.has_targets(),
        &spec.to_string(),
        &model::module_name(&api.name),
    )?;
    let command = match &target.example {
        None => "cargo run".to_owned(),
        Some(example) => format!("cargo run --example {example}"),
    };
    let words = describe::words(&api, method);
    let mut program = Program::default();
    program.runtime = runtime.replace('-', "_");
    program.blocking = arguments.blocking;
    program.identity = identity(arguments)?;
    program.patterns = arguments.methods.clone();
    program.command = format!("{command} --");
    let run = if words.is_empty() {
        command
    } else {
        format!("{command} -- {}", words.join(" "))
    };
    let first = match program.identity {
        Identity::ServiceAccount(_) => format!("gapi show {spec} {}", method.path_name),
        _ => login(&api, method),
    };
    let (folder, is_listed) = documents_of(&manifest, &spec)?;
    let document = if is_listed {
        None
    } else {
        let fetched = Fetched::read(&origin, &spec, source.text.into_bytes().into());
        Some(fetched.map_err(Failure::from)?)
    };
    let is_file = documents::is_path(name) || name == "-";
    Ok(Plan {
        program: describe::program(&api, method, &program),
        manifest,
        target,
        document,
        origin: if is_file { PRESENT } else { SOURCE },
        folder,
        spec,
        next: [first, run],
    })
}

/// Returns the folder of the package's documents, and whether the document is found without it: in the index or in the package of all documents.
fn documents_of(manifest: &Manifest, spec: &Spec) -> Outcome<(PathBuf, bool)> {
    let found = index::find(&manifest.folder).map(|(_, path)| path);
    let index = found.unwrap_or_else(|| manifest.folder.join(index::PATH));
    let folder = index.parent().unwrap_or(&manifest.folder).to_owned();
    let store = Store::open(&folder, false).map_err(Failure::from)?;
    let is_listed = store.file(spec).is_some() || manifest.has_feature("gapi", "documents");
    Ok((folder, is_listed))
}

/// Returns the path of the checkout, relative to the manifest where the argument is relative.
fn checkout(arguments: &Arguments, here: &Path, folder: &Path) -> Outcome<Option<String>> {
    let Some(path) = &arguments.path else {
        return Ok(None);
    };
    let manifest = std::fs::read_to_string(path.join("Cargo.toml")).unwrap_or_default();
    if !manifest
        .lines()
        .any(|line| line.trim() == "name = \"gapi\"")
    {
        let failure = Failure::usage(format!("--path: {} is no checkout of gapi", path.display()));
        return Err(failure
            .help("name the folder with gapi's own Cargo.toml")
            .into());
    }
    let below = here.strip_prefix(folder).unwrap_or(Path::new(""));
    let path = below.join(path).to_string_lossy().replace('\\', "/");
    Ok(Some(path))
}

fn identity(arguments: &Arguments) -> Outcome<Identity> {
    Ok(match &arguments.service_account {
        Some(file) => {
            let file = file.to_str().ok_or_else(|| {
                Failure::usage("--service-account: the name of the file is not UTF-8 text")
            })?;
            Identity::ServiceAccount(file.to_owned())
        }
        None if arguments.user => Identity::SignedIn,
        None => Identity::Found,
    })
}

/// Returns the method that the program calls.
fn method<'a>(api: &'a Api, patterns: &[String]) -> Outcome<&'a Method> {
    let selection = Selection::parse(patterns).map_err(all)?;
    let named = select::named(api, &selection).map_err(all)?.0;
    let method = describe::first_method(api, (!patterns.is_empty()).then_some(&named));
    let spec = format!("{}:{}", api.name, api.version);
    Ok(method.ok_or_else(|| Failure::new(format!("{spec} has no methods")))?)
}

/// Returns the command that signs a user in with a scope of the method.
fn login(api: &Api, method: &Method) -> String {
    let scopes: Vec<&str> = method
        .scopes
        .iter()
        .filter_map(|index| Some(api.scopes.get(*index)?.url.as_str()))
        .collect();
    let readonly = scopes.iter().find(|scope| scope.ends_with("readonly"));
    let mut command = "gapi auth login --client-secrets client_secret.json".to_owned();
    if let Some(scope) = readonly.or(scopes.first())
        && !scopes.contains(&CLOUD_PLATFORM)
    {
        command.push_str(&format!(" --scopes {scope}"));
    }
    command
}

impl Plan {
    fn write(&self) -> Outcome {
        if let Some(fetched) = &self.document {
            let mut store = Store::open(&self.folder, false).map_err(Failure::from)?;
            store.put(&self.spec, fetched).map_err(Failure::from)?;
            store.came_from(self.origin).map_err(Failure::from)?;
        }
        if self.target.state != State::Present {
            let path = self.manifest.folder.join(&self.target.file);
            let folder = path.parent().unwrap_or(&self.manifest.folder);
            std::fs::create_dir_all(folder).map_err(|error| Failure::io("make", folder, &error))?;
            file::replace(&path, &self.program)
                .map_err(|error| Failure::io("write", &path, &error))?;
        }
        // The last one, so that what fails before can be repeated.
        self.manifest.write()
    }

    /// Returns what becomes of each file: its name and a word.
    fn files(&self) -> Vec<[String; 2]> {
        let manifest = match self.manifest.changed() {
            Some(_) => "changed",
            None => "up to date",
        };
        let program = match self.target.state {
            State::New => "new",
            State::Replaced => "replaced",
            State::Present => "up to date",
        };
        let mut files = vec![
            ["Cargo.toml", manifest],
            [self.target.file.as_str(), program],
        ]
        .into_iter()
        .map(|cells| cells.map(str::to_owned))
        .collect::<Vec<_>>();
        if self.document.is_some() {
            let path = self.folder.join(self.spec.file());
            let path = path.strip_prefix(&self.manifest.folder).unwrap_or(&path);
            files.insert(1, [path.to_string_lossy().into_owned(), "new".to_owned()]);
        }
        files
    }

    fn report(&self, dry_run: bool) -> Outcome {
        let files = self.files();
        if is_json() {
            let files: Vec<_> = files
                .iter()
                .map(|[file, status]| json!({"file": file, "status": status}))
                .collect();
            return print::json(&json!({
                "api": self.spec.to_string(),
                "files": files,
                "written": !dry_run,
                "program": self.program,
                "next": self.next,
            }));
        }
        let mut page = Page::new();
        page.details(0, &files);
        if dry_run {
            if self.manifest.changed().is_some() {
                page.title("Cargo.toml:");
                page.code(&self.manifest.new_lines().join("\n"));
            }
            if self.target.state != State::Present {
                page.title(&format!("{}:", self.target.file));
                page.code(&self.program);
            }
            page.line("");
            page.prose(0, "Nothing is written: this is a dry run.");
        }
        page.title("Next:");
        page.code(&self.next.join("\n"));
        page.print()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    #[test]
    fn one_identity_is_enough() {
        let line = |words: &[&str]| Line::try_parse_from([&["init"], words].concat());
        assert!(line(&["drive:v3", "files.list", "--user"]).is_ok());
        assert!(line(&["drive:v3", "--user", "--service-account", "key.json"]).is_err());
        let of = line(&["drive:v3", "--service-account", "key.json"]).unwrap();
        let key = Identity::ServiceAccount("key.json".to_owned());
        assert_eq!(identity(&of.arguments).unwrap(), key);
    }
}
