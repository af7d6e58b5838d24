//! What the compiler says, without what differs between machines, and without what changes when gapi's own lines move.

use std::path::Path;

/// How wide line numbers are.
const GUTTER: usize = 3;

/// The same text without the repository's folder, without line numbers in gapi's sources, and one width for all line numbers.
pub(crate) fn normal(said: &str, workspace: &Path) -> String {
    let said = said
        .replace(&format!("{}/", workspace.display()), "")
        .replace("tests/ui/cases/", "cases/");
    let mut text = String::new();
    // Whether the lines of source are those of the case.
    let mut own = true;
    let mut indent = GUTTER;
    for line in said.lines().filter(|line| !is_summary(line)) {
        let bare = line.trim_start();
        let spaces = line.len() - bare.len();
        let line = if let Some((arrow, place)) = place(bare) {
            own = place.starts_with("cases/");
            let place = if own { place } else { file(place) };
            format!("{:GUTTER$}{arrow} {place}", "")
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

/// Where something stands; `:::` is for what belongs to the place before.
fn place(bare: &str) -> Option<(&str, &str)> {
    bare.split_once(' ')
        .filter(|(arrow, _)| matches!(*arrow, "-->" | ":::"))
}

/// A place without its line and column.
fn file(place: &str) -> &str {
    place.trim_end_matches(|c: char| c == ':' || c.is_ascii_digit())
}

/// A line of source, or what stands below it: its number, if it has one, and what comes after the bar.
fn source(bare: &str) -> Option<(&str, &str)> {
    let (number, rest) = bare.split_once('|')?;
    let number = number.trim_end();
    number
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then_some((number, rest))
}

#[test]
fn only_what_is_said_of_the_case_has_numbers() {
    let said = "error: wrong\n    --> tests/ui/cases/a.rs:6:2\n     |\n6    | it\n     | ^^ here\n     |\n     = note: this\n             that\nnote: see\n    --> /home/me/src/lib.rs:1234:5\n     |\n1234 | fn it() {}\n...\n\nerror: aborting due to 1 previous error\n\n";
    let normal = normal(said, Path::new("/home/me"));
    let expected = "error: wrong\n   --> cases/a.rs:6:2\n    |\n  6 | it\n    | ^^ here\n    |\n    = note: this\n            that\nnote: see\n   --> src/lib.rs\n    |\n    | fn it() {}\n...\n";
    assert_eq!(normal, expected);
}
