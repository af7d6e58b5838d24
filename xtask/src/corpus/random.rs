//! Documents made at random: each is generated as it is known to be right, or refused with the place, and what is generated compiles.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use gapi_random_documents::{Outcome, forms, trial};

use super::Arguments;
use super::compile::Compiler;
use super::module::Module;
use crate::progress::{Progress, lock};
use crate::workspace::Failure;

/// What became of all documents.
#[derive(Debug, Default)]
struct Tried {
    modules: Vec<Module>,
    refused: u64,
    /// How often each form occurs.
    forms: BTreeMap<String, usize>,
}

/// Tries the documents of these seeds; true when all holds, and each form occurs.
pub(super) fn run(
    seeds: Range<u64>,
    arguments: &Arguments,
    compiler: Option<&Compiler>,
    jobs: usize,
) -> Result<bool, Failure> {
    let count = seeds.end - seeds.start;
    let mut tried = all(seeds, compiler, jobs)?;
    super::compile(&mut tried.modules, arguments, compiler)?;
    let missing = report(&tried.forms);
    let mut failed = 0;
    for module in &tried.modules {
        failed += u64::from(!module.failures.is_empty());
        for failure in &module.failures {
            println!("{failure}");
        }
    }
    let refused = tried.refused;
    let made = count - refused - failed;
    let done = if arguments.compile {
        "compiled"
    } else {
        "generated"
    };
    println!(
        "{}/{count} documents ({made} {done}, {refused} refused)",
        count - failed
    );
    Ok(failed == 0 && missing == 0)
}

fn all(seeds: Range<u64>, compiler: Option<&Compiler>, jobs: usize) -> Result<Tried, Failure> {
    let length = usize::try_from(seeds.end - seeds.start)?;
    let progress = Progress::new("trying", length);
    let next = AtomicU64::new(seeds.start);
    let tried = Mutex::new(Tried::default());
    let failure = Mutex::new(None);
    thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        break;
                    }
                    if let Err(error) = one(seed, compiler, &tried) {
                        *lock(&failure) = Some(error);
                    }
                    progress.done();
                }
            });
        }
    });
    if let Some(error) = lock(&failure).take() {
        return Err(error);
    }
    let mut tried = std::mem::take(&mut *lock(&tried));
    tried.modules.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(tried)
}

fn one(seed: u64, compiler: Option<&Compiler>, tried: &Mutex<Tried>) -> Result<(), Failure> {
    let trial = trial(seed);
    let faults = trial.faults.iter();
    let mut module = Module {
        name: format!("random_{seed:06}"),
        failures: faults
            .map(|fault| format!("seed {seed}: {fault}"))
            .collect(),
        ..Module::default()
    };
    let mut is_refused = false;
    match trial.outcome {
        Some(Outcome::Module {
            text,
            recursion_limit,
        }) => {
            module.text_len = text.len();
            module.recursion_limit = recursion_limit;
            if let Some(compiler) = compiler {
                compiler.add(&module.name, &text)?;
            }
        }
        Some(Outcome::Refused(_)) => is_refused = module.failures.is_empty(),
        _ => {}
    }
    let mut tried = lock(tried);
    for (form, count) in trial.random.forms {
        *tried.forms.entry(form).or_default() += count;
    }
    if is_refused {
        tried.refused += 1;
    } else {
        tried.modules.push(module);
    }
    Ok(())
}

/// Prints how often each form occurred, and gives the number of those that did not.
fn report(found: &BTreeMap<String, usize>) -> usize {
    // A form is called `group: form`; the odd texts are a table, a line for each kind of text.
    let mut groups: BTreeMap<String, String> = BTreeMap::new();
    let mut missing = 0;
    for form in forms() {
        let count = found.get(&form).copied().unwrap_or_default();
        missing += usize::from(count == 0);
        let (group, name) = form.split_once(": ").unwrap_or(("", &form));
        let (group, name) = match name.split_once(" in a ") {
            Some((class, kind)) if group == "text" => (format!("text, {kind}"), class),
            _ => (group.to_owned(), name),
        };
        let line = groups.entry(group).or_default();
        let comma = if line.is_empty() { "" } else { ", " };
        // Writing to a text cannot fail.
        let _ = write!(line, "{comma}{} {count}", name.trim());
    }
    for (group, line) in groups {
        println!("  {group}: {line}");
    }
    missing
}
