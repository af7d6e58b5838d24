//! Finds the end of a JSON value in text that is still arriving.

/// One value, from its first byte on. It says where values end, not whether they are right: that is for whoever decodes them.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// How much was looked at.
    at: usize,
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Scan {
    /// Looks at what came since, and gives the length of the value once all of it is there. `text` is the value from its first byte on.
    pub(super) fn end(&mut self, text: &[u8]) -> Option<usize> {
        while let Some(byte) = text.get(self.at) {
            let at = self.at;
            self.at += 1;
            if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => {
                        self.in_string = false;
                        if self.depth == 0 {
                            return Some(self.at);
                        }
                    }
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth > 0 => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Some(self.at);
                    }
                }
                // The end of a number or a word, which belongs to what is around it.
                b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 => {
                    return Some(at);
                }
                _ => {}
            }
        }
        None
    }

    /// Whether nothing of the value was looked at yet.
    pub(super) fn is_fresh(&self) -> bool {
        self.at == 0
    }

    /// Whether a value whose text ends here may be complete: numbers and words have no end of their own.
    pub(super) fn may_end(&self) -> bool {
        self.at > 0 && self.depth == 0 && !self.in_string
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn end(text: &str) -> Option<usize> {
        Scan::default().end(text.as_bytes())
    }

    #[test]
    fn values_end_where_they_end() {
        for (value, rest) in [
            (r#"{"a": "}\"", "b": [1, {"c": "\\"}]}"#, ",{}"),
            (r#"[[], "]"]"#, " "),
            (r#""x\\""#, "\"y"),
            ("12.5e3", ", 4"),
            ("true", "]"),
            ("null", "\n{}"),
        ] {
            assert_eq!(end(&format!("{value}{rest}")), Some(value.len()), "{value}");
        }
        for open in [
            "",
            "{",
            r#"{"a": "}"#,
            "[1, 2",
            r#""abc"#,
            r#""a\"#,
            "12",
            "tru",
        ] {
            assert_eq!(end(open), None, "{open}");
        }
    }

    proptest! {
        #[test]
        fn the_size_of_pieces_does_not_matter(text in "[\\[\\]{}\",:a1 \\\\]{0,40}") {
            let whole = end(&text);
            let mut scan = Scan::default();
            let piecewise = (0..=text.len()).find_map(|to| scan.end(&text.as_bytes()[..to]));
            prop_assert_eq!(whole, piecewise);
        }
    }
}
