//! The output of the compiler, without what differs between machines, and without what changes when gapi's own lines move.

use std::path::Path;

/// How wide line numbers are.
const GUTTER: usize = 3;

/// The same text without the repository's folder, without line numbers in gapi's sources, and one width for all line numbers.
pub(crate) fn normal(output: &str, workspace: &Path) -> String {
    let output = output
        .replace(&format!("{}/", workspace.display()), "")
        .replace("tests/ui/cases/", "cases/");
    let mut text = String::new();
    // Whether the lines of source are those of the case.
    let mut own = true;
    let mut indent = GUTTER;
    for line in output.lines().filter(|line| !is_summary(line)) {
        let bare = line.trim_start();
        let spaces = line.len() - bare.len();
        let line = if let Some((arrow, position)) = position(bare) {
            own = position.starts_with("cases/");
            let position = if own { position } else { file(position) };
            format!("{:GUTTER$}{arrow} {position}", "")
        } else if let Some((number, rest)) = source(bare) {
            let number = if own { number } else { "" };
            format!("{number:>GUTTER$} |{rest}")
        } else if bare.starts_with("= ") {
            indent = spaces;
            format!("{:GUTTER$} {bare}", "")
        } else if spaces >= indent && !bare.is_empty() {
            // More of a note.
            format!("{:GUTTER$} {}", "", &line[indent..])
        } else {
            line.to_owned()
        };
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn is_summary(line: &str) -> bool {
    [
        "error: aborting due to ",
        "Some errors have detailed explanations: ",
        "For more information about ",
    ]
    .iter()
    .any(|summary| line.starts_with(summary))
}

/// A position; `:::` is for what belongs to the position before.
fn position(bare: &str) -> Option<(&str, &str)> {
    bare.split_once(' ')
        .filter(|(arrow, _)| matches!(*arrow, "-->" | ":::"))
}

/// A position without its line and column.
fn file(position: &str) -> &str {
    position.trim_end_matches(|c: char| c == ':' || c.is_ascii_digit())
}

/// A line of source, or the line below it: its number, if it has one, and what comes after the bar.
fn source(bare: &str) -> Option<(&str, &str)> {
    let (number, rest) = bare.split_once('|')?;
    let number = number.trim_end();
    number
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some((number, rest))
}

#[test]
fn only_lines_of_the_case_have_numbers() {
    let output = "error: wrong\n    --> tests/ui/cases/a.rs:6:2\n     |\n6    | it\n     | ^^ here\n     |\n     = note: this\n             that\nnote: see\n    --> /home/me/src/lib.rs:1234:5\n     |\n1234 | fn it() {}\n...\n\nerror: aborting due to 1 previous error\n\n";
    let normal = normal(output, Path::new("/home/me"));
    let expected = "error: wrong\n   --> cases/a.rs:6:2\n    |\n  6 | it\n    | ^^ here\n    |\n    = note: this\n            that\nnote: see\n   --> src/lib.rs\n    |\n    | fn it() {}\n...\n";
    assert_eq!(normal, expected);
}
