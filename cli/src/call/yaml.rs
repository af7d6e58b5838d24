//! JSON as YAML. Every text is in double quotes with the escapes of JSON, so that no reader takes one for something else.

use std::iter::Peekable;

use gapi_codegen::text::is_active;

use super::tokens::{Token, Tokens, compact};

/// Deeper levels are JSON in one line, which YAML contains.
const DEEPEST: usize = 60;

/// Words that readers of YAML take for truth values or nothing.
const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];

/// Returns a JSON text as one document, with a line end.
pub(super) fn document(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3 / 2);
    let mut writer = Writer {
        tokens: Tokens::of(text).peekable(),
        out: &mut out,
    };
    if let Some(token) = writer.tokens.next() {
        writer.value(token, 0, At::Start);
    }
    out.push('\n');
    out
}

/// Returns a JSON text as an entry of a list, with a line end.
pub(super) fn entry(text: &str) -> String {
    let mut out = String::from("- ");
    let mut writer = Writer {
        tokens: Tokens::of(text).peekable(),
        out: &mut out,
    };
    if let Some(token) = writer.tokens.next() {
        writer.value(token, 1, At::Dash);
    }
    out.push('\n');
    out
}

/// What is before a value in its line.
#[derive(Clone, Copy, PartialEq)]
enum At {
    /// Nothing.
    Start,
    /// A dash and a space.
    Dash,
    /// A name and a colon.
    Name,
}

struct Writer<'a, 'o> {
    tokens: Peekable<Tokens<'a>>,
    out: &'o mut String,
}

impl<'a> Writer<'a, '_> {
    fn value(&mut self, token: Token<'a>, depth: usize, at: At) {
        match token {
            Token::Scalar(scalar) => {
                self.space(at);
                self.scalar(scalar);
            }
            Token::Open(bracket) if matches!(self.tokens.peek(), Some(Token::Close(_))) => {
                self.tokens.next();
                self.space(at);
                self.out.push_str(if bracket == '{' { "{}" } else { "[]" });
            }
            Token::Open(bracket) if depth >= DEEPEST => {
                self.space(at);
                self.flow(bracket);
            }
            Token::Open(_) => self.block(depth, at),
            Token::Name(_) | Token::Close(_) => {}
        }
    }

    fn space(&mut self, at: At) {
        if at == At::Name {
            self.out.push(' ');
        }
    }

    /// Writes the entries of an object or list, each in a line of its own.
    fn block(&mut self, depth: usize, at: At) {
        // After a dash the first entry is in the same line.
        let mut is_line_open = at != At::Name;
        while let Some(token) = self.tokens.next() {
            if let Token::Close(_) = token {
                return;
            }
            if !is_line_open {
                self.out.push('\n');
                self.out.extend(std::iter::repeat_n(' ', depth * 2));
            }
            is_line_open = false;
            if let Token::Name(name) = token {
                self.name(name);
                if let Some(value) = self.tokens.next() {
                    self.value(value, depth + 1, At::Name);
                }
            } else {
                self.out.push_str("- ");
                self.value(token, depth + 1, At::Dash);
            }
        }
    }

    /// Writes the rest of an object or list as JSON.
    fn flow(&mut self, bracket: char) {
        let mut text = String::from(bracket);
        let mut depth = 1;
        while depth > 0
            && let Some(token) = self.tokens.next()
        {
            match token {
                Token::Open(bracket) => {
                    depth += 1;
                    text.push(bracket);
                }
                Token::Close(bracket) => {
                    depth -= 1;
                    text.push(bracket);
                    text.push(' ');
                }
                Token::Name(name) => {
                    text.push_str(name);
                    text.push(':');
                }
                Token::Scalar(scalar) => {
                    text.push_str(scalar);
                    text.push(' ');
                }
            }
        }
        self.out.push_str(&compact(&text));
    }

    fn name(&mut self, name: &str) {
        let plain = name.trim_matches('"');
        let is_plain = plain.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && plain.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && !WORDS.contains(&plain.to_lowercase().as_str());
        if is_plain {
            self.out.push_str(plain);
        } else {
            self.scalar(name);
        }
        self.out.push(':');
    }

    fn scalar(&mut self, scalar: &str) {
        match serde_json::from_str::<String>(scalar) {
            Ok(text) => self.out.push_str(&quoted(&text)),
            // A number, or a text with half of a surrogate pair.
            Err(_) => self.out.push_str(scalar),
        }
    }
}

/// Returns a text in double quotes. Of characters that are no part of YAML, or act on a terminal, it has escapes.
fn quoted(text: &str) -> String {
    let json = serde_json::Value::from(text).to_string();
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if is_active(c) {
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stay_texts() {
        let text = r#"{"no":"no","b":[1,{"c":"x: #y","d":[]},[true,["z"]]],"e":{},"f":{"g":12345678901234567890123},"h i":"\u202e\u009b\ud83d\ude00"}"#;
        let expected = "\"no\": \"no\"\nb:\n  - 1\n  - c: \"x: #y\"\n    d: []\n  - - true\n    - - \"z\"\ne: {}\nf:\n  g: 12345678901234567890123\n\"h i\": \"\\u202e\\u009b😀\"\n";
        assert_eq!(document(text), expected);
        assert_eq!(entry(r#"{"a":1,"b":[2]}"#), "- a: 1\n  b:\n    - 2\n");
        assert_eq!(document("[]"), "[]\n");
        assert_eq!(document("[{\"a\":1}]"), "- a: 1\n");
    }

    #[test]
    fn deep_texts_become_json() {
        let deep = "[".repeat(50_000) + "1,\"a\"" + &"]".repeat(50_000);
        let text = document(&deep);
        assert!(text.len() < deep.len() + 10_000);
        assert!(text.contains("[[1,\"a\"]]"));
    }
}
