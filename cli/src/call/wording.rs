//! Texts of the library in the words of the command: its errors name functions, of which the command has options.

/// What the library names, and what the command has in its place; nothing where it has none.
const WORDS: [(&str, &str); 10] = [
    ("`.idempotent(true)`", "`--idempotent`"),
    (
        "read it with `.text()` or `.raw()`",
        "`--format raw` prints it",
    ),
    (
        "`.raw()` gives the bytes",
        "`--format raw` prints the bytes",
    ),
    ("; `read_compressed` gives the bytes as they are", ""),
    ("with `.scopes([...])`", "with `--scopes`"),
    (
        "set the type with `content_type`",
        "set it with `--upload-type`",
    ),
    ("; set the request with `poll_with`", ""),
    ("; raise `response_limit` if it may be", ""),
    ("leave `location` out", "leave out `--endpoint-location`"),
    (
        "; set that endpoint on the client, and open the document with `Hosts::Any`, if you mean it",
        "",
    ),
];

/// Returns a text of the library in the words of the command.
pub(super) fn of(text: &str) -> String {
    WORDS
        .iter()
        .fold(text.to_owned(), |text, (library, command)| {
            text.replace(library, command)
        })
}
