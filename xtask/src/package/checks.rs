//! What an archive has to pass: two builds, its tests, doctests and examples, and its docs.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Printed, printed, with_rustdoc};
use crate::workspace::{Failure, Package, cargo, published, target, write};

/// Features that are documented and not tested: they need a service of the system, or are one of two.
const UNTESTED: [&str; 2] = ["keyring", "ring"];

/// The workspace of the unpacked packages.
pub(super) struct Workspace {
    folder: PathBuf,
    target: PathBuf,
    /// Credentials that examples find.
    credentials: PathBuf,
    unpacked: Vec<Package>,
}

/// What the checks of a package found.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub(super) tests: usize,
    pub(super) doctests: usize,
    pub(super) examples: usize,
    pub(super) failures: Vec<String>,
}

impl Workspace {
    pub(super) fn new(folder: &Path, root: &Path) -> Result<Self, Failure> {
        let credentials = folder.join("credentials.json");
        let text = r#"{"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r"}"#;
        write(&credentials, text)?;
        Ok(Self {
            folder: folder.to_owned(),
            target: target(root)?,
            credentials,
            unpacked: published(folder)?,
        })
    }

    fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = cargo();
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .env("GOOGLE_APPLICATION_CREDENTIALS", &self.credentials);
        command
    }

    /// Documents packages with all features, as docs.rs does, and returns the errors of those that fail.
    pub(super) fn document(
        &self,
        packages: &[&Package],
    ) -> Result<BTreeMap<String, String>, Failure> {
        let mut failed = BTreeMap::new();
        // A program and a library of one name have the same page.
        let (libraries, programs): (Vec<&Package>, Vec<&Package>) =
            packages.iter().partition(|package| package.has_library());
        let alone = programs.into_iter().map(|package| vec![package]);
        for group in std::iter::once(libraries).chain(alone) {
            if group.is_empty() {
                continue;
            }
            let mut command = self.cargo(&["doc", "--no-deps", "--all-features", "--keep-going"]);
            for package in &group {
                command.args(["--package", &package.name]);
            }
            with_rustdoc(&mut command, "--cfg docsrs -D warnings")?;
            let Printed {
                is_success: false,
                stderr,
                ..
            } = printed(&mut command)?
            else {
                continue;
            };
            let is_named = |package: &&&Package| {
                stderr.contains(&format!("could not document `{}`", package.name))
            };
            let mut named: Vec<_> = group.iter().filter(is_named).collect();
            if named.is_empty() {
                named = group.iter().collect();
            }
            for package in named {
                failed.insert(package.name.clone(), format!("cargo doc failed:\n{stderr}"));
            }
        }
        Ok(failed)
    }

    /// Builds a package, and runs what its archive has.
    pub(super) fn check(&self, package: &Package) -> Result<Checked, Failure> {
        let mut checked = Checked::default();
        let name = ["--package", package.name.as_str()];
        let features = package.features.keys().map(String::as_str);
        let features: Vec<&str> = features
            .filter(|feature| !UNTESTED.contains(feature))
            .collect();
        let features = features.join(",");
        let tested = [name[0], name[1], "--features", &features];

        checked.run(&mut self.cargo(&[&["build"], &name[..]].concat()))?;
        if package.features.contains_key("default") {
            checked
                .run(&mut self.cargo(&[&["build", "--no-default-features"], &name[..]].concat()))?;
        }
        let tests = checked.run(&mut self.cargo(&[&["test", "--tests"], &tested[..]].concat()))?;
        checked.tests = passed(&tests);
        if package.has_library() {
            let tests =
                checked.run(&mut self.cargo(&[&["test", "--doc"], &tested[..]].concat()))?;
            checked.doctests = passed(&tests);
        }
        // The archive has fewer examples than the package.
        let unpacked = self
            .unpacked
            .iter()
            .find(|unpacked| unpacked.name == package.name);
        let targets = unpacked
            .map(|package| &package.targets[..])
            .unwrap_or_default();
        for target in targets.iter().filter(|target| target.kind == ["example"]) {
            let example = ["run", "--quiet", "--example", target.name.as_str()];
            let failures = checked.failures.len();
            checked.run(&mut self.cargo(&[&example, &tested[..]].concat()))?;
            checked.examples += usize::from(checked.failures.len() == failures);
        }
        Ok(checked)
    }
}

impl Checked {
    /// Runs a step and returns its standard output. If it fails, that is a failure of the package.
    fn run(&mut self, command: &mut Command) -> Result<String, Failure> {
        let printed = printed(command)?;
        if !printed.is_success {
            let arguments: Vec<_> = command.get_args().map(OsStr::to_string_lossy).collect();
            self.failures.push(format!(
                "cargo {} failed:\n{}{}",
                arguments.join(" "),
                end_of(&printed.stdout),
                end_of(&printed.stderr)
            ));
        }
        Ok(printed.stdout)
    }
}

/// Returns the last lines of a text.
fn end_of(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(60)..].join("\n")
}

/// Returns how many tests passed, in the output of any number of test programs.
fn passed(output: &str) -> usize {
    let results = output
        .lines()
        .filter_map(|line| line.strip_prefix("test result: ok. "));
    let counts = results.filter_map(|rest| rest.split_once(" passed")?.0.parse::<usize>().ok());
    counts.sum()
}

#[cfg(test)]
mod tests {
    use super::passed;

    #[test]
    fn tests_that_passed_are_counted() {
        let output = "running 2 tests\ntest result: ok. 2 passed; 0 failed; 1 ignored\n\ntest result: ok. 40 passed; 0 failed\n";
        assert_eq!(passed(output), 42);
        assert_eq!(passed("test result: FAILED. 1 passed; 1 failed"), 0);
    }
}
