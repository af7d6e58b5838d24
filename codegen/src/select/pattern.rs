//! Patterns of method paths.

use std::fmt;

/// The most alternatives that the braces of one pattern may give.
const MOST: usize = 10_000;
/// The deepest nesting of braces.
const DEEPEST: usize = 32;

/// A pattern without braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Segment>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    /// This name.
    Name(String),
    /// Any one name.
    One,
    /// One or more names.
    Many,
}

impl Pattern {
    /// Whether a method's path matches.
    pub(super) fn matches(&self, path: &[&str]) -> bool {
        matches(&self.0, path)
    }

    /// The plain path, when the pattern has no wildcard.
    pub(super) fn plain(&self) -> Option<String> {
        let names = self.start();
        (names.len() == self.0.len()).then(|| names.join("."))
    }

    /// The names before the first wildcard.
    pub(super) fn start(&self) -> Vec<&str> {
        let names = self.0.iter().map_while(|segment| match segment {
            Segment::Name(name) => Some(name.as_str()),
            _ => None,
        });
        names.collect()
    }
}

fn matches(pattern: &[Segment], path: &[&str]) -> bool {
    match (pattern.split_first(), path.split_first()) {
        (None, None) => true,
        (Some((Segment::Name(name), pattern)), Some((first, path))) => {
            name == first && matches(pattern, path)
        }
        (Some((Segment::One, pattern)), Some((_, path))) => matches(pattern, path),
        (Some((Segment::Many, rest)), Some((_, path))) => {
            matches(rest, path) || matches(pattern, path)
        }
        _ => false,
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            f.write_str(match segment {
                Segment::Name(name) => name,
                Segment::One => "*",
                Segment::Many => "**",
            })?;
        }
        Ok(())
    }
}

/// Reads a pattern, and multiplies its braces out.
pub(super) fn parse(text: &str) -> Result<Vec<Pattern>, String> {
    let mut parser = Parser { rest: text };
    let paths = parser.path(0)?;
    match parser.next() {
        None => Ok(paths.into_iter().map(Pattern).collect()),
        Some(found) => Err(format!("unexpected `{found}`")),
    }
}

struct Parser<'t> {
    rest: &'t str,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start();
        self.rest.chars().next()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.next() == Some(wanted);
        if found {
            self.rest = &self.rest[wanted.len_utf8()..];
        }
        found
    }

    /// `segment.segment...`, each possible spelling of it.
    fn path(&mut self, depth: usize) -> Result<Vec<Vec<Segment>>, String> {
        let mut paths = vec![Vec::new()];
        loop {
            let alternatives = self.segment(depth)?;
            let joined = paths.iter().flat_map(|path: &Vec<Segment>| {
                alternatives
                    .iter()
                    .map(|alternative| [&path[..], &alternative[..]].concat())
            });
            paths = joined.take(MOST + 1).collect();
            if paths.len() > MOST {
                return Err(format!("its braces give more than {MOST} alternatives"));
            }
            if !self.eat('.') {
                return Ok(paths);
            }
        }
    }

    fn segment(&mut self, depth: usize) -> Result<Vec<Vec<Segment>>, String> {
        match self.next() {
            None => Err("a name is missing at the end".to_owned()),
            Some('{') => self.braces(depth),
            Some('*') => {
                self.eat('*');
                let many = self.rest.starts_with('*') && self.eat('*');
                Ok(vec![vec![if many { Segment::Many } else { Segment::One }]])
            }
            Some('"') => self.quoted(),
            Some(_) => self.name(),
        }
    }

    fn braces(&mut self, depth: usize) -> Result<Vec<Vec<Segment>>, String> {
        if depth == DEEPEST {
            return Err("its braces are nested too deeply".to_owned());
        }
        self.eat('{');
        let mut alternatives = Vec::new();
        loop {
            if self.eat('}') {
                break;
            }
            alternatives.extend(self.path(depth + 1)?);
            if !self.eat(',') {
                if self.eat('}') {
                    break;
                }
                return Err("a `{` has no `}`".to_owned());
            }
        }
        if alternatives.is_empty() {
            Err("its braces are empty".to_owned())
        } else {
            Ok(alternatives)
        }
    }

    fn quoted(&mut self) -> Result<Vec<Vec<Segment>>, String> {
        self.eat('"');
        let (name, rest) = self.rest.split_once('"').ok_or("a `\"` is not closed")?;
        self.rest = rest;
        Ok(vec![vec![Segment::Name(name.to_owned())]])
    }

    fn name(&mut self) -> Result<Vec<Vec<Segment>>, String> {
        let is_end = |c: char| c.is_whitespace() || matches!(c, '.' | '{' | '}' | ',' | '*' | '"');
        let end = self.rest.find(is_end).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        if name.is_empty() {
            let found = self.rest.chars().next().unwrap_or_default();
            return Err(format!("expected a name, found `{found}`"));
        }
        self.rest = rest;
        // The identifier of a keyword is a name too: `instances.r#move`.
        Ok(vec![vec![Segment::Name(
            name.strip_prefix("r#").unwrap_or(name).to_owned(),
        )]])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matching(pattern: &str, paths: &[&str]) -> Vec<String> {
        let patterns = parse(pattern).unwrap();
        let is_match = |path: &&&str| {
            patterns
                .iter()
                .any(|p| p.matches(&path.split('.').collect::<Vec<_>>()))
        };
        paths
            .iter()
            .filter(is_match)
            .map(|path| (*path).to_owned())
            .collect()
    }

    const PATHS: [&str; 6] = [
        "about",
        "files.get",
        "files.list",
        "files.revisions.get",
        "files.revisions.x.get",
        "Patient-all",
    ];

    #[test]
    fn wildcards() {
        assert_eq!(matching("files.*", &PATHS), ["files.get", "files.list"]);
        assert_eq!(
            matching("files.**", &PATHS),
            [
                "files.get",
                "files.list",
                "files.revisions.get",
                "files.revisions.x.get"
            ]
        );
        assert_eq!(matching("*", &PATHS), ["about", "Patient-all"]);
        assert_eq!(matching("**", &PATHS), PATHS);
        assert_eq!(
            matching("**.get", &PATHS),
            ["files.get", "files.revisions.get", "files.revisions.x.get"]
        );
        assert_eq!(matching("*.*.get", &PATHS), ["files.revisions.get"]);
        assert!(matching("files", &PATHS).is_empty());
    }

    #[test]
    fn braces_and_strings() {
        assert_eq!(
            matching("files.{list, get}", &PATHS),
            ["files.get", "files.list"]
        );
        assert_eq!(
            matching("files.{ revisions.{get}, list, }", &PATHS),
            ["files.list", "files.revisions.get"]
        );
        assert_eq!(
            matching("{about,files.get}", &PATHS),
            ["about", "files.get"]
        );
        assert_eq!(matching("\"Patient-all\"", &PATHS), ["Patient-all"]);
        assert_eq!(matching("Patient-all", &PATHS), ["Patient-all"]);
        assert_eq!(
            parse("a.r#move").unwrap()[0].plain().as_deref(),
            Some("a.move")
        );
    }

    #[test]
    fn bad_patterns() {
        for (pattern, reason) in [
            ("", "a name is missing at the end"),
            ("a.", "a name is missing at the end"),
            ("a..b", "expected a name, found `.`"),
            ("a.{}", "its braces are empty"),
            ("a.{b", "a `{` has no `}`"),
            ("a}", "unexpected `}`"),
            ("a b", "unexpected `b`"),
            ("a.\"b", "a `\"` is not closed"),
            (
                &"{a,b}.".repeat(20),
                "its braces give more than 10000 alternatives",
            ),
            (&"{".repeat(40), "its braces are nested too deeply"),
        ] {
            assert_eq!(parse(pattern).unwrap_err(), reason, "{pattern}");
        }
    }
}
