//! Descriptions of documents as Markdown, which rustdoc takes without a warning for any text.

use super::inline::inline;
use super::lists::inline_list;
use super::wrap::wrap;

/// A description as Markdown.
///
/// Lists, code fences, code spans, bold and emphasized text and links stay; headings become bold lines; everything else that could
/// be read as markup is escaped. No line is ever indented by four columns, so nothing becomes code by accident, and
/// fences are `text`, so nothing becomes a test.
pub(super) fn sanitize(text: &str) -> String {
    let text = clean(text);
    let lines: Vec<&str> = text.split('\n').map(str::trim_end).collect();
    let mut out = Lines::default();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        if let Some(length) = fence(&lines[at..]) {
            out.push("```text");
            for line in &lines[at + 1..at + length - 1] {
                out.lines.push((*line).to_owned());
            }
            out.push("```");
            at += length;
            continue;
        }
        block(line, &mut out);
        at += 1;
    }
    out.finish()
}

/// The lines of the result.
#[derive(Default)]
struct Lines {
    lines: Vec<String>,
    in_list: bool,
}

impl Lines {
    fn push(&mut self, line: &str) {
        self.lines.push(line.to_owned());
    }

    fn blank(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
    }

    fn finish(mut self) -> String {
        while self.lines.last().is_some_and(String::is_empty) {
            self.lines.pop();
        }
        self.lines.join("\n")
    }
}

/// One line outside of fences.
fn block(line: &str, out: &mut Lines) {
    let text = line.trim();
    if text.is_empty() {
        out.blank();
        return;
    }
    if let Some(title) = heading(text) {
        out.in_list = false;
        out.blank();
        out.push(&format!("**{}**", start(&title.replace('*', ""))));
        out.blank();
        return;
    }
    if let Some((before, items)) = inline_list(text) {
        if !before.is_empty() {
            out.lines.extend(wrap(&start(before), "", ""));
        }
        for item in items {
            out.lines.extend(wrap(&start(item), "* ", "  "));
        }
        // What follows is no part of the last item.
        out.blank();
        return;
    }
    if let Some((marker, item)) = list_item(text) {
        let nested = out.in_list && line.len() - line.trim_start().len() >= 2;
        let indent = if nested { "  " } else { "" };
        let hang = " ".repeat(indent.len() + marker.len() + 1);
        out.lines
            .extend(wrap(&start(item), &format!("{indent}{marker} "), &hang));
        out.in_list = true;
        return;
    }
    // A paragraph after an empty line ends a list; without one it continues the item.
    if out.lines.last().is_none_or(String::is_empty) {
        out.in_list = false;
    }
    out.lines.extend(wrap(&start(text), "", ""));
}

/// Text at the start of a block: inline, and not a marker of another block.
fn start(text: &str) -> String {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0 && text[digits..].starts_with(['.', ')']) {
        return format!("{}\\{}", &text[..digits], inline(&text[digits..]));
    }
    let safe = inline(text);
    if safe.starts_with(['#', '+', '-', '=', ':']) {
        format!("\\{safe}")
    } else {
        safe
    }
}

/// The text of `# Title`.
fn heading(text: &str) -> Option<&str> {
    let title = text.trim_start_matches('#');
    let level = text.len() - title.len();
    let title = title
        .strip_prefix(' ')?
        .trim()
        .trim_end_matches('#')
        .trim_end();
    ((1..=6).contains(&level) && !title.is_empty()).then_some(title)
}

/// Marker and text of a list item.
fn list_item(text: &str) -> Option<(&str, &str)> {
    let (marker, item) = text.split_once(' ')?;
    let number = marker.strip_suffix(['.', ')']);
    let ordered =
        number.is_some_and(|n| (1..=9).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()));
    let item = item.trim();
    let rule = item.chars().all(|c| "*-_ ".contains(c));
    match marker {
        _ if rule => None,
        "*" | "-" | "+" => Some(("*", item)),
        _ if ordered => Some((marker, item)),
        _ => None,
    }
}

/// How many lines a fenced block at the start of `lines` takes, with its fences.
fn fence(lines: &[&str]) -> Option<usize> {
    let info = lines.first()?.trim_start().strip_prefix("```")?;
    if info.trim_start_matches('`').contains('`') {
        return None;
    }
    let closes =
        |line: &&str| line.trim().len() >= 3 && line.trim().bytes().all(|byte| byte == b'`');
    lines[1..].iter().position(closes).map(|inner| inner + 2)
}

/// Without what no doc comment may hold: control characters, and characters that turn the direction of the text
/// (which rustc refuses). The commonest HTML becomes what it means.
fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => clean.push('\n'),
            '\u{2028}' | '\u{2029}' => clean.push('\n'),
            '\r' | '\u{feff}' | '\u{61c}' | '\u{200e}' | '\u{200f}' => {}
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
            c if c.is_control() => clean.push(' '),
            c => clean.push(c),
        }
    }
    if !clean.contains('<') {
        return clean;
    }
    for (tag, meaning) in [
        ("<br>", "\n"),
        ("<br/>", "\n"),
        ("<br />", "\n"),
        ("<p>", "\n\n"),
        ("</p>", "\n\n"),
        ("<li>", "\n* "),
    ] {
        clean = replace_tag(&clean, tag, meaning);
    }
    for tag in ["<ul>", "</ul>", "</li>", "<ol>", "</ol>"] {
        clean = replace_tag(&clean, tag, "");
    }
    clean
}

/// Replaces a tag, except where it is quoted.
fn replace_tag(text: &str, tag: &str, meaning: &str) -> String {
    if !text.contains(tag) {
        return text.to_owned();
    }
    let mut parts = text.split(tag);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let quoted = out.ends_with(['`', '"', '\'']) || part.starts_with(['`', '"', '\'']);
        out.push_str(if quoted { tag } else { meaning });
        out.push_str(part);
    }
    out
}

#[cfg(test)]
#[path = "markdown_tests.rs"]
mod tests;
