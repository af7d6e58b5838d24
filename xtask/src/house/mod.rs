//! Measures how the sources are built: files and lines, circles, floors, twin names and unwanted words.

mod graph;
mod imports;
mod lexer;
mod links;
mod lists;
mod measured;
mod modules;
mod paths;
mod trip;
mod words;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use measured::{Lists, Measured, files, text};
use words::Occurrence;

use crate::workspace::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The checkout to measure, in place of this one. The lists are always this one's.
    #[arg(long, value_name = "DIR")]
    tree: Option<PathBuf>,
    /// Report on one crate alone.
    #[arg(long = "crate", value_name = "NAME")]
    package: Option<String>,
    /// List every unwanted word with its line.
    #[arg(long)]
    words: bool,
    /// List the imports between files.
    #[arg(long)]
    edges: bool,
}

/// The crates by the names that the lists use, and their folders.
const CRATES: &[(&str, &str)] = &[
    ("src", "src"),
    ("transport", "transport/src"),
    ("auth", "auth/src"),
    ("codegen", "codegen/src"),
    ("macros", "macros/src"),
    ("dynamic", "dynamic/src"),
    ("cli", "cli/src"),
    ("fakes", "fakes/src"),
    ("xtask", "xtask/src"),
];

/// Where tests, examples and benches are.
const TESTS: &[&str] = &[
    "tests",
    "auth/tests",
    "codegen/tests",
    "transport/tests",
    "macros/tests",
    "cli/tests",
    "fakes/tests",
    "examples",
    "benches",
];
/// Prints the measures of every crate; false where a check fails.
pub(crate) fn run(arguments: &Arguments, root: &Path) -> Result<bool, Failure> {
    let lists = Lists::read(root)?;
    let tree = arguments.tree.as_deref().unwrap_or(root);
    let mut report = String::new();
    writeln!(
        report,
        "{:<10} {:>5} {:>6} {:>7} {:>6} {:>7} {:>4} {:>4}  {:<16} {:>4} {:>5}  unwanted words: names / docs / comments / texts",
        "crate",
        "files",
        "lines",
        "no test",
        "median",
        "largest",
        "<40",
        ">450",
        "circles",
        "up",
        "twins",
    )?;
    let mut all = Vec::new();
    for (name, folder) in CRATES {
        if arguments
            .package
            .as_deref()
            .is_none_or(|wanted| wanted == *name)
        {
            let measured = Measured::of(name, folder, tree, &lists)?;
            writeln!(report, "{}", measured.summary())?;
            all.push(measured);
        }
    }
    let mut pages = Vec::new();
    if arguments.package.is_none() {
        pages = page_words(tree, &lists)?;
        let tests = test_words(tree, &lists)?;
        for (name, found) in [("tests", &tests), ("pages", &pages)] {
            writeln!(report, "{name:<10} {} unwanted words", found.len())?;
        }
        if arguments.words {
            pages.extend(tests);
        }
    }
    writeln!(report)?;
    for measured in &all {
        measured.details(&mut report)?;
        if arguments.edges {
            for (from, targets) in &measured.edges {
                for to in targets {
                    writeln!(report, "{}: {from} -> {to}", measured.name)?;
                }
            }
        }
    }
    let occurrences = all
        .iter()
        .flat_map(|measured| &measured.words)
        .chain(&pages);
    if arguments.words {
        for Occurrence {
            file,
            line,
            location,
            word,
            context,
        } in occurrences
        {
            writeln!(
                report,
                "{file}:{line}: {word} ({}): {context}",
                location.title()
            )?;
        }
    } else {
        let mut by_word: BTreeMap<&str, usize> = BTreeMap::new();
        for occurrence in occurrences {
            *by_word.entry(&occurrence.word).or_default() += 1;
        }
        let mut by_word: Vec<_> = by_word.into_iter().collect();
        by_word.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let list: Vec<String> = by_word
            .iter()
            .map(|(word, count)| format!("{word} {count}"))
            .collect();
        writeln!(
            report,
            "unwanted words (--words lists their lines): {}",
            list.join(", ")
        )?;
    }
    print!("{report}");
    let links = links::broken(tree)?;
    for link in &links {
        println!("{link}");
    }
    let trip = lists::trip(&text(&root.join("docs/architecture.md"))?)?;
    let untrue = trip::untrue(&trip, &|file| text(&root.join(file)))?;
    let files: BTreeSet<&String> = trip.iter().map(|(file, _)| file).collect();
    println!(
        "trip of a call: {} functions in {} files",
        trip.len(),
        files.len()
    );
    for failure in &untrue {
        println!("trip: {failure}");
    }
    let sound = untrue.is_empty() && all.iter().all(Measured::is_sound);
    Ok(sound && pages.is_empty() && links.is_empty())
}

/// Returns the unwanted words of tests, examples and benches.
fn test_words(tree: &Path, lists: &Lists) -> Result<Vec<Occurrence>, Failure> {
    let mut found = Vec::new();
    let folders = TESTS.iter().map(|folder| tree.join(folder));
    for folder in folders.filter(|folder| folder.is_dir()) {
        for file in files(&folder, "rs", true)? {
            let path = file
                .strip_prefix(tree)
                .unwrap_or(&file)
                .display()
                .to_string();
            found.extend(lists.search(&path).rust(&text(&file)?, true));
        }
    }
    Ok(found)
}

/// Returns the unwanted words of the pages at the root and below `docs`.
fn page_words(tree: &Path, lists: &Lists) -> Result<Vec<Occurrence>, Failure> {
    let mut pages = files(tree, "md", false)?;
    pages.extend(files(&tree.join("docs"), "md", true)?);
    let mut found = Vec::new();
    for page in pages {
        let path = page
            .strip_prefix(tree)
            .unwrap_or(&page)
            .display()
            .to_string();
        if path != "docs/glossary.md" {
            found.extend(lists.search(&path).page(&text(&page)?));
        }
    }
    Ok(found)
}
