//! The standard output and error streams.

use std::io::{ErrorKind, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use gapi_codegen::text;
use miette::{MietteHandlerOpts, Report};
use serde_json::{Value, json};

use crate::diagnostic::{Exit, Failure, Outcome};
use crate::wrap;

/// Whether results and errors are JSON: the option `--json`.
static JSON: AtomicBool = AtomicBool::new(false);

/// When texts for people have colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Colours {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Colours {
    /// Turns colours on or off.
    pub(crate) fn apply(self) {
        let enabled = match self {
            Self::Auto => return,
            Self::Always => true,
            Self::Never => false,
        };
        console::set_colors_enabled(enabled);
        console::set_colors_enabled_stderr(enabled);
    }
}

/// Sets whether results and errors are JSON.
pub(crate) fn set_json(json: bool) {
    JSON.store(json, Ordering::Relaxed);
}

/// Returns whether results and errors are JSON.
pub(crate) fn is_json() -> bool {
    JSON.load(Ordering::Relaxed)
}

/// Prints a result: a JSON value with `--json`, else a line.
pub(crate) fn result(value: &Value, line: &str) -> Outcome {
    if is_json() {
        json(value)
    } else {
        print(&format!("{line}\n"))
    }
}

/// Prints code, which is the property `code` of an object with `--json`.
pub(crate) fn code(code: &str) -> Outcome {
    if is_json() {
        json(&json!({ "code": code }))
    } else {
        print(code)
    }
}

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
pub(crate) fn escaped(text: &str) -> String {
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

/// Prints failures to the standard error stream, and returns the status of the first one.
pub(crate) fn show(failures: Vec<Failure>) -> Exit {
    let exit = failures.first().map_or(Exit::Refused, |first| first.exit);
    if is_json() {
        // The last line of the stream, after all warnings.
        let _ = writeln!(std::io::stderr(), "{}", error(exit, &failures));
        return exit;
    }
    // Lines are wrapped before. A handler that is set already is as good.
    let _ = miette::set_hook(Box::new(|_| {
        Box::new(MietteHandlerOpts::new().wrap_lines(false).build())
    }));
    for mut failure in failures {
        // Texts of documents may contain control characters.
        failure.message = wrap::for_stderr(&escaped(&failure.message), 4);
        failure.help = failure
            .help
            .map(|help| wrap::for_stderr(&escaped(&help), 8));
        // A closed stream is no error.
        let _ = writeln!(std::io::stderr(), "{:?}", Report::new(failure));
    }
    exit
}

/// Returns the error object of failures.
fn error(exit: Exit, failures: &[Failure]) -> Value {
    let object = |failure: &Failure| json!({"message": failure.message, "hint": failure.help});
    let first = failures.first();
    json!({"error": {
        "kind": if exit == Exit::Refused { "invalid" } else { exit.kind() },
        "message": first.map(|failure| &failure.message),
        "hint": first.and_then(|failure| failure.help.as_ref()),
        "errors": failures.iter().map(object).collect::<Vec<_>>(),
        "exit": exit as u8,
    }})
}

/// Prints warnings to the standard error stream, one in a line.
pub(crate) fn warn(warnings: impl IntoIterator<Item = Failure>) {
    for Failure { message, help, .. } in warnings {
        let help = help.map(|help| format!("; {help}")).unwrap_or_default();
        let warning = format!("warning: {message}{help}");
        note(&wrap::for_stderr(&warning, 0));
    }
}

/// Prints a line to the standard error stream.
pub(crate) fn note(line: &str) {
    // A closed stream is no error.
    let _ = writeln!(std::io::stderr(), "{}", escaped(line));
}

/// Returns a text as one word of a shell.
pub(crate) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:,=+@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{escaped, escaped_json, quoted};

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
    fn words_survive_a_shell() {
        assert_eq!(quoted("sqladmin:v1"), "sqladmin:v1");
        assert_eq!(quoted("instances.*"), "'instances.*'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
