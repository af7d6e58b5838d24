//! Breaks long lines without changing the meaning of their Markdown.

/// The maximum width of a line, in characters.
const WIDTH: usize = 110;

/// Returns `text` in lines of at most [`WIDTH`] where it can be broken.
pub(super) fn wrap(text: &str, first: &str, hang: &str) -> Vec<String> {
    if first.len() + text.len() <= WIDTH && !text.contains("  ") {
        return vec![format!("{first}{}", text.trim())];
    }
    let text = hold_spans(text);
    let mut lines = Vec::new();
    let mut line = first.to_owned();
    let mut width = line.chars().count();
    let mut empty = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if !empty && width + 1 + length > WIDTH && can_start_a_line(word) {
            lines.push(std::mem::replace(&mut line, hang.to_owned()));
            width = hang.len();
            empty = true;
        }
        if !empty {
            line.push(' ');
            width += 1;
        }
        line.push_str(word);
        width += length;
        empty = false;
    }
    lines.push(line);
    lines.iter().map(|line| line.replace(HELD, " ")).collect()
}

/// A space at which a line cannot be broken. No text contains this character: control characters are removed.
const HELD: char = '\0';

/// Marks the spaces inside of code spans.
fn hold_spans(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['`', '\\']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let used = if let Some(escaped) = rest.strip_prefix('\\') {
            1 + escaped.chars().next().map_or(0, char::len_utf8)
        } else {
            let run = rest.len() - rest.trim_start_matches('`').len();
            span_length(rest, run).unwrap_or(run)
        };
        let (span, tail) = rest.split_at(used);
        out.push_str(&if span.starts_with('`') {
            span.replace(' ', "\0")
        } else {
            span.to_owned()
        });
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// The length of the code span that begins with `run` backticks.
pub(super) fn span_length(text: &str, run: usize) -> Option<usize> {
    let mut at = run;
    while let Some(next) = text[at..].find('`') {
        let close = at + next;
        let length = text.len() - close - text[close..].trim_start_matches('`').len();
        at = close + length;
        if length == run {
            return Some(at);
        }
    }
    None
}

/// Whether a line that starts with this word is still a part of its paragraph: no list item, heading, rule, fence,
/// quote, table or HTML begins with it.
fn can_start_a_line(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || "\"'(\\".contains(c))
}
