//! Lines that fit a terminal: broken at spaces only, and never within code, so that commands, paths and URLs survive copying.

use console::{Term, measure_text_width};
use textwrap::{Options, WordSeparator, WordSplitter};

/// The least width of a terminal that lines are made to fit.
const LEAST: usize = 30;
/// What replaces the spaces of code while lines are broken.
const FIXED: char = '\u{a0}';

/// Returns the width of a terminal; `None` of a file or a pipe, which gets whole lines.
pub(crate) fn width(terminal: &Term) -> Option<usize> {
    let width = usize::from(terminal.size().1);
    terminal.is_term().then(|| width.max(LEAST))
}

/// Breaks a line. `first` and `further` are the columns before the first line and the others.
pub(crate) fn lines(line: &str, width: usize, first: usize, further: usize) -> Vec<String> {
    let (first, further) = (" ".repeat(first), " ".repeat(further));
    if measure_text_width(line) + first.len() <= width {
        return vec![first + line];
    }
    let mut is_code = false;
    let fixed: String = line
        .chars()
        .map(|c| {
            is_code ^= c == '`';
            if c == ' ' && is_code { FIXED } else { c }
        })
        .collect();
    let options = Options::new(width)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .initial_indent(&first)
        .subsequent_indent(&further);
    let lines = textwrap::wrap(&fixed, options);
    lines
        .into_iter()
        .map(|line| line.replace(FIXED, " "))
        .collect()
}

/// Breaks the lines of a text for the standard error stream, where `before` columns precede each.
pub(crate) fn for_stderr(text: &str, before: usize) -> String {
    let Some(width) = width(&Term::stderr()) else {
        return text.to_owned();
    };
    let room = width.saturating_sub(before).max(LEAST);
    let lines = text.lines().flat_map(|line| lines(line, room, 0, 0));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn words_and_code_stay_whole() {
        let text = "run `gapi auth login --scopes x` or see https://www.googleapis.com/discovery/v1/apis for more";
        assert_eq!(
            lines(text, 30, 2, 4),
            [
                "  run",
                "    `gapi auth login --scopes x`",
                "    or see",
                "    https://www.googleapis.com/discovery/v1/apis",
                "    for more"
            ]
        );
        assert_eq!(lines("short", 30, 2, 4), ["  short"]);
    }
}
