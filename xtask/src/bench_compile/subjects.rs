//! What is compiled: our modules in every form, and what others offer for the same APIs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use gapi_codegen::{Options, Selection, Source, generate};

use super::measure::Cargo;
use crate::workspace::write_if_new;
use crate::workspace::{Failure, read};

/// An API that is measured.
#[derive(Debug)]
pub(super) struct Subject {
    /// `sqladmin v1`
    pub(super) title: &'static str,
    /// What `--only` names: `sqladmin`.
    pub(super) name: &'static str,
    document: &'static str,
    /// The three methods that a program may want.
    three: &'static str,
    /// Crates of others for this API.
    peers: &'static [Peer],
}

/// A crate of crates.io.
#[derive(Debug)]
struct Peer {
    name: &'static str,
    requirement: &'static str,
    /// Whether it is compiled only when it is asked for.
    slow: bool,
}

const fn peer(name: &'static str, requirement: &'static str) -> Peer {
    Peer {
        name,
        requirement,
        slow: false,
    }
}

pub(super) const SUBJECTS: [Subject; 4] = [
    Subject {
        title: "sqladmin v1",
        name: "sqladmin",
        document: "sqladmin.v1.json",
        three: "instances.{list, get, insert}",
        peers: &[
            peer("google-sqladmin1", "7"),
            peer("google-cloud-sql-v1", "2"),
        ],
    },
    Subject {
        title: "drive v3",
        name: "drive",
        document: "drive.v3.json",
        three: "files.{list, get, create}",
        peers: &[peer("google-drive3", "7")],
    },
    Subject {
        title: "storage v1",
        name: "storage",
        document: "storage.v1.json",
        three: "objects.{list, get, insert}",
        peers: &[peer("google-storage1", "7")],
    },
    Subject {
        title: "compute v1",
        name: "compute",
        document: "compute.v1.json",
        three: "instances.{list, get, insert}",
        peers: &[
            Peer {
                name: "google-compute1",
                requirement: "7",
                slow: true,
            },
            Peer {
                name: "google-cloud-compute-v1",
                requirement: "2",
                slow: true,
            },
        ],
    },
];

/// One crate to compile.
#[derive(Debug)]
pub(super) struct Candidate {
    /// The row that it is in the table.
    pub(super) label: String,
    /// The package.
    pub(super) package: String,
    /// Where it is compiled.
    pub(super) cargo: Cargo,
}

/// Labels of our own candidates.
pub(super) const FILE: &str = "gapi, generated file";
pub(super) const FILE_THREE: &str = "gapi, generated file, 3 methods";
pub(super) const MACRO: &str = "gapi, `api!`";
pub(super) const MACRO_THREE: &str = "gapi, `api!`, 3 methods";
pub(super) const DERIVED: &str = "the same with serde's derives";

impl Subject {
    /// Writes the crates, ours first.
    pub(super) fn candidates(
        &self,
        root: &Path,
        scratch: &Path,
        slow: bool,
    ) -> Result<Vec<Candidate>, Failure> {
        let document = root.join("discovery-docs").join(self.document);
        let text = String::from_utf8(read(&document)?)?;
        let source = Source::new(self.document, &text);
        let whole = generate(&source, &Options::new())?;
        let selected = Options::new().selection(Selection::parse([self.three])?);
        let three = generate(&source, &selected)?;
        let file = "//! A generated module.\npub mod api;\n";
        let invoked = |selection: &str| {
            format!(
                "//! A generated module.\n\ngapi::api! {{\n    /// The API.\n    pub mod api = \"api.json\"{selection};\n}}\n"
            )
        };
        let ours = Ours {
            root,
            cargo: Cargo {
                folder: scratch.join("ours").join(self.name),
                target: scratch.join("target"),
            },
        };
        let selection = format!(" {{ {} }}", self.three);
        let mut candidates = vec![
            ours.add(
                self.name,
                "file",
                FILE,
                file,
                ("api.rs", &whole.to_module_file()?),
            )?,
            ours.add(
                self.name,
                "file-three",
                FILE_THREE,
                file,
                ("api.rs", &three.to_module_file()?),
            )?,
            ours.add(self.name, "macro", MACRO, &invoked(""), ("api.json", &text))?,
            ours.add(
                self.name,
                "macro-three",
                MACRO_THREE,
                &invoked(&selection),
                ("api.json", &text),
            )?,
            ours.add(
                self.name,
                "derived",
                DERIVED,
                file,
                ("api.rs", &gapi_derived::module(&whole.api)?),
            )?,
        ];
        ours.finish(&candidates)?;
        for peer in self.peers.iter().filter(|peer| slow || !peer.slow) {
            candidates.push(peer.candidate(scratch)?);
        }
        Ok(candidates)
    }
}

/// A workspace of our own crates, so that all share one build of the runtime.
struct Ours<'a> {
    root: &'a Path,
    cargo: Cargo,
}

impl Ours<'_> {
    fn add(
        &self,
        api: &str,
        form: &str,
        label: &str,
        lib: &str,
        (name, content): (&str, &str),
    ) -> Result<Candidate, Failure> {
        let package = format!("{api}-{form}");
        let folder = self.cargo.folder.join(&package);
        let gapi = serde_json::to_string(&self.root)?;
        let manifest = format!(
            "[package]\nname = \"{package}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[lib]\npath = \"lib.rs\"\n\n\
             [dependencies]\ngapi = {{ path = {gapi} }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n"
        );
        put(&folder, "Cargo.toml", &manifest)?;
        put(&folder, "lib.rs", lib)?;
        put(&folder, name, content)?;
        Ok(Candidate {
            label: label.to_owned(),
            package,
            cargo: self.cargo.clone(),
        })
    }

    fn finish(&self, members: &[Candidate]) -> Result<(), Failure> {
        let mut manifest = String::from("[workspace]\nresolver = \"3\"\nmembers = [\n");
        for member in members {
            writeln!(manifest, "    \"{}\",", member.package)?;
        }
        manifest.push_str("]\n");
        put(&self.cargo.folder, "Cargo.toml", &manifest)?;
        // The versions that the repository is tested with.
        crate::workspace::write(
            &self.cargo.folder.join("Cargo.lock"),
            read(&self.root.join("Cargo.lock"))?,
        )
    }
}

impl Peer {
    fn candidate(&self, scratch: &Path) -> Result<Candidate, Failure> {
        let Self {
            name, requirement, ..
        } = self;
        let folder: PathBuf = scratch.join("peers").join(name);
        let manifest = format!(
            "[package]\nname = \"peer\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[lib]\npath = \"lib.rs\"\n\n\
             [dependencies]\n{name} = \"{requirement}\"\n\n[workspace]\n"
        );
        put(&folder, "Cargo.toml", &manifest)?;
        put(&folder, "lib.rs", "//! Only its dependency counts.\n")?;
        Ok(Candidate {
            label: format!("{name} {requirement}"),
            package: (*name).to_owned(),
            cargo: Cargo {
                folder,
                target: scratch.join("target"),
            },
        })
    }
}

/// Writes a file of a scratch crate.
pub(super) fn put(folder: &Path, name: &str, text: &str) -> Result<(), Failure> {
    let path = folder.join(name);
    let parent = path.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent)
        .map_err(|error| format!("cannot make {}: {error}", parent.display()))?;
    write_if_new(&path, text)
}
