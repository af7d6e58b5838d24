//! Parts of prose that all descriptions share: the first sentence, code in Markdown, and when calls are retried.

use crate::model::{Method, Retries, TokenIn, Verb};
use crate::text::inert;

/// Returns the first sentence of a description, unchanged.
pub(crate) fn first_sentence(description: &str) -> String {
    let split = split_first(description.trim());
    split.split("\n\n").next().unwrap_or_default().to_owned()
}

/// Returns `text` as a code span on one line.
pub(crate) fn code(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = inert(&text);
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let pad = if text.is_empty() || text.starts_with('`') || text.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Returns when a call is retried, and what makes it safe.
pub(crate) fn retries(method: &Method) -> String {
    match method.retries() {
        Retries::Always => format!("Retried after transient errors: {}.", harmless(method)),
        Retries::ByRequestId => {
            "Retried after transient errors, with the `requestId` that each call gets.".to_owned()
        }
        Retries::With(slots) => {
            let options: Vec<String> = slots.iter().map(|slot| given(method, slot)).collect();
            format!(
                "Retried after transient errors only if the call has {}, or if it had no effect.",
                options.join(" or ")
            )
        }
        Retries::IfAsked => {
            "Not retried after it may have had an effect, unless the call sets `.idempotent(true)`."
                .to_owned()
        }
    }
}

/// Returns why a repeated call does no harm.
fn harmless(method: &Method) -> &'static str {
    match method.verb {
        _ if method.idempotent == Some(true) => {
            "two calls are documented to have the effect of one"
        }
        Verb::Get | Verb::Head => "it only reads",
        _ if method.paging.is_some() => "it only reads",
        Verb::Put | Verb::Delete => "two calls have the effect of one",
        Verb::Post | Verb::Patch => "it has a precondition, which a second call does not meet",
    }
}

/// Returns the name of a parameter or property as programs write it.
fn given(method: &Method, slot: &TokenIn) -> String {
    match slot {
        TokenIn::Query(name) => {
            let setter = method.optional.iter().find(|p| p.wire == *name);
            let name = setter.map_or(name, |parameter| &parameter.ident);
            code(name.trim_start_matches("r#"))
        }
        TokenIn::Body(path) => format!("{} in its body", code(path)),
    }
}

/// Puts the first sentence of a description into a paragraph of its own, which rustdoc shows as summary.
pub(crate) fn split_first(text: &str) -> String {
    let (summary, rest) = text.split_at(summary_end(text));
    match rest.trim_start() {
        "" => text.to_owned(),
        rest => format!("{}\n\n{rest}", summary.trim_end().replace('\n', " ")),
    }
}

/// Returns the offset at which the first sentence ends, or the title before the text.
fn summary_end(text: &str) -> usize {
    let mut end = 0;
    let mut before = "";
    for line in text.split_inclusive('\n') {
        if end > 0 && !continues(before, line) {
            break;
        }
        end += line.len();
        before = line;
    }
    first_end(&text[..end].replace('\n', " ")).unwrap_or(end)
}

/// Whether a line continues the sentence of the line before it. Lines that are broken are long.
fn continues(before: &str, line: &str) -> bool {
    let before = before.trim_end();
    let Some(next) = line.trim_start().chars().next() else {
        return false;
    };
    let starts = next.is_alphanumeric() || "(\"'`".contains(next);
    starts && !before.ends_with(['.', ':', '!', '?']) && (next.is_lowercase() || before.len() >= 60)
}

/// Returns the offset at which a sentence ends that is not the last.
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
        assert_eq!(split_first("A title\nThen text"), "A title\n\nThen text");
        assert_eq!(
            split_first("Lists rows\nof a table. Sorted."),
            "Lists rows of a table.\n\nSorted."
        );
        assert_eq!(split_first("Rows:\n- a\n- b"), "Rows:\n\n- a\n- b");
        assert_eq!(split_first("A title\n\nand text"), "A title\n\nand text");
        assert_eq!(split_first(""), "");
    }
}
