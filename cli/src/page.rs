//! Text for people. On a terminal, lines fit its width and names have colours; elsewhere each entry is one line.

use console::{Style, Term, measure_text_width, truncate_str};
use serde_json::Value;

use crate::diagnostic::{Failure, Outcome};
use crate::print::{self, escaped, is_json, raw};
use crate::wrap;

/// A text that is laid out for the standard output stream.
pub(crate) struct Page {
    text: String,
    /// The width of the terminal.
    width: Option<usize>,
}

impl Page {
    /// Returns an empty text for the standard output stream.
    pub(crate) fn new() -> Self {
        Self::of_width(wrap::width(&Term::stdout()))
    }

    fn of_width(width: Option<usize>) -> Self {
        Self {
            text: String::new(),
            width,
        }
    }

    /// Adds a line as it is.
    pub(crate) fn line(&mut self, line: &str) {
        self.text.push_str(&escaped(line));
        self.text.push('\n');
    }

    /// Adds a title, with an empty line before it unless it is the first line.
    pub(crate) fn title(&mut self, title: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let title = Style::new().bold().apply_to(escaped(title)).to_string();
        self.text.push_str(&title);
        self.text.push('\n');
    }

    /// Adds code behind four spaces. Its lines are never wrapped, because they have to survive copying.
    pub(crate) fn code(&mut self, code: &str) {
        for line in code.lines() {
            let indent = if line.is_empty() { "" } else { "    " };
            self.line(&format!("{indent}{line}"));
        }
    }

    /// Adds sentences, wrapped at words.
    pub(crate) fn prose(&mut self, indent: usize, prose: &str) {
        self.hanging(indent, indent, prose);
    }

    /// Adds an entry, whose further lines are four columns further right.
    pub(crate) fn entry(&mut self, indent: usize, entry: &str) {
        self.hanging(indent, indent + 4, entry);
    }

    fn hanging(&mut self, first: usize, further: usize, text: &str) {
        for line in escaped(text).trim_end().lines() {
            if !line.is_empty() {
                let width = self.width.unwrap_or(usize::MAX);
                let lines = wrap::lines(line, width, first, further);
                self.text.push_str(&lines.join("\n"));
            }
            self.text.push('\n');
        }
    }

    /// Adds lines of aligned cells. The last cell is cut at the end of a terminal's line.
    pub(crate) fn table<const N: usize>(&mut self, indent: usize, lines: &[[String; N]]) {
        self.aligned(indent, lines, |_| Style::new().cyan(), Last::Cut);
    }

    /// Adds lines of aligned cells. The last cell is wrapped within its column.
    pub(crate) fn details<const N: usize>(&mut self, indent: usize, lines: &[[String; N]]) {
        self.aligned(indent, lines, |_| Style::new().cyan(), Last::Wrapped);
    }

    /// As [`details`](Self::details), with a style for each first cell.
    pub(crate) fn styled<const N: usize>(
        &mut self,
        lines: &[[String; N]],
        style: impl Fn(&str) -> Style,
    ) {
        self.aligned(0, lines, style, Last::Wrapped);
    }

    fn aligned<const N: usize>(
        &mut self,
        indent: usize,
        lines: &[[String; N]],
        style: impl Fn(&str) -> Style,
        last: Last,
    ) {
        let lines: Vec<[String; N]> = lines
            .iter()
            .map(|cells| std::array::from_fn(|column| escaped(&cells[column])))
            .collect();
        let widths: [usize; N] = std::array::from_fn(|column| {
            let cells = lines.iter().map(|cells| measure_text_width(&cells[column]));
            cells.max().unwrap_or(0)
        });
        let needed = match last {
            Last::Cut => 0,
            // A word that fits into no line does not count.
            Last::Wrapped => {
                longest_word(&lines, self.width.unwrap_or(0).saturating_sub(indent + 2))
            }
        };
        let beside = self.beside(indent, &widths, needed);
        for cells in &lines {
            let mut line = " ".repeat(indent);
            for (column, cell) in cells.iter().enumerate().take(beside) {
                let is_end = column + 1 == beside;
                let room = self.width.filter(|_| column + 1 == N);
                let room = room.map(|width| width.saturating_sub(measure_text_width(&line)));
                let mut more = Vec::new();
                let cell = match (room, last) {
                    (Some(room), Last::Cut) => truncate_str(cell, room, "…").into_owned(),
                    (Some(room), Last::Wrapped) if measure_text_width(cell) > room => {
                        more = wrap::lines(cell, room, 0, 0);
                        more.remove(0)
                    }
                    _ => cell.clone(),
                };
                let column_at = measure_text_width(&line);
                let pad = if is_end {
                    0
                } else {
                    widths[column] + 2 - measure_text_width(&cell)
                };
                if column == 0 && !cell.is_empty() {
                    line.push_str(&style(&cell).apply_to(&cell).to_string());
                } else {
                    line.push_str(&cell);
                }
                line.extend(std::iter::repeat_n(' ', pad));
                for cell in more {
                    line.push('\n');
                    line.push_str(&" ".repeat(column_at));
                    line.push_str(&cell);
                }
            }
            let line = line.trim_end();
            if !line.is_empty() || beside == N {
                self.text.push_str(line);
                self.text.push('\n');
            }
            for (column, cell) in cells.iter().enumerate().skip(beside) {
                let room = self.width.unwrap_or(usize::MAX) - indent - 2;
                let is_cut = last == Last::Cut && column + 1 < N;
                let cell = truncate_str(cell, if is_cut { room } else { usize::MAX }, "…");
                self.prose(indent + 2, &cell);
            }
        }
    }

    /// Returns how many columns are beside each other. The others are below, if the last one would have too little room.
    fn beside<const N: usize>(&self, indent: usize, widths: &[usize; N], least: usize) -> usize {
        let Some(width) = self.width else { return N };
        let mut used = indent;
        for (column, cells) in widths.iter().enumerate() {
            let needed = if column + 1 == N {
                (*cells).min(width / 4).max(least)
            } else {
                *cells
            };
            if column > 0 && used + needed > width {
                return column;
            }
            used += cells + 2;
        }
        N
    }

    /// Prints the text.
    pub(crate) fn print(&self) -> Outcome {
        raw(&self.text)
    }
}

/// Returns the width of the longest word of the last cells that is not wider than `limit`.
fn longest_word<const N: usize>(lines: &[[String; N]], limit: usize) -> usize {
    let cells = lines.iter().filter_map(|cells| cells.last());
    let widths = cells
        .flat_map(|cell| cell.split(' '))
        .map(measure_text_width);
    widths.filter(|width| *width <= limit).max().unwrap_or(0)
}

/// Prints a list, as JSON or as a table. A list of none is an error too.
pub(crate) fn list<const N: usize>(
    objects: &Value,
    lines: &[[String; N]],
    none: Failure,
) -> Outcome {
    if is_json() {
        print::json(objects)?;
    } else {
        let mut page = Page::new();
        page.table(0, lines);
        page.print()?;
    }
    if lines.is_empty() {
        return Err(none.into());
    }
    Ok(())
}

/// What becomes of a last cell that is too wide.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Cut,
    Wrapped,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines() -> Vec<[String; 3]> {
        let cells = |cells: [&str; 3]| cells.map(str::to_owned);
        vec![
            cells([
                "tasks.list",
                "GET tasks/v1/lists",
                "Returns all tasks in the list.",
            ]),
            cells(["tasks.get", "GET", ""]),
        ]
    }

    fn table(width: Option<usize>) -> String {
        let mut page = Page::of_width(width);
        page.table(0, &lines());
        console::strip_ansi_codes(&page.text).into_owned()
    }

    fn details(width: usize) -> String {
        let mut page = Page::of_width(Some(width));
        page.details(2, &lines());
        console::strip_ansi_codes(&page.text).into_owned()
    }

    #[test]
    fn a_file_gets_whole_lines() {
        let text =
            "tasks.list  GET tasks/v1/lists  Returns all tasks in the list.\ntasks.get   GET\n";
        assert_eq!(table(None), text);
        assert_eq!(table(Some(62)), text);
    }

    #[test]
    fn a_terminal_gets_lines_that_fit() {
        assert_eq!(
            table(Some(50)),
            "tasks.list  GET tasks/v1/lists  Returns all tasks…\ntasks.get   GET\n"
        );
        assert_eq!(
            table(Some(40)),
            "tasks.list  GET tasks/v1/lists\n  Returns all tasks in the list.\ntasks.get   GET\n"
        );
        assert_eq!(
            details(55),
            "  tasks.list  GET tasks/v1/lists  Returns all tasks in\n                                  the list.\n  tasks.get   GET\n"
        );
    }

    #[test]
    fn sentences_are_wrapped_and_code_is_not() {
        let mut page = Page::of_width(Some(30));
        page.prose(0, "A sentence of more than thirty columns.\n\nAnother one.");
        page.entry(4, "name: text (required, of more than thirty columns)");
        page.code("let request = tasks::tasks().list(\"@default\");\n\nend");
        assert_eq!(
            page.text,
            "A sentence of more than thirty\ncolumns.\n\nAnother one.\n    name: text (required, of\n        more than thirty\n        columns)\n    let request = tasks::tasks().list(\"@default\");\n\n    end\n"
        );
        // A name that is wider than the terminal stays whole.
        let mut page = Page::of_width(Some(30));
        page.prose(4, "https://www.googleapis.com/auth/cloud-platform x");
        assert_eq!(
            page.text,
            "    https://www.googleapis.com/auth/cloud-platform\n    x\n"
        );
    }

    #[test]
    fn texts_of_documents_do_not_act() {
        let mut page = Page::of_width(None);
        page.line("a\u{1b}[1m");
        page.prose(0, "b\u{9b}");
        page.table(0, &[["c\u{202e}".to_owned(), "\t.".to_owned()]]);
        assert!(
            !page
                .text
                .contains(|c| c != '\n' && gapi_codegen::text::is_active(c))
        );
    }
}
