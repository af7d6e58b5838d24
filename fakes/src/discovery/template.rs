//! Path templates, read backwards: which values make this path?

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

/// A path template such as `v1/projects/{project}/instances` or `v1/{+name}:cancel`.
#[derive(Clone, Debug)]
pub(super) struct Template(Vec<Piece>);

#[derive(Clone, Debug)]
enum Piece {
    Literal(String),
    /// `{name}`: one segment.
    Segment(String),
    /// `{+name}`: one segment or more.
    Segments(String),
}

impl Template {
    pub(super) fn parse(text: &str) -> Self {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((literal, behind)) = rest.split_once('{') {
            pieces.push(Piece::Literal(literal.to_owned()));
            let (name, behind) = behind.split_once('}').unwrap_or((behind, ""));
            pieces.push(match name.strip_prefix('+') {
                Some(name) => Piece::Segments(name.to_owned()),
                None => Piece::Segment(name.to_owned()),
            });
            rest = behind;
        }
        pieces.push(Piece::Literal(rest.to_owned()));
        Self(pieces)
    }

    /// How many characters are literal.
    pub(super) fn literals(&self) -> usize {
        let literal = |piece: &Piece| match piece {
            Piece::Literal(text) => text.len(),
            _ => 0,
        };
        self.0.iter().map(literal).sum()
    }

    /// The decoded values with which the template makes `path`.
    pub(super) fn matches(&self, path: &str) -> Option<BTreeMap<String, String>> {
        let mut values = BTreeMap::new();
        matches(&self.0, path, &mut values).then_some(values)
    }
}

fn matches(pieces: &[Piece], path: &str, values: &mut BTreeMap<String, String>) -> bool {
    let Some((piece, pieces)) = pieces.split_first() else {
        return path.is_empty();
    };
    let (name, slashes) = match piece {
        Piece::Literal(text) => {
            return path
                .strip_prefix(text.as_str())
                .is_some_and(|rest| matches(pieces, rest, values));
        }
        Piece::Segment(name) => (name, false),
        Piece::Segments(name) => (name, true),
    };
    let longest = if slashes {
        path.len()
    } else {
        path.find('/').unwrap_or(path.len())
    };
    // The longest value first; values are never empty.
    for end in (1..=longest)
        .rev()
        .filter(|end| path.is_char_boundary(*end))
    {
        if matches(pieces, &path[end..], values) {
            let value = percent_decode_str(&path[..end]).decode_utf8_lossy();
            values.insert(name.clone(), value.into_owned());
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(template: &str, path: &str) -> Option<Vec<(String, String)>> {
        Some(
            Template::parse(template)
                .matches(path)?
                .into_iter()
                .collect(),
        )
    }

    fn pairs(values: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Some(values.iter().map(owned).collect())
    }

    #[test]
    fn one_segment() {
        assert_eq!(
            found("v1/p/{p}/i/{i}", "v1/p/a%2Fb/i/c"),
            pairs(&[("i", "c"), ("p", "a/b")])
        );
        assert_eq!(found("v1/p/{p}/i", "v1/p/a/b/i"), None);
        assert_eq!(found("v1/p/{p}/i", "v1/p//i"), None);
        assert_eq!(found("v1/p/{p}/i", "v1/p/a/i/more"), None);
    }

    #[test]
    fn many_segments_and_a_verb() {
        assert_eq!(
            found("v1/{+name}:cancel", "v1/operations/a/b:cancel"),
            pairs(&[("name", "operations/a/b")])
        );
        assert_eq!(found("v1/{+name}:cancel", "v1/operations/a"), None);
    }
}
