//! Programs made of generated modules and the glue that drives them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use gapi_conformance_glue::Part;
use serde::Deserialize;

use crate::progress::Progress;
use crate::workspace::{Failure, read, write};
use crate::workspace::{target, write_if_new};

/// The most source text in one program, in bytes; a larger module is a program of its own.
const BATCH: usize = 5 << 20;

/// A scratch workspace under the target folder. Programs are named by their first document, so that another run with
/// the same methods finds them built.
#[derive(Debug)]
pub(super) struct Harness {
    root: PathBuf,
    scratch: PathBuf,
    target: PathBuf,
    kind: &'static str,
    print: fn(&[Part]) -> String,
    programs: Vec<CallProgram>,
    /// The program that is being filled.
    open: Option<Open>,
}

#[derive(Debug)]
struct CallProgram {
    name: String,
    documents: Vec<String>,
}

#[derive(Debug)]
struct Open {
    parts: Vec<Part>,
    size: usize,
}

/// A program that was built, or why it was not.
#[derive(Debug)]
pub(super) struct Built {
    pub(super) documents: Vec<String>,
    pub(super) executable: Result<PathBuf, String>,
}

impl Harness {
    pub(super) fn new(
        root: &Path,
        kind: &'static str,
        print: fn(&[Part]) -> String,
    ) -> Result<Self, Failure> {
        let target = target(root)?;
        let scratch = target.join("conformance").join(kind);
        std::fs::create_dir_all(&scratch)
            .map_err(|error| format!("cannot make {}: {error}", scratch.display()))?;
        // The versions that the repository is tested with.
        write(&scratch.join("Cargo.lock"), read(&root.join("Cargo.lock"))?)?;
        Ok(Self {
            root: root.to_owned(),
            scratch,
            target,
            kind,
            print,
            programs: Vec::new(),
            open: None,
        })
    }

    /// Adds a module to the program that is being filled, or begins another.
    pub(super) fn add(&mut self, part: Part) -> Result<(), Failure> {
        let size = (self.print)(std::slice::from_ref(&part)).len();
        if self
            .open
            .as_ref()
            .is_some_and(|open| open.size + size > BATCH)
        {
            self.close()?;
        }
        let open = self.open.get_or_insert(Open {
            parts: Vec::new(),
            size: 0,
        });
        open.parts.push(part);
        open.size += size;
        Ok(())
    }

    fn close(&mut self) -> Result<(), Failure> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        let documents: Vec<String> = open
            .parts
            .iter()
            .map(|part| part.document.clone())
            .collect();
        let name = format!(
            "{}-{}",
            self.kind,
            documents[0].replace(|c: char| !c.is_ascii_alphanumeric(), "-")
        );
        let folder = self.scratch.join(&name);
        std::fs::create_dir_all(&folder)
            .map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        let path = |path: &str| serde_json::to_string(&self.root.join(path));
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [[bin]]\nname = \"{name}\"\npath = \"main.rs\"\n\n[dependencies]\n\
             gapi = {{ path = {}, default-features = false, features = [\"auth\"] }}\n\
             gapi-conformance-replay = {{ path = {} }}\n",
            path("")?,
            path("tests/conformance/replay")?
        );
        write_if_new(&folder.join("Cargo.toml"), &manifest)?;
        let text = format!(
            "{}\nfn main() -> std::process::ExitCode {{ gapi_conformance_replay::main(DOCUMENTS) }}\n",
            (self.print)(&open.parts)
        );
        write_if_new(&folder.join("main.rs"), &text)?;
        self.programs.push(CallProgram { name, documents });
        Ok(())
    }

    /// Builds every program.
    pub(super) fn build(mut self) -> Result<Vec<Built>, Failure> {
        self.close()?;
        // One more or one less program does not matter to the others.
        let mut manifest = String::from("[workspace]\nresolver = \"3\"\nmembers = [");
        for program in &self.programs {
            write!(manifest, "\n    {:?},", program.name)?;
        }
        // Small and quick to compile; what they do takes no time.
        manifest.push_str(
            "\n]\n\n[profile.dev]\ndebug = false\nincremental = false\npanic = \"abort\"\noverflow-checks = false\ndebug-assertions = false\n",
        );
        write_if_new(&self.scratch.join("Cargo.toml"), &manifest)?;
        let progress = Progress::new("building", self.programs.len());
        let mut command = crate::workspace::cargo();
        let mut cargo = command
            .args(["build", "--quiet", "--keep-going", "--workspace"])
            .args(["--message-format=json", "--target-dir"])
            .arg(&self.target)
            .current_dir(&self.scratch)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("cannot run cargo: {error}"))?;
        let stdout = cargo.stdout.take().ok_or("cargo has no output")?;
        let mut report = BuildReport::default();
        for line in BufReader::new(stdout).lines() {
            if let Some(program) = report.take(&line?) {
                progress.working_on(&program);
                progress.done();
            }
        }
        cargo.wait()?;
        Ok(self
            .programs
            .into_iter()
            .map(|program| Built {
                executable: report.executables.remove(&program.name).ok_or_else(|| {
                    let errors = report
                        .errors
                        .get(&program.name)
                        .or(report.errors.values().next());
                    errors.cloned().unwrap_or_else(|| "killed?".to_owned())
                }),
                documents: program.documents,
            })
            .collect())
    }
}

/// What cargo reported.
#[derive(Debug, Default)]
struct BuildReport {
    executables: BTreeMap<String, PathBuf>,
    /// The first error of each program.
    errors: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct BuildMessage {
    target: Option<Target>,
    executable: Option<PathBuf>,
    message: Option<BuildError>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

#[derive(Deserialize)]
struct BuildError {
    level: String,
    rendered: Option<String>,
}

impl BuildReport {
    /// Takes one line of JSON; gives the name of a program that was built.
    fn take(&mut self, line: &str) -> Option<String> {
        let message: BuildMessage = serde_json::from_str(line).ok()?;
        let name = message.target?.name;
        if let Some(error) = message
            .message
            .filter(|error| error.level.starts_with("error"))
        {
            self.errors
                .entry(name)
                .or_insert_with(|| error.rendered.unwrap_or_default());
            return None;
        }
        self.executables.insert(name.clone(), message.executable?);
        Some(name)
    }
}

/// Gives a program its lines, and returns as many lines of output.
pub(super) fn run(executable: &Path, lines: &[&str]) -> Result<Vec<String>, Failure> {
    let failed = |error: std::io::Error| format!("cannot run {}: {error}", executable.display());
    let mut child = Command::new(executable)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(failed)?;
    let mut stdin = child.stdin.take().ok_or("a program without input")?;
    let input: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
    // In a thread of its own, so that neither side waits for the other to read.
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().map_err(failed)?;
    // A program that ended early closed its input; its status reports that better.
    let _ = writer.join();
    let text = String::from_utf8(output.stdout)?;
    let output_lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if !output.status.success() || output_lines.len() != lines.len() {
        return Err(format!(
            "{} gave {} lines for {} lines and ended with {}",
            executable.display(),
            output_lines.len(),
            lines.len(),
            output.status
        )
        .into());
    }
    Ok(output_lines)
}
