//! The first sentence of a description.

/// Puts the first sentence of a description into a paragraph of its own, which rustdoc shows as summary.
pub(super) fn split_first(text: &str) -> String {
    let line = text.split('\n').next().unwrap_or_default();
    match first_end(line) {
        Some(end) if !line[end..].trim().is_empty() => {
            format!("{}\n\n{}", &text[..end], text[end..].trim_start())
        }
        _ if line.len() < text.len() && !text[line.len()..].starts_with("\n\n") => {
            format!("{line}\n\n{}", &text[line.len() + 1..])
        }
        _ => text.to_owned(),
    }
}

/// Returns the offset at which the first sentence of a line ends.
fn first_end(line: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(dot) = line[from..].find(". ") {
        let at = from + dot;
        let before = &line[..at];
        let word = before.rsplit([' ', '(']).next().unwrap_or_default();
        let quoted = before.matches('`').count() % 2 == 1
            || before.matches('[').count() != before.matches(']').count();
        let abbreviated = matches!(
            word,
            "e.g" | "i.e" | "etc" | "vs" | "ex" | "Ex" | "E.g" | "I.e"
        ) || word.len() == 1;
        let next = line[at + 2..].trim_start().chars().next();
        let starts = next.is_some_and(|c| c.is_uppercase() || "`[(*".contains(c));
        if !quoted && !abbreviated && starts {
            return Some(at + 1);
        }
        from = at + 2;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::split_first;

    #[test]
    fn sentences() {
        assert_eq!(split_first("Lists rows. Sorted."), "Lists rows.\n\nSorted.");
        assert_eq!(
            split_first("One, e.g. Two. Three."),
            "One, e.g. Two.\n\nThree."
        );
        assert_eq!(split_first("See `a. B` here."), "See `a. B` here.");
        assert_eq!(split_first("Only one."), "Only one.");
        assert_eq!(split_first("A title\nand text"), "A title\n\nand text");
        assert_eq!(split_first("A title\n\nand text"), "A title\n\nand text");
        assert_eq!(split_first(""), "");
    }
}
