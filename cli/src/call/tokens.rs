//! JSON texts as they were sent: keys in their order, numbers with all digits.

/// One token of a JSON text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `{` or `[`
    Open(char),
    /// `}` or `]`
    Close(char),
    /// The name of a property, with its quotes.
    Name(&'a str),
    /// A text with its quotes, a number, `true`, `false` or `null`.
    Scalar(&'a str),
}

/// The tokens of a text that is known to be JSON.
#[derive(Debug)]
pub(super) struct Tokens<'a> {
    rest: &'a str,
    /// For each open object or list, whether it is an object.
    objects: Vec<bool>,
    /// Whether the next text is the name of a property.
    is_name_next: bool,
}

impl<'a> Tokens<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self {
            rest: text,
            objects: Vec::new(),
            is_name_next: false,
        }
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (token, rest) = self.rest.split_at(length);
        self.rest = rest;
        token
    }

    /// After a value in an object comes a name.
    fn ended_value(&mut self) {
        self.is_name_next = self.objects.last() == Some(&true);
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        self.rest = self
            .rest
            .trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',' || c == ':');
        let first = self.rest.chars().next()?;
        Some(match first {
            '{' | '[' => {
                self.take(1);
                self.objects.push(first == '{');
                self.is_name_next = first == '{';
                Token::Open(first)
            }
            '}' | ']' => {
                self.take(1);
                self.objects.pop();
                self.ended_value();
                Token::Close(first)
            }
            '"' => {
                let text = self.take(text_length(self.rest));
                if self.is_name_next {
                    self.is_name_next = false;
                    Token::Name(text)
                } else {
                    self.ended_value();
                    Token::Scalar(text)
                }
            }
            _ => {
                let is_end = |c: char| c.is_ascii_whitespace() || ",:]}".contains(c);
                let length = self.rest.find(is_end).unwrap_or(self.rest.len());
                let scalar = self.take(length);
                self.ended_value();
                Token::Scalar(scalar)
            }
        })
    }
}

/// Returns the length of the text in quotes at the beginning.
fn text_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// Deeper levels are indented like this one, so that a hostile text does not become a large one.
const DEEPEST: usize = 100;

/// Returns the text in one line, without spaces.
pub(super) fn compact(text: &str) -> String {
    laid_out(text, None)
}

/// Returns the text with two spaces for each level, and `indent` more from the second line on.
pub(super) fn pretty(text: &str, indent: usize) -> String {
    laid_out(text, Some(indent))
}

fn laid_out(text: &str, indent: Option<usize>) -> String {
    let mut out = String::with_capacity(text.len() * 3 / 2);
    let mut depth = 0;
    // After an opening bracket comes no comma, and after a name neither comma nor line.
    let (mut is_first, mut is_named) = (true, false);
    let line = |out: &mut String, depth: usize| {
        if let Some(indent) = indent {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent + depth.min(DEEPEST) * 2));
        }
    };
    for token in Tokens::of(text) {
        if let Token::Close(bracket) = token {
            depth -= 1;
            if !is_first {
                line(&mut out, depth);
            }
            out.push(bracket);
            is_first = false;
            continue;
        }
        if !is_named {
            if !is_first {
                out.push(',');
            }
            if depth > 0 {
                line(&mut out, depth);
            }
        }
        (is_first, is_named) = (false, false);
        match token {
            Token::Open(bracket) => {
                out.push(bracket);
                depth += 1;
                is_first = true;
            }
            Token::Name(name) => {
                out.push_str(name);
                out.push_str(if indent.is_some() { ": " } else { ":" });
                is_named = true;
            }
            Token::Scalar(scalar) => out.push_str(scalar),
            Token::Close(_) => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#" {"zeta": 1, "alpha" : 12345678901234567890123.50, "l":[ ], "o":{}, "n":[1,{"a\"}":"x,\\"},[true,null]]} "#;

    #[test]
    fn order_and_digits_remain() {
        assert_eq!(
            compact(TEXT),
            r#"{"zeta":1,"alpha":12345678901234567890123.50,"l":[],"o":{},"n":[1,{"a\"}":"x,\\"},[true,null]]}"#
        );
        let expected = "{\n  \"zeta\": 1,\n  \"alpha\": 12345678901234567890123.50,\n  \"l\": [],\n  \"o\": {},\n  \"n\": [\n    1,\n    {\n      \"a\\\"}\": \"x,\\\\\"\n    },\n    [\n      true,\n      null\n    ]\n  ]\n}";
        assert_eq!(pretty(TEXT, 0), expected);
        assert_eq!(pretty("[1]", 2), "[\n    1\n  ]");
        assert_eq!(compact(&pretty(TEXT, 4)), compact(TEXT));
        for scalar in ["\"a:b\"", "-1.5e3", "null"] {
            assert_eq!(pretty(scalar, 0), scalar);
        }
    }

    #[test]
    fn deep_texts_need_no_stack() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert_eq!(compact(&deep), deep);
    }
}
