//! Finds the words that `docs/glossary.md` lists as not used.

use std::collections::BTreeMap;

use super::lexer::{Kind, pieces, test_lines};
use super::lists::{Allowed, Scope, Unwanted};

/// Where a word was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Location {
    Name,
    Doc,
    Comment,
    Text,
    Page,
}

impl Location {
    pub(super) const ALL: [Self; 5] =
        [Self::Name, Self::Doc, Self::Comment, Self::Text, Self::Page];

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Name => "names",
            Self::Doc => "docs",
            Self::Comment => "comments",
            Self::Text => "texts",
            Self::Page => "pages",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Occurrence {
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) location: Location,
    pub(super) word: String,
    /// The identifier or line that has it.
    pub(super) context: String,
}

/// Returns the numbers of occurrences by location.
pub(super) fn counts(occurrences: &[Occurrence]) -> BTreeMap<Location, usize> {
    let mut counts = BTreeMap::new();
    for occurrence in occurrences {
        *counts.entry(occurrence.location).or_default() += 1;
    }
    counts
}

/// Finds unwanted words in one file.
pub(super) struct Search<'a> {
    /// The file's path in the repository.
    pub(super) path: &'a str,
    pub(super) unwanted: &'a Unwanted,
    pub(super) allowed: &'a Allowed,
    pub(super) found: Vec<Occurrence>,
}

impl Search<'_> {
    /// Returns the unwanted words of a Rust file, with or without those of items that only tests have.
    pub(super) fn rust(mut self, source: &str, tests: bool) -> Vec<Occurrence> {
        let pieces = pieces(source);
        let left_out = if tests {
            Vec::new()
        } else {
            test_lines(&pieces)
        };
        self.module_name();
        // Lines of a comment that follow each other are one text.
        let mut comment: Option<(usize, Location, String)> = None;
        let mut last_line = 0;
        for piece in &pieces {
            let within = |(from, to): &(usize, usize)| (*from..=*to).contains(&piece.line);
            if left_out.iter().any(within) {
                continue;
            }
            let location = match piece.kind {
                Kind::Word => Location::Name,
                Kind::Doc => Location::Doc,
                Kind::Comment => Location::Comment,
                Kind::Text => Location::Text,
                Kind::Punct(_) => continue,
            };
            match &mut comment {
                Some((_, of, text)) if *of == location && piece.line == last_line + 1 => {
                    text.push('\n');
                    text.push_str(piece.text);
                }
                _ => {
                    self.finish(comment.take());
                    match location {
                        Location::Name => self.name(piece.line, piece.text),
                        Location::Text => self.prose(piece.line, location, piece.text),
                        _ => comment = Some((piece.line, location, piece.text.to_owned())),
                    }
                }
            }
            last_line = piece.line;
        }
        self.finish(comment);
        self.found
    }

    /// Returns the unwanted words of a page in Markdown.
    pub(super) fn page(mut self, page: &str) -> Vec<Occurrence> {
        self.prose(1, Location::Page, page);
        self.found
    }

    fn finish(&mut self, comment: Option<(usize, Location, String)>) {
        if let Some((line, location, text)) = comment {
            self.prose(line, location, &text);
        }
    }

    /// The name that the file gives to its module.
    fn module_name(&mut self) {
        let path = self.path.strip_suffix(".rs").unwrap_or(self.path);
        let path = path.strip_suffix("/mod").unwrap_or(path);
        let module = path.rsplit('/').next().unwrap_or(path);
        for word in words(module) {
            if matches!(
                self.unwanted.scope(&word),
                Some(Scope::Everywhere | Scope::Name | Scope::File)
            ) {
                self.add(1, Location::Name, word, module);
            }
        }
    }

    fn name(&mut self, line: usize, name: &str) {
        for word in words(name) {
            if matches!(
                self.unwanted.scope(&word),
                Some(Scope::Everywhere | Scope::Name)
            ) {
                self.add(line, Location::Name, word, name);
            }
        }
    }

    /// Finds unwanted words in a text that begins on `line`; a phrase may have a line break.
    fn prose(&mut self, line: usize, location: Location, text: &str) {
        let words = prose_words(text);
        for (index, (start, _)) in words.iter().enumerate() {
            if let Some(word) = self.unwanted.phrase(&words[index..]) {
                let line = line + text[..*start].matches('\n').count();
                let word = word.to_owned();
                self.add(line, location, word, line_at(text, *start));
            }
        }
    }

    fn add(&mut self, line: usize, location: Location, word: String, context: &str) {
        if !self.allowed.word(self.path, &word, context) {
            self.found.push(Occurrence {
                file: self.path.to_owned(),
                line,
                location,
                word,
                context: context.trim().to_owned(),
            });
        }
    }
}

fn line_at(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
    &text[start..end]
}

/// Splits a text into words in lower case, each with its offset.
pub(super) fn prose_words(text: &str) -> Vec<(usize, String)> {
    let mut words = Vec::new();
    let mut start = None;
    for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
        match (character.is_alphanumeric(), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.push((from, text[from..at].to_lowercase()));
                start = None;
            }
            _ => {}
        }
    }
    words
}

/// Splits an identifier into words in lower case.
pub(super) fn words(identifier: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let characters: Vec<char> = identifier.chars().collect();
    for (at, character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| characters[at]);
        let after = characters.get(at + 1);
        let begins = character.is_uppercase()
            && (before.is_some_and(|before| !before.is_uppercase())
                || after.is_some_and(|after| after.is_lowercase()));
        if begins || !character.is_alphanumeric() {
            words.push(String::new());
        }
        if character.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(character.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
