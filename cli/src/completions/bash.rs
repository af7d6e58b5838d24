//! bash, which takes `:` and `=` for the ends of words.

use std::ffi::OsString;
use std::io::{Error, Write};
use std::path::Path;

use clap::Command;
use clap_complete::engine::complete;
use clap_complete::env::{Bash as Plain, EnvCompleter};

/// bash, with the words as they were typed.
pub(super) struct Bash;

impl EnvCompleter for Bash {
    fn name(&self) -> &'static str {
        "bash"
    }

    fn is(&self, name: &str) -> bool {
        name == "bash"
    }

    fn write_registration(
        &self,
        var: &str,
        name: &str,
        bin: &str,
        completer: &str,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        Plain.write_registration(var, name, bin, completer, out)
    }

    fn write_complete(
        &self,
        command: &mut Command,
        words: Vec<OsString>,
        folder: Option<&Path>,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        let (words, typed) = current(words, index());
        let index = words.len() - 1;
        let separator = std::env::var("_CLAP_IFS").unwrap_or_else(|_| "\n".to_owned());
        let candidates = complete(command, words, index, folder)?;
        // bash replaces the last part of the word only.
        let texts: Vec<String> = candidates
            .iter()
            .map(|candidate| candidate.get_value().to_string_lossy().into_owned())
            .map(|text| {
                text.strip_prefix(&typed)
                    .map_or(text.clone(), str::to_owned)
            })
            .collect();
        write!(out, "{}", texts.join(&separator))
    }
}

/// Returns the number of the current word, as bash counts.
pub(super) fn index() -> Option<usize> {
    std::env::var("_CLAP_COMPLETE_INDEX").ok()?.parse().ok()
}

/// Returns the words up to the current one with their parts joined, and the beginning of the current word that bash does not replace.
pub(super) fn current(words: Vec<OsString>, index: Option<usize>) -> (Vec<OsString>, String) {
    let count = index.map_or(words.len(), |index| (index + 1).min(words.len()));
    let mut joined: Vec<OsString> = Vec::new();
    let mut is_open = false;
    let mut typed = String::new();
    for (at, word) in words.into_iter().take(count).enumerate() {
        let is_break = word == ":" || word == "=";
        match joined.last_mut() {
            Some(last) if at > 1 && (is_break || is_open) => {
                if at + 1 == count && !is_break {
                    typed = last.to_string_lossy().into_owned();
                }
                last.push(&word);
                if at + 1 == count && is_break {
                    typed = last.to_string_lossy().into_owned();
                }
            }
            _ => joined.push(word),
        }
        is_open = is_break;
    }
    if joined.is_empty() {
        joined.push(OsString::new());
    }
    (joined, typed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(line: &str) -> (String, String) {
        let words = line.split(' ').map(OsString::from).collect();
        let (words, typed) = current(words, None);
        let words: Vec<String> = words
            .into_iter()
            .map(|word| word.into_string().unwrap())
            .collect();
        (words.join(" "), typed)
    }

    #[test]
    fn parts_of_words_are_joined() {
        assert_eq!(
            joined("gapi call sqladmin : v1 inst"),
            ("gapi call sqladmin:v1 inst".into(), String::new())
        );
        assert_eq!(
            joined("gapi call sqladmin : v"),
            ("gapi call sqladmin:v".into(), "sqladmin:".into())
        );
        assert_eq!(
            joined("gapi call sqladmin :"),
            ("gapi call sqladmin:".into(), "sqladmin:".into())
        );
        assert_eq!(
            joined("gapi call x --format = js"),
            ("gapi call x --format=js".into(), "--format=".into())
        );
    }
}
