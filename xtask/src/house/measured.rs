//! Measures one crate.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::graph::{self, Edges, Floors};
use super::lists::{self, Allowed, Unwanted};
use super::modules::{Crate, Sources, TypeName};
use super::words::{self, Location, Occurrence, Search};
use super::{imports, lexer};
use crate::workspace::{Failure, read};

/// A circle of more files than these fails the test.
const LARGEST_CIRCLE: usize = 3;

/// The lists of this repository.
pub(super) struct Lists {
    pub(super) floors: BTreeMap<String, Floors>,
    unwanted: Unwanted,
    allowed: Allowed,
}

impl Lists {
    pub(super) fn read(root: &Path) -> Result<Self, Failure> {
        let page = text(&root.join("docs/architecture.md"))?;
        Ok(Self {
            floors: lists::floors(&page)?,
            unwanted: Unwanted::parse(&text(&root.join("docs/glossary.md"))?)?,
            allowed: Allowed::parse(include_str!("allowed.txt"))?,
        })
    }

    pub(super) fn search<'a>(&'a self, path: &'a str) -> Search<'a> {
        Search {
            path,
            unwanted: &self.unwanted,
            allowed: &self.allowed,
            found: Vec::new(),
        }
    }
}

/// What is measured of one crate.
pub(super) struct Measured {
    pub(super) name: &'static str,
    /// Lines of each file, without those that only tests have.
    pub(super) sizes: BTreeMap<String, usize>,
    /// Lines of all files.
    pub(super) lines: usize,
    pub(super) edges: Edges,
    pub(super) circles: Vec<Vec<String>>,
    pub(super) violations: Vec<String>,
    pub(super) twins: Vec<(String, Vec<String>)>,
    /// Files that no module declares.
    pub(super) unreached: Vec<String>,
    pub(super) words: Vec<Occurrence>,
}

impl Measured {
    pub(super) fn of(
        name: &'static str,
        folder: &str,
        tree: &Path,
        lists: &Lists,
    ) -> Result<Self, Failure> {
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

    /// Whether no check fails.
    pub(super) fn is_sound(&self) -> bool {
        self.violations.is_empty()
            && self.twins.is_empty()
            && self.words.is_empty()
            && self.unreached.is_empty()
            && self
                .circles
                .iter()
                .all(|circle| circle.len() <= LARGEST_CIRCLE)
    }

    pub(super) fn summary(&self) -> String {
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

    pub(super) fn details(&self, report: &mut String) -> std::fmt::Result {
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
/// Returns the type names that more than one module of a crate defines.
pub(super) fn twins(
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

/// Returns the names of `#[cfg(test)] mod name;`, also with further conditions.
fn test_modules(sources: &Sources) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    for source in sources.values() {
        for condition in source.split("#[cfg(").skip(1) {
            let Some((condition, declaration)) = condition.split_once("]") else {
                continue;
            };
            if condition == "test)" || condition.starts_with("all(test,") {
                let name = declaration.trim_start().strip_prefix("mod ");
                names.extend(name.and_then(|rest| Some(rest.split_once(';')?.0)));
            }
        }
    }
    names
}

/// Reads the Rust files below a folder.
pub(super) fn sources(folder: &Path) -> Result<Sources, Failure> {
    let mut sources = Sources::new();
    for file in files(folder, "rs", true)? {
        let path = file.strip_prefix(folder).unwrap_or(&file);
        sources.insert(path.display().to_string().replace('\\', "/"), text(&file)?);
    }
    Ok(sources)
}

pub(super) fn text(path: &Path) -> Result<String, Failure> {
    Ok(String::from_utf8(read(path)?)?)
}

/// Returns the files of a folder that have the extension, sorted.
pub(super) fn files(
    folder: &Path,
    extension: &str,
    recursive: bool,
) -> Result<Vec<PathBuf>, Failure> {
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
