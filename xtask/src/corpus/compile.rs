//! Generated modules under the compiler, in batches that fit a small machine.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde::Deserialize;

use super::module::Module;
use crate::progress::Progress;
use crate::workspace::{Failure, read, target, write, write_if_new};

/// The most generated text in one crate, in bytes; a larger module is a crate of its own. One crate is built at a time.
const BATCH: usize = 12 << 20;

/// How many errors are shown per document.
const REPORTED: usize = 3;

/// What to do with the modules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pass {
    /// Type-check.
    Check,
    /// Run rustdoc.
    Doc,
}

/// A scratch workspace under the target folder.
#[derive(Debug)]
pub(super) struct Compiler {
    root: PathBuf,
    scratch: PathBuf,
    target: PathBuf,
}

impl Compiler {
    pub(super) fn new(root: &Path) -> Result<Self, Failure> {
        let target = target(root)?;
        let scratch = target.join("corpus");
        let modules = scratch.join("modules");
        std::fs::create_dir_all(&modules)
            .map_err(|error| format!("cannot make {}: {error}", modules.display()))?;
        // The versions that the repository is tested with.
        write(&scratch.join("Cargo.lock"), read(&root.join("Cargo.lock"))?)?;
        Ok(Self {
            root: root.to_owned(),
            scratch,
            target,
        })
    }

    /// Keeps the text of a module for the steps to come.
    pub(super) fn add(&self, name: &str, text: &str) -> Result<(), Failure> {
        write_if_new(
            &self
                .scratch
                .join("modules")
                .join(format!("{}.rs", ident(name))),
            text,
        )
    }

    /// Runs a pass over every module that did not fail before, and adds the failures to the modules.
    ///
    /// One broken module hides the later errors of its batch, so the others of the batch are tried again without it.
    pub(super) fn run(&self, pass: Pass, modules: &mut [Module]) -> Result<(), Failure> {
        let what = if pass == Pass::Check {
            "compiling"
        } else {
            "documenting"
        };
        let mut waiting: Vec<usize> = (0..modules.len())
            .filter(|index| modules[*index].failures.is_empty())
            .collect();
        let progress = Progress::new(what, waiting.len());
        while !waiting.is_empty() {
            let batches = batches(modules, &waiting);
            let mut again = Vec::new();
            for batch in &batches {
                progress.working_on(
                    &batch
                        .iter()
                        .map(|index| modules[*index].name.as_str())
                        .collect::<Vec<_>>()
                        .join(" "),
                );
                let names: Vec<String> = batch
                    .iter()
                    .map(|index| ident(&modules[*index].name))
                    .collect();
                let limit = batch
                    .first()
                    .and_then(|index| modules[*index].recursion_limit);
                let outcome = self.batch(pass, &names, limit)?;
                if !outcome.success && outcome.errors.is_empty() {
                    // No module is at fault: the runtime does not compile, or the compiler was killed.
                    return Err(
                        format!("{what} {} failed: {}", names.join(", "), outcome.rest).into(),
                    );
                }
                for (index, name) in batch.iter().zip(&names) {
                    match outcome.errors.get(name) {
                        Some(errors) => {
                            let label = format!("{}.json", modules[*index].name);
                            modules[*index].failures.extend(
                                errors
                                    .iter()
                                    .map(|error| format!("{label}: {what}: {error}")),
                            );
                        }
                        None if outcome.success => {}
                        // Someone else's errors: once more, without the culprits.
                        None => {
                            again.push(*index);
                            continue;
                        }
                    }
                    progress.done();
                }
            }
            waiting = again;
        }
        if pass == Pass::Doc {
            // Of no use to anybody, and large; that there is none is fine.
            let _ = std::fs::remove_dir_all(self.target.join("doc/corpus"));
        }
        Ok(())
    }

    /// Runs one crate that holds these modules through cargo.
    fn batch(
        &self,
        pass: Pass,
        names: &[String],
        limit: Option<usize>,
    ) -> Result<Outcome, Failure> {
        self.write_crate(names, limit)?;
        let mut command = crate::workspace::cargo();
        match pass {
            Pass::Check => command.arg("check"),
            Pass::Doc => command
                .args(["doc", "--no-deps"])
                .env("RUSTDOCFLAGS", "-D warnings"),
        };
        let output = command
            .args(["--quiet", "--message-format=json", "--target-dir"])
            .arg(&self.target)
            .current_dir(&self.scratch)
            .env("CARGO_INCREMENTAL", "0")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("cannot run cargo: {error}"))?;
        Ok(Outcome::of(
            output.status.success(),
            &output.stdout,
            &String::from_utf8_lossy(&output.stderr),
        ))
    }

    fn write_crate(&self, names: &[String], limit: Option<usize>) -> Result<(), Failure> {
        let gapi = serde_json::to_string(&self.root)?;
        // Profiles as in the repository, so that build scripts that ran for it need not run again.
        let manifest = format!(
            "[package]\nname = \"corpus\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [lib]\npath = \"lib.rs\"\n\n[dependencies]\ngapi = {{ path = {gapi} }}\n\n[workspace]\n\n\
             [profile.dev]\ndebug = \"line-tables-only\"\n\n[profile.dev.package.\"*\"]\ndebug = false\n"
        );
        write_if_new(&self.scratch.join("Cargo.toml"), &manifest)?;
        let mut lib = String::from(
            "//! Generated modules.\n#![deny(warnings, unused)]\n#![forbid(missing_docs, unsafe_code)]\n",
        );
        if let Some(limit) = limit {
            writeln!(lib, "#![recursion_limit = \"{limit}\"]")?;
        }
        for name in names {
            writeln!(lib, "#[path = \"modules/{name}.rs\"]\npub mod {name};")?;
        }
        write_if_new(&self.scratch.join("lib.rs"), &lib)
    }
}

/// What cargo reported of one batch.
#[derive(Debug, Default)]
struct Outcome {
    success: bool,
    /// The first errors of each module.
    errors: BTreeMap<String, Vec<String>>,
    /// What is in no module: a broken runtime, a killed compiler.
    rest: String,
}

#[derive(Deserialize)]
struct CargoMessage {
    message: Option<Diagnostic>,
}

#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    rendered: Option<String>,
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    is_primary: bool,
}

impl Outcome {
    fn of(success: bool, messages: &[u8], stderr: &str) -> Self {
        let mut outcome = Self {
            success,
            rest: stderr.trim().to_owned(),
            ..Self::default()
        };
        if success {
            return outcome;
        }
        let mut counts = BTreeSet::new();
        for line in messages.split(|byte| *byte == b'\n') {
            let Ok(CargoMessage {
                message: Some(message),
            }) = serde_json::from_slice::<CargoMessage>(line)
            else {
                continue;
            };
            let rendered = message.rendered.unwrap_or_default();
            if !message.level.starts_with("error") || !counts.insert(rendered.clone()) {
                continue;
            }
            let location = message
                .spans
                .iter()
                .find(|span| span.is_primary)
                .or(message.spans.first());
            let file = location
                .map(|span| Path::new(&span.file_name))
                .filter(|file| file.parent().is_some_and(|p| p.ends_with("modules")));
            match file.and_then(Path::file_stem) {
                Some(module) => {
                    let errors = outcome
                        .errors
                        .entry(module.to_string_lossy().into_owned())
                        .or_default();
                    if errors.len() < REPORTED {
                        errors.push(rendered.trim_end().to_owned());
                    }
                }
                None => outcome.rest.insert_str(0, &rendered),
            }
        }
        outcome
    }
}

/// Splits modules into crates, in order. A crate has one recursion limit.
fn batches(modules: &[Module], waiting: &[usize]) -> Vec<Vec<usize>> {
    let limit = |index: usize| modules[index].recursion_limit;
    let mut waiting = waiting.to_vec();
    waiting.sort_by_key(|index| limit(*index));
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut size = 0;
    for index in &waiting {
        let length = modules[*index].text_len;
        match batches.last_mut() {
            Some(batch) if size + length <= BATCH && limit(batch[0]) == limit(*index) => {
                batch.push(*index);
            }
            _ => {
                batches.push(vec![*index]);
                size = 0;
            }
        }
        size += length;
    }
    batches
}

/// `sqladmin_v1` of `sqladmin.v1`.
fn ident(name: &str) -> String {
    name.replace(|c: char| !c.is_ascii_alphanumeric(), "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(name: &str, text_len: usize) -> Module {
        Module {
            name: name.to_owned(),
            text_len,
            ..Module::default()
        }
    }

    #[test]
    fn batches_are_bounded_and_complete() {
        let modules = [
            module("a", BATCH / 2),
            module("b", BATCH / 2),
            module("c", 2 * BATCH),
            module("d", 1),
        ];
        assert_eq!(
            batches(&modules, &[0, 1, 2, 3]),
            [vec![0, 1], vec![2], vec![3]]
        );
        assert_eq!(batches(&modules, &[1, 3]), [vec![1, 3]]);
    }

    #[test]
    fn a_batch_has_one_recursion_limit() {
        let mut modules = [module("a", 1), module("b", 1), module("c", 1)];
        modules[1].recursion_limit = Some(256);
        assert_eq!(batches(&modules, &[0, 1, 2]), [vec![0, 2], vec![1]]);
    }

    #[test]
    fn errors_belong_to_the_module_that_they_are_in() {
        let line = |level: &str, text: &str, file: &str| {
            let span = serde_json::json!({"file_name": file, "is_primary": true});
            let spans = if file.is_empty() { vec![] } else { vec![span] };
            serde_json::json!({"reason": "compiler-message", "message": {"level": level, "rendered": text, "spans": spans}}).to_string()
        };
        let lines = [
            line("warning", "unused", "modules/tasks_v1.rs"),
            line("error", "mismatched types\n", "modules/tasks_v1.rs"),
            line("error", "mismatched types\n", "modules/tasks_v1.rs"),
            line("error", "aborting due to 1 previous error", ""),
            "{\"reason\":\"build-finished\",\"success\":false}".to_owned(),
        ]
        .join("\n");

        let outcome = Outcome::of(false, lines.as_bytes(), "could not compile");

        assert_eq!(
            outcome.errors,
            BTreeMap::from([("tasks_v1".to_owned(), vec!["mismatched types".to_owned()])])
        );
        assert!(outcome.rest.contains("could not compile"));
    }
}
