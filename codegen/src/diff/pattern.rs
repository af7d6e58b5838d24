//! Whether a pattern accepts more texts than another, by its alternatives.

use std::cmp::Ordering;

/// Compares what two patterns accept. `Less` means that the new one accepts less, or that it is not known.
pub(super) fn compare(old: &str, new: &str) -> Ordering {
    let (was, is) = (
        split(old, Split::Alternatives),
        split(new, Split::Alternatives),
    );
    let is_part = |some: &[&str], all: &[&str]| some.iter().all(|one| all.contains(one));
    match (is_part(&was, &is), is_part(&is, &was)) {
        (true, true) => return Ordering::Equal,
        (true, false) => return Ordering::Greater,
        (false, true) => return Ordering::Less,
        (false, false) => {}
    }
    // Two sequences that differ in one group only are compared by that group.
    let ([was], [is]) = (&was[..], &is[..]) else {
        return Ordering::Less;
    };
    let (was, is) = (split(was, Split::Sequence), split(is, Split::Sequence));
    if was.len() != is.len() {
        return Ordering::Less;
    }
    let mut differing = was.iter().zip(&is).filter(|(was, is)| was != is);
    match (differing.next(), differing.next()) {
        (Some((was, is)), None) => match (inner(was), inner(is)) {
            (Some(was), Some(is)) => compare(was, is),
            _ => Ordering::Less,
        },
        _ => Ordering::Less,
    }
}

/// Returns what is between the parentheses of a group, which nothing follows.
fn inner(piece: &str) -> Option<&str> {
    let inner = piece.strip_prefix('(')?.strip_suffix(')')?;
    let inner = inner.strip_prefix("?:").unwrap_or(inner);
    // Names, flags and what looks around mean more than their alternatives.
    (!inner.starts_with('?')).then_some(inner)
}

#[derive(Clone, Copy, PartialEq)]
enum Split {
    /// At each `|` outside of groups.
    Alternatives,
    /// Into groups and what is between them.
    Sequence,
}

/// Splits a pattern, without looking into groups, classes and escapes.
fn split(pattern: &str, by: Split) -> Vec<&str> {
    let (mut parts, mut start, mut depth, mut in_class, mut escaped) =
        (Vec::new(), 0, 0_usize, false, false);
    for (at, c) in pattern.char_indices() {
        if std::mem::take(&mut escaped) {
            continue;
        }
        match c {
            '\\' => escaped = true,
            '[' if !in_class => in_class = true,
            ']' if in_class => in_class = false,
            _ if in_class => {}
            '(' => {
                if depth == 0 && by == Split::Sequence {
                    parts.push(&pattern[start..at]);
                    start = at;
                }
                depth += 1;
            }
            ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 && by == Split::Sequence {
                    parts.push(&pattern[start..=at]);
                    start = at + 1;
                }
            }
            '|' if depth == 0 && by == Split::Alternatives => {
                parts.push(&pattern[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&pattern[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_alternatives_accept_more() {
        use Ordering::{Equal, Greater, Less};
        for (old, new, expected) in [
            ("(a)|(b)", "(a)|(b)|(c)", Greater),
            ("(a)|(b)|(c)", "(a)|(c)", Less),
            ("(a)|(b)", "(b)|(a)", Equal),
            ("^(a|b)$", "^(a|b|c)$", Greater),
            ("^(?:a|b)$", "^(?:b|a)$", Equal),
            ("^p/(a|b)/x/(c|d)$", "^p/(a|b)/x/(c|d|e)$", Greater),
            ("^p/(a|b)/x/(c|d)$", "^p/(a)/x/(c|d|e)$", Less),
            ("^(a(b|c))$", "^(a(b|c|d))$", Greater),
            // The bar is a character of a class, or escaped.
            ("[a|b]", "[a|b]|c", Greater),
            ("[a|b]", "[a|b|c]", Less),
            (r"a\|b", r"a\|b|c", Greater),
            (r"[\]|]", r"[\]|]|x", Greater),
            // A quantifier belongs to what it follows.
            ("^(a|b)+$", "^(a|b|c)+$", Greater),
            ("^(a|b)+$", "^(a|b|c)*$", Less),
            ("(?i)(a)", "(?i)(a)|b", Greater),
            ("(?<x>a)", "(?<y>a)", Less),
            // Another text.
            ("^projects/[^/]+$", "^folders/[^/]+$", Less),
            ("(", "(|", Less),
            ("", "a", Less),
            ("é(ü|ö)", "é(ü|ö|ä)", Greater),
        ] {
            assert_eq!(compare(old, new), expected, "{old} became {new}");
        }
    }
}
