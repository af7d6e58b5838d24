//! Splits Rust source into words, texts and comments, each with its line.

/// A piece of source text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `///`, `//!`, `/** */` or `/*! */`.
    Doc,
    /// Any other comment.
    Comment,
    /// A string literal, without its quotes.
    Text,
    /// An identifier or keyword; `r#` is removed.
    Word,
    /// A single character of punctuation.
    Punct(char),
}

/// A piece and where it begins.
#[derive(Debug)]
pub(super) struct Piece<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    /// Counted from 1.
    pub(super) line: usize,
}

/// Returns the pieces of `source`, which rustc accepts. Numbers and characters are left out.
pub(super) fn pieces(source: &str) -> Vec<Piece<'_>> {
    let mut lexer = Lexer { source, at: 0 };
    let mut pieces = Vec::new();
    let (mut line, mut counted) = (1, 0);
    while let Some(first) = lexer.rest().chars().next() {
        let start = lexer.at;
        let found = lexer.piece(first);
        line += newlines(&source[counted..start]);
        counted = start;
        if let Some((kind, from, to)) = found {
            let text = &source[from..to];
            pieces.push(Piece { kind, text, line });
        }
    }
    pieces
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|byte| *byte == b'\n').count()
}

struct Lexer<'a> {
    source: &'a str,
    at: usize,
}

type Extent = (Kind, usize, usize);

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        &self.source[self.at..]
    }

    /// Advances over one piece, which begins with `first`.
    fn piece(&mut self, first: char) -> Option<Extent> {
        let rest = self.rest();
        let start = self.at;
        if first.is_whitespace() {
            self.at += rest.len() - rest.trim_start().len();
            return None;
        }
        if rest.starts_with("//") {
            let end = rest.find('\n').unwrap_or(rest.len());
            self.at += end;
            let doc =
                (rest.starts_with("///") && !rest.starts_with("////")) || rest.starts_with("//!");
            let kind = if doc { Kind::Doc } else { Kind::Comment };
            return Some((kind, start + 2 + usize::from(doc), start + end));
        }
        if rest.starts_with("/*") {
            let doc = rest.starts_with("/**") || rest.starts_with("/*!");
            self.block_comment();
            let kind = if doc { Kind::Doc } else { Kind::Comment };
            return Some((kind, start, self.at));
        }
        if matches!(first, '"' | 'b' | 'c' | 'r')
            && let Some(string) = self.string()
        {
            return Some(string);
        }
        if first == '\'' {
            return self.character_or_lifetime();
        }
        if first.is_alphabetic() || first == '_' {
            let from = start + if rest.starts_with("r#") { 2 } else { 0 };
            self.at = from;
            self.advance_word();
            return Some((Kind::Word, from, self.at));
        }
        if first.is_ascii_digit() {
            self.advance_word();
            return None;
        }
        self.at += first.len_utf8();
        Some((Kind::Punct(first), start, self.at))
    }

    fn advance_word(&mut self) {
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
        self.at += end.unwrap_or(rest.len());
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        loop {
            let rest = self.rest();
            if rest.is_empty() {
                return;
            } else if rest.starts_with("/*") {
                depth += 1;
                self.at += 2;
            } else if rest.starts_with("*/") {
                depth -= 1;
                self.at += 2;
                if depth == 0 {
                    return;
                }
            } else {
                self.at += rest.chars().next().map_or(1, char::len_utf8);
            }
        }
    }

    /// A string literal with any prefix.
    fn string(&mut self) -> Option<Extent> {
        let rest = self.rest();
        let prefix = ["br", "cr", "b", "c", "r", ""].into_iter().find(|prefix| {
            let Some(after) = rest.strip_prefix(prefix) else {
                return false;
            };
            let hashes = if prefix.ends_with('r') {
                after.trim_start_matches('#')
            } else {
                after
            };
            hashes.starts_with('"')
        })?;
        let raw = prefix.ends_with('r');
        let after = &rest[prefix.len()..];
        let hashes = after.len() - after.trim_start_matches('#').len();
        let from = self.at + prefix.len() + hashes + 1;
        let body = &self.source[from..];
        let length = if raw {
            let end = format!("\"{}", "#".repeat(hashes));
            body.find(&end).unwrap_or(body.len())
        } else {
            end_of_string(body)
        };
        self.at = (from + length + 1 + hashes).min(self.source.len());
        Some((Kind::Text, from, from + length))
    }

    fn character_or_lifetime(&mut self) -> Option<Extent> {
        let mut characters = self.rest().char_indices().skip(1);
        let (_, first) = characters.next()?;
        let (second_at, second) = characters.next()?;
        if first == '\\' {
            // The escaped character may be the quote itself.
            let after = self.at + second_at + second.len_utf8();
            let end = self.source[after..].find('\'')?;
            self.at = after + end + 1;
        } else if second == '\'' {
            self.at += second_at + 1;
        } else {
            self.at += 1;
            self.advance_word();
        }
        None
    }
}

/// Returns the length of a string literal's text, up to its closing quote.
fn end_of_string(body: &str) -> usize {
    let mut escaped = false;
    for (at, character) in body.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at,
            _ => {}
        }
    }
    body.len()
}

/// Returns the lines of items that only tests have, as ranges of line numbers with both ends.
pub(super) fn test_lines(pieces: &[Piece<'_>]) -> Vec<(usize, usize)> {
    let code: Vec<&Piece<'_>> = pieces
        .iter()
        .filter(|piece| !matches!(piece.kind, Kind::Doc | Kind::Comment))
        .collect();
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    while at < code.len() {
        let after = attribute_end(&code, at);
        if after == at || !is_test_attribute(&code[at..after]) {
            at += 1;
            continue;
        }
        let end = item_end(&code, after);
        let last = code[end.min(code.len() - 1)].line;
        ranges.push((code[at].line, last));
        at = end + 1;
    }
    ranges
}

/// Returns the index after the attribute at `at`, or `at` itself where no attribute is.
fn attribute_end(code: &[&Piece<'_>], at: usize) -> usize {
    let is = |at: usize, punct| {
        code.get(at)
            .is_some_and(|piece| piece.kind == Kind::Punct(punct))
    };
    if !is(at, '#') || !is(at + 1, '[') {
        return at;
    }
    let mut depth = 0;
    for (index, piece) in code.iter().enumerate().skip(at + 1) {
        match piece.kind {
            Kind::Punct('[') => depth += 1,
            Kind::Punct(']') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    code.len()
}

fn is_test_attribute(attribute: &[&Piece<'_>]) -> bool {
    let words: Vec<&str> = attribute.iter().map(|piece| piece.text).collect();
    matches!(
        words.as_slice(),
        ["#", "[", "cfg", "(", "test", ")", "]"] | ["#", "[", "cfg", "(", "all", "(", "test", ..]
    )
}

/// Words with which an item begins; a field of a struct may begin with `pub` too, and has no comma within its type's brackets.
const ITEM_WORDS: &[&str] = &[
    "async",
    "const",
    "enum",
    "extern",
    "fn",
    "impl",
    "macro_rules",
    "mod",
    "pub",
    "static",
    "struct",
    "trait",
    "type",
    "unsafe",
    "use",
];

/// Returns the index of the last piece of the item at `at`, which may have further attributes.
fn item_end(code: &[&Piece<'_>], mut at: usize) -> usize {
    loop {
        let after = attribute_end(code, at);
        if after == at {
            break;
        }
        at = after;
    }
    // A field, a variant or an arm ends with a comma; in an item, a comma may separate generic parameters.
    let item = code
        .get(at)
        .is_some_and(|piece| ITEM_WORDS.contains(&piece.text));
    let mut depth = 0_usize;
    for (index, piece) in code.iter().enumerate().skip(at) {
        match piece.kind {
            Kind::Punct(',') if item => {}
            Kind::Punct('(' | '[' | '{') => depth += 1,
            Kind::Punct(')' | ']' | '}') if depth == 0 => return index.saturating_sub(1),
            Kind::Punct(')' | ']') => depth -= 1,
            Kind::Punct('}') => {
                depth -= 1;
                if depth == 0 {
                    return index;
                }
            }
            Kind::Punct(';' | ',') if depth == 0 => return index,
            _ => {}
        }
    }
    code.len()
}
