//! `cargo xtask corpus`: generate the module of every document of a folder, and of documents made at random.

mod compile;
mod generate;
mod module;
mod patches;
mod random;
mod streams;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::workspace::{Failure, documents, glob, stem};
use compile::{Compiler, Pass};
use module::{Counts, Methods, Module};
use streams::Streams;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder of documents; a relative path starts at the repository's root.
    #[arg(required_unless_present = "random")]
    folder: Option<PathBuf>,
    /// Make so many documents at random, and check what becomes of them.
    #[arg(long, value_name = "N")]
    random: Option<u64>,
    /// The seed of the first of them; each one has a seed of its own.
    #[arg(long, value_name = "S", default_value_t = 0, requires = "random")]
    seed: u64,
    /// Type-check the generated modules.
    #[arg(long)]
    compile: bool,
    /// Run rustdoc over the generated modules.
    #[arg(long)]
    doc: bool,
    /// Only documents whose file name, without `.json`, matches: `compute.*`, `sql*`.
    #[arg(long, value_name = "GLOB")]
    only: Option<String>,
    /// What to generate of each document: everything, or no more than its schemas.
    #[arg(long, value_enum, default_value_t = Methods::All)]
    methods: Methods,
    /// Make formatted files, as `--compile` and `--doc` do, and not only the text that the macro takes.
    #[arg(long)]
    format: bool,
    /// List the methods that have no stream of items and no wait, with the reason.
    #[arg(long)]
    streams: bool,
    /// List only what each PATCH makes of a change, and each PUT and POST that takes one or has a mask; compare that with the list that is kept.
    #[arg(long)]
    patches: bool,
    /// How many documents to work on at a time; the number of cores unless given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    jobs: Option<u16>,
}

pub(crate) fn run(arguments: &Arguments, root: &Path) -> Result<bool, Failure> {
    let compiler = if arguments.compile || arguments.doc {
        Some(Compiler::new(root)?)
    } else {
        None
    };
    let jobs = match arguments.jobs {
        Some(jobs) => usize::from(jobs),
        None => std::thread::available_parallelism().map_or(1, usize::from),
    };
    let before = cpu();
    let mut good = true;
    if let Some(folder) = &arguments.folder {
        good &= documents_of(&root.join(folder), arguments, compiler.as_ref(), jobs)?;
    }
    let between = cpu();
    if let Some(count) = arguments.random {
        let seeds = arguments.seed..arguments.seed.saturating_add(count);
        good &= random::run(seeds, arguments, compiler.as_ref(), jobs)?;
        if let (Some(_), Some(before), Some(between), Some(after)) =
            (&arguments.folder, before, between, cpu())
        {
            println!(
                "processor time: {:.1} s for the folder, {:.1} s for the random documents",
                between - before,
                after - between
            );
        }
    }
    Ok(good)
}

/// Every document of a folder.
fn documents_of(
    folder: &Path,
    arguments: &Arguments,
    compiler: Option<&Compiler>,
    jobs: usize,
) -> Result<bool, Failure> {
    let mut files = documents(folder)?;
    if let Some(only) = &arguments.only {
        files.retain(|file| glob(only, &stem(file)));
    }
    if files.is_empty() {
        return Err(format!("no document in {} to work on", folder.display()).into());
    }
    let generator = generate::Generator {
        compiler,
        methods: arguments.methods,
        format: arguments.format,
    };
    let start = Instant::now();
    let mut modules = generator.all(&files, jobs)?;
    eprintln!(
        "generated {} in {:.1} s, {jobs} at a time",
        if generator.formats() {
            "and formatted"
        } else {
            "without formatting"
        },
        start.elapsed().as_secs_f64()
    );
    compile(&mut modules, arguments, compiler)?;
    if arguments.patches {
        return Ok(report_patches(modules));
    }
    let mut streams = Streams::default();
    for module in &modules {
        streams.add(module.streams.clone());
    }
    print!("{}", streams.report(arguments.streams));
    Ok(report(&modules) && streams.is_complete())
}

/// Prints what the methods make of changes, and how that differs from the list that is kept.
fn report_patches(modules: Vec<Module>) -> bool {
    let mut documents = BTreeMap::new();
    let mut is_whole = true;
    for module in modules {
        for failure in &module.failures {
            eprintln!("{failure}");
            is_whole = false;
        }
        for line in &module.patches {
            println!("{line}");
        }
        documents.insert(module.name, module.patches);
    }
    let differences = patches::differences(&documents);
    for difference in &differences {
        eprintln!("{difference}");
    }
    eprintln!(
        "{} lines differ from the list that is kept",
        differences.len()
    );
    is_whole && differences.is_empty()
}

/// The steps that are asked for.
fn compile(
    modules: &mut [Module],
    arguments: &Arguments,
    compiler: Option<&Compiler>,
) -> Result<(), Failure> {
    let Some(compiler) = compiler else {
        return Ok(());
    };
    for (pass, wanted) in [(Pass::Check, arguments.compile), (Pass::Doc, arguments.doc)] {
        if wanted {
            compiler.run(pass, modules)?;
        }
    }
    Ok(())
}

/// Seconds of processor time of this program and of those that it ran, where the system reports it.
fn cpu() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    crate::bench_compile::cpu_of_all(&stat)
}

/// Prints every failure, then one line of counts.
fn report(modules: &[Module]) -> bool {
    let mut good = Counts::default();
    let mut all = Counts::default();
    for module in modules {
        all.add(module.total);
        if module.failures.is_empty() {
            good.add(module.made);
        }
        for failure in &module.failures {
            println!("{failure}");
        }
    }
    println!(
        "{}/{} documents, {}/{} methods, {}/{} schemas",
        good.documents, all.documents, good.methods, all.methods, good.schemas, all.schemas
    );
    good == all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_document_counts_for_nothing() {
        let total = Counts {
            documents: 1,
            methods: 3,
            schemas: 2,
        };
        let module = |failures: Vec<String>| Module {
            name: "tasks.v1".to_owned(),
            total,
            made: total,
            failures,
            ..Module::default()
        };
        assert!(report(&[module(Vec::new()), module(Vec::new())]));
        assert!(!report(&[
            module(Vec::new()),
            module(vec!["tasks.v1.json: schemas: broken".to_owned()])
        ]));
    }
}
