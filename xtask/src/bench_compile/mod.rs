//! `cargo xtask bench-compile`: what generated modules cost the compiler, beside what others offer.

mod measure;
mod programs;
mod report;
mod speed;
mod subjects;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use measure::{Cost, Step};
pub(crate) use measure::{LOG, cpu_of_all, wrapper};
use report::{Report, Row, Table};
use subjects::{Candidate, SUBJECTS};

use crate::progress::Progress;
use crate::workspace::Failure;
use crate::workspace::target;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A folder of documents, for the generator's own speed; a relative path starts at the repository's root.
    folder: Option<PathBuf>,
    /// Only these APIs: sqladmin, drive, storage, compute.
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,
    /// How often everything is compiled; the lowest figures count.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Type-check only.
    #[arg(long)]
    check_only: bool,
    /// No crates but ours.
    #[arg(long)]
    no_peers: bool,
    /// Others' crates for compute too, which take minutes each.
    #[arg(long)]
    compute_peers: bool,
    /// Leave out the sizes of programs.
    #[arg(long)]
    no_sizes: bool,
    /// Only the sizes of programs.
    #[arg(long, conflicts_with = "no_sizes")]
    only_sizes: bool,
    /// Write the tables to a file, after the text above the line `<!-- measured -->` in it.
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
}

/// The line below which `--write` writes.
const MARK: &str = "<!-- measured -->";

/// Measures and prints; always true, since slowness is no failure.
pub(crate) fn run(arguments: &Arguments, root: &Path) -> Result<bool, Failure> {
    let unknown = arguments
        .only
        .iter()
        .find(|name| SUBJECTS.iter().all(|subject| subject.name != *name));
    if let Some(name) = unknown {
        return Err(
            format!("--only {name}: the APIs are sqladmin, drive, storage, compute").into(),
        );
    }
    let scratch = target(root)?.join("bench-compile");
    let built = scratch.join("target");
    std::fs::create_dir_all(&built)
        .map_err(|error| format!("cannot make {}: {error}", built.display()))?;
    let mut report = Report {
        conditions: conditions(arguments.runs)?,
        ..Report::default()
    };
    for subject in &SUBJECTS {
        if arguments.only_sizes {
            break;
        }
        if arguments.only.is_empty() || arguments.only.iter().any(|name| name == subject.name) {
            let mut candidates = subject.candidates(root, &scratch, arguments.compute_peers)?;
            if arguments.no_peers {
                candidates
                    .retain(|candidate| candidate.cargo.folder.starts_with(scratch.join("ours")));
            }
            report.tables.push(Table {
                title: subject.title,
                rows: rows(subject.title, &candidates, arguments)?,
            });
        }
    }
    if !arguments.no_sizes {
        let wanted: Vec<_> = programs::PROGRAMS
            .iter()
            .filter(|program| !(arguments.no_peers && program.is_peer()))
            .collect();
        let progress = Progress::new("programs", wanted.len());
        for program in wanted {
            progress.working_on(program.label);
            let size = program.size(root, &scratch)?;
            report.programs.push((program.label, size));
            progress.done();
        }
    }
    if let Some(folder) = &arguments.folder {
        if cfg!(debug_assertions) {
            eprintln!(
                "the generator's own speed is that of a build without optimization; `cargo run --release -p xtask -- bench-compile ..` measures what is installed"
            );
        }
        report.speed = Some(speed::measure(&root.join(folder))?);
    }
    println!("{report}");
    if let Some(file) = &arguments.write {
        save(&root.join(file), &report)?;
    }
    Ok(true)
}

/// Compiles the crates in turn, as often as asked, so that a busy minute of the machine hits all of them.
fn rows(title: &str, candidates: &[Candidate], arguments: &Arguments) -> Result<Vec<Row>, Failure> {
    let mut costs: BTreeMap<(usize, bool), Cost> = BTreeMap::new();
    let steps: &[Step] = if arguments.check_only {
        &[Step::Check]
    } else {
        &[Step::Check, Step::Release]
    };
    let runs = usize::try_from(arguments.runs)?;
    let progress = Progress::new(title, steps.len() * candidates.len() * (runs + 1));
    for step in steps {
        for candidate in candidates {
            progress.working_on(&format!("dependencies of {}", candidate.label));
            candidate.cargo.prepare(&candidate.package, *step)?;
            progress.done();
        }
        for _ in 0..runs {
            for (index, candidate) in candidates.iter().enumerate() {
                progress.working_on(&candidate.label);
                let cost = candidate.cargo.measure(&candidate.package, *step)?;
                costs
                    .entry((index, *step == Step::Release))
                    .and_modify(|lowest| *lowest = lowest.lowest(cost))
                    .or_insert(cost);
                progress.done();
            }
        }
    }
    let row = |(index, candidate): (usize, &Candidate)| Row {
        label: candidate.label.clone(),
        check: costs.get(&(index, false)).copied(),
        release: costs.get(&(index, true)).copied(),
    };
    Ok(candidates.iter().enumerate().map(row).collect())
}

/// What a reader has to know about the machine.
fn conditions(runs: u32) -> Result<Vec<String>, Failure> {
    let rustc = std::process::Command::new("rustc")
        .arg("--version")
        .output()?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut conditions = vec![
        format!(
            "{}, {cores} cores",
            String::from_utf8_lossy(&rustc.stdout).trim()
        ),
        format!(
            "the crate alone: cargo and dependencies are not in the figures; not incremental; the lowest of {runs} runs"
        ),
        "× compares processor time with that of the whole generated file".to_owned(),
    ];
    if let Ok(load) = std::fs::read_to_string("/proc/loadavg") {
        let load = load.split(' ').next().unwrap_or_default().to_owned();
        conditions.push(format!("load of the machine when it began: {load}"));
    }
    Ok(conditions)
}

/// Replaces the measured part of a page.
fn save(file: &Path, report: &Report) -> Result<(), Failure> {
    let old =
        std::fs::read_to_string(file).unwrap_or_else(|_| format!("# Performance\n\n{MARK}\n"));
    let head = old.split(MARK).next().unwrap_or_default();
    crate::workspace::write(file, format!("{head}{MARK}\n\n{report}"))
}
