//! Measures how the sources are built: files and lines, circles, floors, twin names and unwanted words.

mod graph;
mod imports;
mod lexer;
mod lists;
mod modules;
mod paths;
mod trip;
mod words;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use graph::{Edges, Floors};
use lists::{Allowed, Unwanted};
use modules::{Crate, Sources, TypeName};
use words::{Location, Occurrence, Search};

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

/// A circle of more files than these fails the test.
const LARGEST_CIRCLE: usize = 3;

/// The lists of this repository.
struct Lists {
    floors: BTreeMap<String, Floors>,
    unwanted: Unwanted,
    allowed: Allowed,
}

impl Lists {
    fn read(root: &Path) -> Result<Self, Failure> {
        let page = text(&root.join("docs/architecture.md"))?;
        Ok(Self {
            floors: lists::floors(&page)?,
            unwanted: Unwanted::parse(&text(&root.join("docs/glossary.md"))?)?,
            allowed: Allowed::parse(include_str!("allowed.txt"))?,
        })
    }

    fn search<'a>(&'a self, path: &'a str) -> Search<'a> {
        Search {
            path,
            unwanted: &self.unwanted,
            allowed: &self.allowed,
            found: Vec::new(),
        }
    }
}

/// What is measured of one crate.
struct Measured {
    name: &'static str,
    /// Lines of each file, without those that only tests have.
    sizes: BTreeMap<String, usize>,
    /// Lines of all files.
    lines: usize,
    edges: Edges,
    circles: Vec<Vec<String>>,
    violations: Vec<String>,
    twins: Vec<(String, Vec<String>)>,
    /// Files that no module declares.
    unreached: Vec<String>,
    words: Vec<Occurrence>,
}

impl Measured {
    fn of(name: &'static str, folder: &str, tree: &Path, lists: &Lists) -> Result<Self, Failure> {
        let sources = sources(&tree.join(folder))?;
        let read = Crate::read(&sources)?;
        let edges = imports::edges(&read);
        let test_modules = test_modules(&sources);
        let mut sizes = BTreeMap::new();
        let mut words = Vec::new();
        let mut unreached = Vec::new();
        for (file, source) in &sources {
            if !read.files.contains(file) {
                let path = file.strip_suffix(".rs").unwrap_or(file);
                let for_tests = path.split('/').any(|part| test_modules.contains(part));
                if !for_tests && !is_test_file(file) {
                    unreached.push(file.clone());
                }
                continue;
            }
            let path = format!("{folder}/{file}");
            sizes.insert(file.clone(), lines_without_tests(source));
            words.extend(lists.search(&path).rust(source, false));
        }
        let violations = lists.floors.get(name).map_or_else(
            || vec!["no floors are listed".to_owned()],
            |floors| floors.violations(&read.files, &edges),
        );
        Ok(Self {
            name,
            lines: sources.values().map(|source| source.lines().count()).sum(),
            circles: graph::circles(&edges),
            violations,
            twins: twins(name, &read.types, &lists.allowed),
            sizes,
            edges,
            unreached,
            words,
        })
    }

    fn summary(&self) -> String {
        let mut sizes: Vec<usize> = self.sizes.values().copied().collect();
        sizes.sort_unstable();
        let median = sizes.get(sizes.len() / 2).copied().unwrap_or_default();
        let sum: usize = sizes.iter().sum();
        let small = sizes.iter().filter(|lines| **lines < 40).count();
        let large = sizes.iter().filter(|lines| **lines > 450).count();
        let mut circles: Vec<String> = self
            .circles
            .iter()
            .take(6)
            .map(|circle| circle.len().to_string())
            .collect();
        if self.circles.len() > 6 {
            circles.push("..".to_owned());
        }
        let circles = if circles.is_empty() {
            "-".to_owned()
        } else {
            circles.join(",")
        };
        let counts = words::counts(&self.words);
        let words: Vec<String> = Location::ALL[..4]
            .iter()
            .map(|location| {
                counts
                    .get(location)
                    .copied()
                    .unwrap_or_default()
                    .to_string()
            })
            .collect();
        format!(
            "{:<10} {:>5} {:>6} {sum:>7} {median:>6} {:>7} {small:>4} {large:>4}  {circles:<16} {:>4} {:>5}  {}",
            self.name,
            sizes.len(),
            self.lines,
            sizes.last().copied().unwrap_or_default(),
            self.violations.len(),
            self.twins.len(),
            words.join(" / "),
        )
    }

    fn details(&self, report: &mut String) -> std::fmt::Result {
        for circle in &self.circles {
            writeln!(
                report,
                "{}: circle of {}: {}",
                self.name,
                circle.len(),
                circle.join(" ")
            )?;
        }
        for violation in &self.violations {
            writeln!(report, "{}: {violation}", self.name)?;
        }
        for (name, files) in &self.twins {
            writeln!(
                report,
                "{}: type {name} is in {}",
                self.name,
                files.join(" and ")
            )?;
        }
        for file in &self.unreached {
            writeln!(report, "{}: no module declares {file}", self.name)?;
        }
        for (file, lines) in &self.sizes {
            if *lines < 40 || *lines > 450 {
                writeln!(report, "{}: {file} has {lines} lines", self.name)?;
            }
        }
        Ok(())
    }
}

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
    let trip = lists::trip(&text(&root.join("docs/architecture.md"))?)?;
    let untrue = trip::untrue(&trip, &|file| text(&root.join(file)))?;
    for failure in &untrue {
        println!("trip: {failure}");
    }
    let sound = untrue.is_empty()
        && all.iter().all(|measured| {
            measured.violations.is_empty()
                && measured.twins.is_empty()
                && measured.words.is_empty()
                && measured
                    .circles
                    .iter()
                    .all(|circle| circle.len() <= LARGEST_CIRCLE)
        });
    Ok(sound && pages.is_empty())
}

/// Returns the type names that more than one module of a crate defines.
fn twins(
    package: &str,
    types: &BTreeSet<TypeName>,
    allowed: &Allowed,
) -> Vec<(String, Vec<String>)> {
    let mut by_name: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for name in types {
        by_name
            .entry(&name.name)
            .or_default()
            .push(name.file.clone() + if name.within.is_empty() { "" } else { ":" } + &name.within);
    }
    by_name
        .into_iter()
        .filter(|(name, files)| files.len() > 1 && !allowed.type_name(package, name))
        .map(|(name, files)| (name.to_owned(), files))
        .collect()
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

fn lines_without_tests(source: &str) -> usize {
    let left_out: usize = lexer::test_lines(&lexer::pieces(source))
        .iter()
        .map(|(from, to)| to + 1 - from)
        .sum();
    source.lines().count() - left_out
}

fn is_test_file(file: &str) -> bool {
    file.split('/')
        .any(|part| part == "tests" || part == "tests.rs" || part.ends_with("_tests.rs"))
}

/// Returns the names of `#[cfg(test)] mod name;`.
fn test_modules(sources: &Sources) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for source in sources.values() {
        for declaration in source.split("#[cfg(test)]").skip(1) {
            let name = declaration.trim_start().strip_prefix("mod ");
            names.extend(name.and_then(|rest| Some(rest.split_once(';')?.0)));
        }
    }
    names
}

/// Reads the Rust files below a folder.
fn sources(folder: &Path) -> Result<Sources, Failure> {
    let mut sources = Sources::new();
    for file in files(folder, "rs", true)? {
        let path = file.strip_prefix(folder).unwrap_or(&file);
        sources.insert(path.display().to_string().replace('\\', "/"), text(&file)?);
    }
    Ok(sources)
}

fn text(path: &Path) -> Result<String, Failure> {
    Ok(String::from_utf8(crate::workspace::read(path)?)?)
}

/// Returns the files of a folder that have the extension, sorted.
fn files(folder: &Path, extension: &str, recursive: bool) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder)
        .map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() && recursive {
            found.extend(files(&path, extension, recursive)?);
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
