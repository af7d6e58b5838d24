//! Links of pages: each leads to a file and a heading that exist, and links between pages of the guide work in rustdoc too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use super::measured::{files, text};
use crate::workspace::Failure;

/// Where labels of the guide mean modules.
const MODULES: &str = "src/guide/links.md";

/// Folders and files below `docs` that are modules of the guide.
const GUIDE: [&str; 4] = [
    "guide/",
    "coming-from/",
    "guide.md",
    "oauth-for-python-users.md",
];

/// The links of a page.
#[derive(Debug, Default)]
struct Links {
    /// Targets of `[text](target)`.
    inline: Vec<String>,
    /// Labels of `[text][label]`.
    labels: Vec<String>,
    /// Targets of `[label]: target`.
    definitions: BTreeMap<String, String>,
    /// The fragments of its headings.
    headings: BTreeSet<String>,
}

impl Links {
    fn of(page: &str) -> Self {
        let mut links = Self::default();
        let mut prose = String::new();
        let mut in_block = false;
        for line in page.lines() {
            if line.trim_start().starts_with("```") {
                in_block = !in_block;
            } else if in_block {
            } else if let Some((label, target)) = definition(line) {
                links
                    .definitions
                    .insert(label.to_owned(), target.to_owned());
            } else {
                if let Some(heading) = line.strip_prefix('#') {
                    links
                        .headings
                        .insert(fragment(heading.trim_start_matches('#').trim()));
                }
                prose.push_str(line);
                prose.push('\n');
            }
        }
        // Every second part is code.
        let prose: String = prose.split('`').step_by(2).collect();
        for rest in prose.split("](").skip(1) {
            let target = rest.split(')').next().unwrap_or_default();
            links.inline.push(target.to_owned());
        }
        for rest in prose.split("][").skip(1) {
            let label = rest.split(']').next().unwrap_or_default();
            links.labels.push(label.to_owned());
        }
        links
    }
}

/// Reads `[label]: target`.
fn definition(line: &str) -> Option<(&str, &str)> {
    let (label, target) = line.strip_prefix('[')?.split_once("]: ")?;
    Some((label, target.trim()))
}

/// Returns the fragment by which browsers find a heading.
fn fragment(heading: &str) -> String {
    let letters = heading.to_lowercase();
    let letters = letters
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    letters.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// Returns what is wrong with the links of the pages at the root, below `docs`, and of each package.
pub(super) fn broken(tree: &Path) -> Result<Vec<String>, Failure> {
    let mut paths = files(tree, "md", false)?;
    paths.extend(files(&tree.join("docs"), "md", true)?);
    for entry in std::fs::read_dir(tree)? {
        let readme = entry?.path().join("README.md");
        if readme.is_file() {
            paths.push(readme);
        }
    }
    let mut pages = BTreeMap::new();
    for path in paths {
        let links = Links::of(&text(&path)?);
        pages.insert(path.strip_prefix(tree).unwrap_or(&path).to_owned(), links);
    }
    let modules = Links::of(&text(&tree.join(MODULES))?).definitions;
    let exists = |path: &Path| tree.join(path).exists();
    Ok(wrong(&pages, &modules, &exists))
}

fn wrong(
    pages: &BTreeMap<PathBuf, Links>,
    modules: &BTreeMap<String, String>,
    exists: &dyn Fn(&Path) -> bool,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for (path, links) in pages {
        let mut report = |what: String| wrong.push(format!("{}: {what}", path.display()));
        for target in links.inline.iter().chain(links.definitions.values()) {
            if target.contains("://") {
                continue;
            }
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() {
                path.clone()
            } else {
                beside(path, file)
            };
            let has_heading = |page: &Links| heading.is_empty() || page.headings.contains(heading);
            if !exists(&file) || !pages.get(&file).is_none_or(has_heading) {
                report(format!("{target} does not exist"));
            }
        }
        for label in &links.labels {
            if !links.definitions.contains_key(label) {
                report(format!("the label {label} is not defined"));
            }
        }
        let is_of_guide = |part: &&str| path.starts_with(format!("docs/{part}"));
        if GUIDE.iter().any(is_of_guide) {
            for target in &links.inline {
                if !target.starts_with('#') && !target.contains("://") {
                    report(format!(
                        "write ({target}) as a label, which rustdoc reads too; see {MODULES}"
                    ));
                }
            }
            for label in links.definitions.keys() {
                let heading =
                    |text: &str| text.split_once('#').map(|(_, heading)| heading.to_owned());
                match modules.get(label) {
                    None => report(format!("{MODULES} does not define the label {label}")),
                    Some(module) if heading(module) != heading(label) => {
                        report(format!(
                            "{MODULES} has another heading for the label {label}"
                        ));
                    }
                    Some(_) => {}
                }
            }
        }
    }
    wrong
}

/// Returns the path of a file that a page refers to.
fn beside(page: &Path, file: &str) -> PathBuf {
    let mut path = page.parent().unwrap_or(Path::new("")).to_owned();
    for component in Path::new(file).components() {
        if component == Component::ParentDir {
            path.pop();
        } else {
            path.push(component);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_lead_nowhere_are_found() {
        let pages = [
            (
                "README.md",
                "# Title\n[a](docs/guide.md#one-two) [b](docs/no.md) [c](https://x.example) `[d](no.md)`\n```\n[e](no.md)\n```\n",
            ),
            (
                "docs/guide.md",
                "## One, `two`\n[f](#one-two) [g](#three) [h][i.md] [j][k.md]\n\n[i.md]: guide/i.md\n[l.md#m]: guide/i.md\n",
            ),
            ("docs/guide/i.md", "[n](../guide.md)\n"),
        ];
        let read = |(path, text): (&str, &str)| (PathBuf::from(path), Links::of(text));
        let pages: BTreeMap<_, _> = pages.map(read).into();
        let modules =
            Links::of("[i.md]: crate::guide::i\n[l.md#m]: crate::guide::l#o\n").definitions;
        assert_eq!(
            wrong(&pages, &modules, &|path| pages.contains_key(path)),
            [
                "README.md: docs/no.md does not exist",
                "docs/guide/i.md: write (../guide.md) as a label, which rustdoc reads too; see src/guide/links.md",
                "docs/guide.md: #three does not exist",
                "docs/guide.md: the label k.md is not defined",
                "docs/guide.md: src/guide/links.md has another heading for the label l.md#m",
            ]
        );
    }
}
