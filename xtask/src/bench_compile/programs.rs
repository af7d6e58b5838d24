//! The size of a program that lists instances with a service account's key.

use std::path::Path;

use super::measure::Cargo;
use super::subjects::put;
use crate::workspace::{Failure, read};

/// A program and its dependencies.
#[derive(Debug)]
pub(super) struct Program {
    /// The row that it is in the table.
    pub(super) label: &'static str,
    package: &'static str,
    source: &'static str,
    dependencies: &'static str,
    /// More lines of the manifest, the first of which belong to the profile.
    more: &'static str,
}

/// The row that others are compared with.
pub(super) const OURS: &str = "gapi";
/// It knows of an instance what the hand-written program knows of it, where [`OURS`] and others' clients know everything.
pub(super) const OURS_PART: &str = "gapi, of each instance its name";
const OURS_WHOLE: &str = "gapi, default features";
pub(super) const RING: &str = "gapi on ring";
const RING_HTTP1: &str = "gapi on ring, without http2";
const SMALL: &str = "gapi on ring, without http2, profile of the guide";
pub(super) const SMALL_HTTP2: &str = "gapi on ring, profile of the guide";
pub(super) const BY_HAND_RING: &str = "hand-written: reqwest and ring";
pub(super) const SQLADMIN: &str = "google-sqladmin1 7";
pub(super) const BY_HAND: &str = "hand-written: reqwest and jsonwebtoken";
pub(super) const CLOUD_SQL: &str = "google-cloud-sql-v1 2";

/// With the kind of credentials that the program uses, as the programs beside it have.
const OURS_SMALL: &str = "gapi = { path = ROOT, default-features = false, features = [\"macros\", \"rustls\", \"aws-lc-rs\", \"http2\", \"service-account\"] }";

const ON_RING: &str = "gapi = { path = ROOT, default-features = false, features = [\"macros\", \"rustls\", \"ring\", \"http2\", \"service-account\"] }";
const ON_RING_HTTP1: &str = "gapi = { path = ROOT, default-features = false, features = [\"macros\", \"rustls\", \"ring\", \"service-account\"] }";

/// The profile of docs/guide/small-programs.md.
const PROFILE: &str = "lto = true\ncodegen-units = 1\nopt-level = \"s\"\npanic = \"abort\"\n";

pub(super) const PROGRAMS: [Program; 11] = [
    Program {
        label: OURS,
        package: "list-ours",
        source: include_str!("../../programs/ours.rs"),
        dependencies: OURS_SMALL,
        more: "",
    },
    Program {
        label: OURS_PART,
        package: "list-ours-part",
        source: include_str!("../../programs/ours_part.rs"),
        dependencies: OURS_SMALL,
        more: "",
    },
    Program {
        label: OURS_WHOLE,
        package: "list-ours-whole",
        source: include_str!("../../programs/ours.rs"),
        dependencies: "gapi = { path = ROOT }",
        more: "",
    },
    Program {
        label: RING,
        package: "list-ours-ring",
        source: include_str!("../../programs/ours.rs"),
        dependencies: ON_RING,
        more: "",
    },
    Program {
        label: RING_HTTP1,
        package: "list-ours-ring-http1",
        source: include_str!("../../programs/ours.rs"),
        dependencies: ON_RING_HTTP1,
        more: "",
    },
    Program {
        label: SMALL_HTTP2,
        package: "list-ours-small-http2",
        source: include_str!("../../programs/ours.rs"),
        dependencies: ON_RING,
        more: PROFILE,
    },
    Program {
        label: SMALL,
        package: "list-ours-small",
        source: include_str!("../../programs/ours.rs"),
        dependencies: ON_RING_HTTP1,
        more: PROFILE,
    },
    Program {
        label: BY_HAND,
        package: "list-hand-written",
        source: include_str!("../../programs/hand_written.rs"),
        // The same versions and features that the runtime has.
        dependencies: "reqwest = { version = \"0.13.5\", default-features = false, \
                       features = [\"rustls\", \"http2\", \"gzip\", \"stream\", \"system-proxy\"] }\n\
                       jsonwebtoken = { version = \"12\", default-features = false, features = [\"aws_lc_rs\", \"use_pem\"] }\n\
                       serde = { version = \"1\", features = [\"derive\"] }\nserde_json = \"1\"",
        more: "",
    },
    Program {
        label: BY_HAND_RING,
        package: "list-hand-written-ring",
        source: include_str!("../../programs/hand_written.rs"),
        dependencies: "reqwest = { version = \"0.13.5\", default-features = false, \
                       features = [\"rustls-no-provider\", \"http2\", \"gzip\", \"stream\", \"system-proxy\"] }\n\
                       base64 = \"0.23\"\nring = \"0.17\"\n\
                       rustls = { version = \"0.23\", default-features = false, features = [\"std\", \"tls12\", \"ring\"] }\n\
                       serde = { version = \"1\", features = [\"derive\"] }\nserde_json = \"1\"",
        more: "\n[features]\ndefault = [\"ring\"]\nring = []\n",
    },
    Program {
        label: SQLADMIN,
        package: "list-google-sqladmin1",
        source: include_str!("../../programs/google_sqladmin1.rs"),
        dependencies: "google-sqladmin1 = { version = \"7\", features = [\"yup-oauth2-service-account\"] }",
        more: "",
    },
    Program {
        label: CLOUD_SQL,
        package: "list-google-cloud-sql-v1",
        source: include_str!("../../programs/google_cloud_sql_v1.rs"),
        dependencies: "google-cloud-sql-v1 = \"2\"\ngoogle-cloud-auth = \"1\"\nserde_json = \"1\"",
        more: "",
    },
];

impl Program {
    /// Whether the program needs crates of others' clients.
    pub(super) fn is_peer(&self) -> bool {
        !self.is_ours() && ![BY_HAND, BY_HAND_RING].contains(&self.label)
    }

    fn is_ours(&self) -> bool {
        self.package.starts_with("list-ours")
    }

    /// Builds the program; its size in bytes, without symbols.
    pub(super) fn size(&self, root: &Path, scratch: &Path) -> Result<u64, Failure> {
        let cargo = Cargo {
            folder: scratch.join("programs").join(self.package),
            target: scratch.join("target"),
        };
        let dependencies = self
            .dependencies
            .replace("ROOT", &serde_json::to_string(&root)?);
        let manifest = format!(
            "[package]\nname = \"{package}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [[bin]]\nname = \"{package}\"\npath = \"main.rs\"\n\n[dependencies]\n{dependencies}\n\
             tokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n\n\
             [profile.release]\nstrip = true\n{more}\n[workspace]\n",
            package = self.package,
            more = self.more
        );
        put(&cargo.folder, "Cargo.toml", &manifest)?;
        put(&cargo.folder, "main.rs", self.source)?;
        if self.is_ours() {
            let document = read(&root.join("discovery-docs/sqladmin.v1.json"))?;
            put(
                &cargo.folder,
                "sqladmin.v1.json",
                &String::from_utf8(document)?,
            )?;
        }
        if !self.is_peer() {
            // The versions that the repository is tested with.
            crate::workspace::write(
                &cargo.folder.join("Cargo.lock"),
                read(&root.join("Cargo.lock"))?,
            )?;
        }
        cargo.run(&["build", "--release"], None)?;
        let program = cargo.target.join("release").join(self.package);
        let length = std::fs::metadata(&program)
            .map_err(|error| format!("cannot find {}: {error}", program.display()))?
            .len();
        Ok(length)
    }
}
