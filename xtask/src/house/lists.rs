//! The lists that `house` checks against: floors and the trip of a call (`docs/architecture.md`), unwanted words (`docs/glossary.md`)
//! and exceptions (`allowed.txt`).

use std::collections::BTreeMap;

use super::graph::Floors;
use crate::workspace::Failure;

/// Where a word is unwanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// In names and in all text.
    Everywhere,
    /// In identifiers and names of files.
    Name,
    /// In names of files alone.
    File,
    /// In comments, texts and pages alone.
    Text,
}

/// The words that are not used, with the forms that are listed.
#[derive(Debug, Default)]
pub(super) struct Unwanted {
    words: BTreeMap<String, Scope>,
    /// Phrases, split into words.
    phrases: Vec<(String, Vec<String>)>,
}

impl Unwanted {
    /// Reads the table below the heading `Words that are not used`: forms, where, what to use.
    pub(super) fn parse(glossary: &str) -> Result<Self, Failure> {
        let (_, section) = glossary
            .split_once("\n## Words that are not used\n")
            .ok_or("docs/glossary.md has no section `Words that are not used`")?;
        let section = section.split("\n## ").next().unwrap_or(section);
        let mut this = Self::default();
        let lines = section.lines().filter(|line| line.starts_with('|'));
        for line in lines.skip(2) {
            let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
            let [forms, scope, _instead] = cells.as_slice() else {
                return Err(format!("docs/glossary.md: three cells are expected in {line}").into());
            };
            let scope = match *scope {
                "everywhere" => Scope::Everywhere,
                "names" => Scope::Name,
                "files" => Scope::File,
                "text" => Scope::Text,
                other => return Err(format!("docs/glossary.md: unknown scope {other}").into()),
            };
            for form in forms.split(',').map(str::trim) {
                let words: Vec<String> = form.split(' ').map(str::to_owned).collect();
                if words.len() == 1 {
                    this.words.insert(form.to_owned(), scope);
                } else {
                    this.phrases.push((form.to_owned(), words));
                }
            }
        }
        Ok(this)
    }

    pub(super) fn scope(&self, word: &str) -> Option<Scope> {
        self.words.get(word).copied()
    }

    /// Returns the unwanted word or phrase that `words` begins with.
    pub(super) fn phrase(&self, words: &[(usize, String)]) -> Option<&str> {
        let (_, first) = words.first()?;
        if let Some((word, Scope::Everywhere | Scope::Text)) = self.words.get_key_value(first) {
            return Some(word);
        }
        self.phrases
            .iter()
            .find(|(_, phrase)| {
                phrase.len() <= words.len() && phrase.iter().zip(words).all(|(a, (_, b))| a == b)
            })
            .map(|(phrase, _)| phrase.as_str())
    }
}

/// Exceptions, each with its reason.
#[derive(Debug, Default)]
pub(super) struct Allowed {
    /// Prefix of the path, and the word, identifier or part of a line.
    words: Vec<(String, String)>,
    /// Crate and type.
    types: Vec<(String, String)>,
}

impl Allowed {
    /// Reads lines of three fields: `word PATH: WHAT: reason` and `type CRATE: NAME: reason`.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let mut this = Self::default();
        let lines = text.lines().map(str::trim);
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let fields: Vec<&str> = line.splitn(3, ": ").collect();
            let &[first, what, reason] = fields.as_slice() else {
                return Err(format!("allowed.txt: three fields are expected in {line}").into());
            };
            if reason.trim().is_empty() {
                return Err(format!("allowed.txt: a reason is missing in {line}").into());
            }
            match first.split_once(' ') {
                Some(("word", path)) => this.words.push((path.to_owned(), what.to_owned())),
                Some(("type", name)) => this.types.push((name.to_owned(), what.to_owned())),
                _ => return Err(format!("allowed.txt: unknown kind in {line}").into()),
            }
        }
        Ok(this)
    }

    /// Whether `word` may be in `context`, an identifier or a line. An exception names the word, the identifier or a longer part of the line.
    pub(super) fn word(&self, path: &str, word: &str, context: &str) -> bool {
        self.words.iter().any(|(prefix, what)| {
            let here = prefix == "*" || path.starts_with(prefix.as_str());
            let meant = what == word
                || what == context
                || (what.contains(' ') && context.contains(what.as_str()));
            here && meant
        })
    }

    pub(super) fn type_name(&self, package: &str, name: &str) -> bool {
        self.types
            .iter()
            .any(|(of, allowed)| of == package && allowed == name)
    }
}

/// Reads the floors of every crate: `name: lowest modules < higher modules < highest modules`, with indented lines as continuation.
pub(super) fn floors(page: &str) -> Result<BTreeMap<String, Floors>, Failure> {
    let mut texts: Vec<(&str, String)> = Vec::new();
    for line in fenced(page, "text floors")?.lines() {
        if let Some((name, rest)) = line.split_once(':') {
            texts.push((name, rest.to_owned()));
        } else if let Some((_, text)) = texts.last_mut() {
            text.push(' ');
            text.push_str(line);
        }
    }
    let mut all = BTreeMap::new();
    for (name, text) in texts {
        let mut floors = Floors::default();
        for (number, modules) in text.split('<').enumerate() {
            for module in modules.split_whitespace() {
                if !floors.add(module, number + 1) {
                    return Err(format!("floors of {name}: {module} is listed twice").into());
                }
            }
        }
        all.insert(name.to_owned(), floors);
    }
    Ok(all)
}

/// Reads the trip of a call: lines `file: function`.
pub(super) fn trip(page: &str) -> Result<Vec<(String, String)>, Failure> {
    fenced(page, "text trip")?
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            line.trim()
                .split_once(": ")
                .map(|(file, function)| (file.to_owned(), function.trim().to_owned()))
                .ok_or_else(|| format!("trip: `file: function` is expected in {line}").into())
        })
        .collect()
}

/// Returns the fenced block with the given info string.
fn fenced<'a>(page: &'a str, info: &str) -> Result<&'a str, Failure> {
    page.split_once(&format!("```{info}\n"))
        .and_then(|(_, rest)| rest.split_once("```"))
        .map(|(block, _)| block)
        .ok_or_else(|| format!("docs/architecture.md has no block `{info}`").into())
}
