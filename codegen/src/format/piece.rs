//! The pieces that the printer works with: words, operators, groups, and the spaces between them.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A piece of code.
#[derive(Debug)]
pub(super) enum Piece {
    /// An identifier, a literal or a lifetime.
    Word(String),
    /// One or several characters of punctuation.
    Operator(String),
    /// The content of delimiters.
    Group(Delimiter, Vec<Piece>),
    /// The text of a doc attribute; `true` for `#!`.
    Doc(String, bool),
}

/// Operators of several characters; all others have one.
const LONG: [&str; 5] = ["::", "->", "=>", "..", "||"];

/// Words with a space after them, as they are no names.
const KEYWORDS: [&str; 9] = [
    "as", "const", "for", "impl", "in", "match", "mut", "return", "use",
];

/// Returns the pieces of a stream.
pub(super) fn pieces(tokens: TokenStream) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    // The characters of an operator that is not complete.
    let mut open = String::new();
    for token in tokens {
        match token {
            TokenTree::Punct(punct) => {
                let c = punct.as_char();
                let joined = open.len() == 1 && LONG.contains(&&*format!("{open}{c}"));
                if !joined && !open.is_empty() {
                    out.push(Piece::Operator(std::mem::take(&mut open)));
                }
                open.push(c);
                if joined || punct.spacing() == Spacing::Alone {
                    out.push(Piece::Operator(std::mem::take(&mut open)));
                }
            }
            TokenTree::Ident(ident) if open == "'" => {
                open.clear();
                out.push(Piece::Word(format!("'{ident}")));
            }
            token => {
                if !open.is_empty() {
                    out.push(Piece::Operator(std::mem::take(&mut open)));
                }
                match token {
                    TokenTree::Ident(ident) => out.push(Piece::Word(ident.to_string())),
                    TokenTree::Literal(literal) => out.push(Piece::Word(literal.to_string())),
                    TokenTree::Group(group) => {
                        let delimiter = group.delimiter();
                        let stream = group.stream();
                        // The stream has one owner then, and its tokens need not be copied.
                        drop(group);
                        add_group(delimiter, stream, &mut out);
                    }
                    TokenTree::Punct(_) => {}
                }
            }
        }
    }
    if !open.is_empty() {
        out.push(Piece::Operator(open));
    }
    out
}

/// Adds a group, or the doc that it and the `#` before it are.
fn add_group(delimiter: Delimiter, stream: TokenStream, out: &mut Vec<Piece>) {
    let content = pieces(stream);
    if let Some(text) = doc_text(&content) {
        let inner = out.pop_if(|piece| piece.is("!")).is_some();
        if out.pop_if(|piece| piece.is("#")).is_some() {
            out.push(Piece::Doc(text, inner));
            return;
        }
    }
    if delimiter == Delimiter::Parenthesis
        && matches!(&content[..], [only] if only.is_word("crate"))
        && out.pop_if(|piece| piece.is_word("pub")).is_some()
    {
        // One word, which never breaks: a list with a trailing comma is no visibility.
        out.push(Piece::Word("pub(crate)".to_owned()));
        return;
    }
    out.push(Piece::Group(delimiter, content));
}

/// The text of `doc = "..."`.
fn doc_text(content: &[Piece]) -> Option<String> {
    let [name, equals, Piece::Word(literal)] = content else {
        return None;
    };
    if !name.is_word("doc") || !equals.is("=") {
        return None;
    }
    let text = literal.strip_prefix('"')?.strip_suffix('"')?;
    if !text.contains('\\') {
        return Some(text.to_owned());
    }
    let literal: syn::LitStr = syn::parse_str(literal).ok()?;
    Some(literal.value())
}

impl Piece {
    pub(super) fn is(&self, operator: &str) -> bool {
        matches!(self, Self::Operator(text) if text == operator)
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self, Self::Word(text) if text == word)
    }

    pub(super) fn is_group(&self, delimiter: Delimiter) -> bool {
        matches!(self, Self::Group(found, _) if *found == delimiter)
    }
}

/// Returns whether a space is between two pieces. `closing` is whether a `|` before it ends the parameters of a closure.
pub(super) fn apart(before: &Piece, after: &Piece, closing: bool) -> bool {
    match (before, after) {
        (Piece::Operator(operator), Piece::Operator(next)) => {
            follows(operator, closing) || surrounded(next)
        }
        (Piece::Operator(operator), Piece::Word(_)) => {
            follows(operator, closing) || matches!(&**operator, ">" | "?")
        }
        (Piece::Operator(operator), Piece::Group(delimiter, _)) => {
            follows(operator, closing) || (*delimiter == Delimiter::Brace && operator == ">")
        }
        (Piece::Word(word), Piece::Operator(next)) => {
            surrounded(next)
                || (matches!(&**next, "::" | "&" | "|" | "#") && KEYWORDS.contains(&&**word))
        }
        (Piece::Group(..), Piece::Operator(next)) => surrounded(next),
        (Piece::Word(word), Piece::Group(delimiter, _)) => match delimiter {
            Delimiter::Brace => true,
            Delimiter::Bracket => word.starts_with('\'') || KEYWORDS.contains(&&**word),
            _ => KEYWORDS.contains(&&**word),
        },
        (Piece::Group(..), Piece::Group(delimiter, _)) => *delimiter == Delimiter::Brace,
        (Piece::Word(_) | Piece::Group(..), Piece::Word(_)) => true,
        (Piece::Doc(..), _) | (_, Piece::Doc(..)) => true,
    }
}

/// Operators with a space after them.
fn follows(operator: &str, closing: bool) -> bool {
    surrounded(operator) || matches!(operator, "," | ";" | ":") || (operator == "|" && closing)
}

/// Operators with a space on both sides.
fn surrounded(operator: &str) -> bool {
    matches!(operator, "=" | "=>" | "->" | "+")
}
