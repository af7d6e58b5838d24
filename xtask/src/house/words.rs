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

/// Returns the unwanted words of a Rust file, `path` being its path in the repository; with `tests` also those of items that only tests have.
pub(super) fn in_rust(
    path: &str,
    source: &str,
    tests: bool,
    unwanted: &Unwanted,
    allowed: &Allowed,
) -> Vec<Occurrence> {
    let pieces = pieces(source);
    let left_out = if tests {
        Vec::new()
    } else {
        test_lines(&pieces)
    };
    let mut found = Vec::new();
    let stem = path.rsplit('/').next().unwrap_or(path);
    let module = stem.strip_suffix(".rs").unwrap_or(stem);
    for word in words(module) {
        if let Some(scope) = unwanted.scope(&word)
            && scope != Scope::Text
            && !allowed.word(path, &word, module)
        {
            found.push(Occurrence {
                file: path.to_owned(),
                line: 1,
                location: Location::Name,
                word,
                context: format!("the file's name, {module}"),
            });
        }
    }
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
        if location == Location::Name {
            for word in words(piece.text) {
                let scope = unwanted.scope(&word);
                if matches!(scope, Some(Scope::Everywhere | Scope::Name))
                    && !allowed.word(path, &word, piece.text)
                {
                    found.push(Occurrence {
                        file: path.to_owned(),
                        line: piece.line,
                        location,
                        word,
                        context: piece.text.to_owned(),
                    });
                }
            }
        } else {
            prose(
                path, piece.line, location, piece.text, unwanted, allowed, &mut found,
            );
        }
    }
    found
}

/// Returns the unwanted words of a page in Markdown.
pub(super) fn in_page(
    path: &str,
    page: &str,
    unwanted: &Unwanted,
    allowed: &Allowed,
) -> Vec<Occurrence> {
    let mut found = Vec::new();
    prose(path, 1, Location::Page, page, unwanted, allowed, &mut found);
    found
}

/// Finds unwanted words in a text that begins on `line`; a phrase may have a line break.
fn prose(
    path: &str,
    line: usize,
    location: Location,
    text: &str,
    unwanted: &Unwanted,
    allowed: &Allowed,
    found: &mut Vec<Occurrence>,
) {
    let words = prose_words(text);
    for (index, (start, _)) in words.iter().enumerate() {
        let Some(word) = unwanted.phrase(&words[index..]) else {
            continue;
        };
        let context = line_at(text, *start);
        if allowed.word(path, word, context) {
            continue;
        }
        found.push(Occurrence {
            file: path.to_owned(),
            line: line + text[..*start].matches('\n').count(),
            location,
            word: word.to_owned(),
            context: context.trim().to_owned(),
        });
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
