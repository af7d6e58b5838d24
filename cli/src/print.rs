//! The standard output and error streams.

use std::io::{ErrorKind, Write as _};

use gapi_codegen::text;
use miette::{MietteHandlerOpts, Report};
use serde_json::Value;

use crate::diagnostic::{Failure, Outcome};

/// Prints a text for users. Control characters of documents are escaped.
pub(crate) fn print(text: &str) -> Outcome {
    raw(&escaped(text))
}

/// Prints a JSON value. Control characters are escaped as in JSON, so that a program reads the text of the document.
pub(crate) fn json(value: &Value) -> Outcome {
    raw(&escaped_json(value))
}

/// Prints a text without texts of documents. A closed stream, as by `head`, is no error.
pub(crate) fn raw(text: &str) -> Outcome {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            let message = format!("cannot write to the standard output stream: {error}");
            Err(Failure::new(message).into())
        }
        _ => Ok(()),
    }
}

/// Escapes a text for a terminal: lines end with `\n`, tabs become spaces, other control characters become escapes.
fn escaped(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\t', "    ");
    text::inert_lines(&text).into_owned()
}

fn escaped_json(value: &Value) -> String {
    // serde_json itself escapes what JSON has to have escaped, and lines end outside of strings only.
    let text = format!("{value:#}\n");
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if text::is_active(c) && c != '\n' {
            // All of them are in the first plane.
            out.push_str(&format!("\\u{:04x}", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

/// Aligns the columns of lines.
pub(crate) fn table<const N: usize>(lines: &[[String; N]]) -> String {
    let mut text = String::new();
    for cells in lines {
        let mut line = String::new();
        for (column, cell) in cells.iter().enumerate() {
            if column + 1 < N {
                let width = lines
                    .iter()
                    .map(|cells| cells[column].chars().count())
                    .max();
                line.push_str(&format!("{cell:width$}  ", width = width.unwrap_or(0)));
            } else {
                line.push_str(cell);
            }
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Returns the lines with four spaces before each.
pub(crate) fn indented(text: &str) -> String {
    text.lines()
        .map(|line| match line {
            "" => "\n".to_owned(),
            line => format!("    {line}\n"),
        })
        .collect()
}

/// Prints failures to the standard error stream.
pub(crate) fn show(failures: Vec<Failure>) {
    // Lines are not wrapped: a path or a command in them has to survive copying. A handler that is set already is as good.
    let _ = miette::set_hook(Box::new(|_| {
        Box::new(MietteHandlerOpts::new().wrap_lines(false).build())
    }));
    for mut failure in failures {
        // Texts of documents may contain control characters.
        failure.message = escaped(&failure.message);
        failure.help = failure.help.as_deref().map(escaped);
        // A closed stream is no error.
        let _ = writeln!(std::io::stderr(), "{:?}", Report::new(failure));
    }
}

/// Prints warnings to the standard error stream, one in a line.
pub(crate) fn warn(warnings: impl IntoIterator<Item = Failure>) {
    for Failure { message, help, .. } in warnings {
        let help = help.map(|help| format!("; {help}")).unwrap_or_default();
        note(&format!("warning: {message}{help}"));
    }
}

/// Prints a line to the standard error stream.
pub(crate) fn note(line: &str) {
    // A closed stream is no error.
    let _ = writeln!(std::io::stderr(), "{}", escaped(line));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{escaped, escaped_json, table};

    #[test]
    fn nothing_acts_on_a_terminal() {
        assert_eq!(
            escaped("a\u{1b}]0;pwn\u{7}\r\n\tb\u{202e}c\rd\n"),
            "a\\u{1b}]0;pwn\\u{7}\n    b\\u{202e}c\\rd\n"
        );
    }

    #[test]
    fn json_reads_back_as_it_was() {
        let value = json!({"a\u{202e}": ["\u{1b}[1m \u{9b}1m \u{7f}\n", "é 日本"]});
        let text = escaped_json(&value);
        assert!(
            !text.contains(|c| c != '\n' && gapi_codegen::text::is_active(c)),
            "{text}"
        );
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&text).unwrap(),
            value
        );
    }

    #[test]
    fn columns_are_aligned() {
        let lines = [["a", "bb", "c"], ["aaa", "b", ""]].map(|cells| cells.map(str::to_owned));
        assert_eq!(table(&lines), "a    bb  c\naaa  b\n");
    }
}
