//! The words of a command line before the method is known: own options may come before and after the names.

use std::ffi::{OsStr, OsString};

use clap::Command;
use gapi_codegen::suggest::nearest;

use super::failure::{CallFailure, CallResult, Mistake};
use crate::documents::is_id;
use crate::redact::without_secret;

/// The method that is named, and the other words.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Words {
    /// `sqladmin:v1`, `drive`, `./storage.v1.json`; none if an id is enough.
    pub(super) api: Option<String>,
    /// `instances.list`, `sql.instances.list`
    pub(super) method: Option<String>,
    /// All other words, in their order.
    pub(super) rest: Vec<OsString>,
}

/// What follows an option.
enum Takes {
    Nothing,
    /// A value in the same word only.
    Attached,
    Value,
}

impl Words {
    /// Finds the API and the method among the words. `own` is a command with the own options.
    pub(super) fn of(words: &[OsString], own: &Command) -> CallResult<Self> {
        let mut found = Self::default();
        let mut words = words.iter();
        while !found.is_complete()
            && let Some(word) = words.next()
        {
            let text = word.to_str().unwrap_or_default();
            if text == "--" {
                // Names come before the arguments of the method.
                found.rest.push(word.clone());
                break;
            }
            if !text.starts_with('-') || text == "-" {
                found.name(word)?;
                continue;
            }
            found.rest.push(word.clone());
            match takes(text, own) {
                None => {
                    let longs = own.get_arguments().filter_map(clap::Arg::get_long);
                    let name = text
                        .trim_start_matches('-')
                        .split('=')
                        .next()
                        .unwrap_or_default();
                    let nearest = nearest(name, longs)
                        .into_iter()
                        .map(|name| format!("--{name}"));
                    let option = without_secret(text.split('=').next().unwrap_or_default());
                    let mistake = Mistake::new(
                        option,
                        "this is no option of gapi; options of a method follow its name",
                    );
                    return Err(CallFailure::usage(vec![mistake.nearest(nearest)])
                        .hint("gapi call [OPTIONS] API:VERSION METHOD [ARGUMENTS]"));
                }
                Some(Takes::Value) => found.rest.extend(words.next().cloned()),
                Some(Takes::Nothing | Takes::Attached) => {}
            }
        }
        found.rest.extend(words.cloned());
        Ok(found)
    }

    fn is_complete(&self) -> bool {
        self.method.is_some()
    }

    fn name(&mut self, word: &OsStr) -> CallResult {
        let text = word.to_str().ok_or_else(|| {
            CallFailure::mistake("", "the name of an API or a method is not UTF-8 text")
        })?;
        if self.api.is_some() || is_id(text) {
            self.method = Some(text.to_owned());
        } else {
            self.api = Some(text.to_owned());
        }
        Ok(())
    }

    /// Returns whether one of the flags is set.
    pub(super) fn has(&self, flags: &[&str]) -> bool {
        options(&self.rest).any(|word| flags.contains(&word))
    }

    /// Returns whether an option with a value is set.
    pub(super) fn has_value(&self, option: &str) -> bool {
        options(&self.rest).any(|word| word.split('=').next() == Some(option))
    }
}

/// Returns the words before `--`: those after it are no options.
pub(super) fn options(words: &[OsString]) -> impl Iterator<Item = &str> {
    let words = words.iter().take_while(|word| *word != "--");
    words.filter_map(|word| word.to_str())
}

/// Returns what follows an own option; `None` for another one.
fn takes(word: &str, own: &Command) -> Option<Takes> {
    let is_attached;
    let argument = if let Some(long) = word.strip_prefix("--") {
        let (name, value) = long
            .split_once('=')
            .map_or((long, None), |(name, value)| (name, Some(value)));
        is_attached = value.is_some();
        own.get_arguments()
            .find(|argument| argument.get_long() == Some(name))
    } else {
        let mut letters = word.chars().skip(1);
        let letter = letters.next()?;
        let argument = own
            .get_arguments()
            .find(|argument| argument.get_short() == Some(letter))?;
        // Letters without values may follow one another.
        if !argument.get_action().takes_values() {
            return Some(Takes::Nothing);
        }
        is_attached = letters.next().is_some();
        Some(argument)
    }?;
    Some(if !argument.get_action().takes_values() {
        Takes::Nothing
    } else if is_attached || argument.is_require_equals_set() {
        Takes::Attached
    } else {
        Takes::Value
    })
}

#[cfg(test)]
mod tests {
    use super::super::own_options;
    use super::*;

    fn read(line: &str) -> Result<(String, String, String), String> {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let words = Words::of(&words, &own_options::command()).map_err(|failure| failure.text())?;
        let rest: Vec<String> = words
            .rest
            .into_iter()
            .map(|word| word.into_string().unwrap())
            .collect();
        Ok((
            words.api.unwrap_or_default(),
            words.method.unwrap_or_default(),
            rest.join(" "),
        ))
    }

    #[test]
    fn names_are_found_between_options() {
        for (line, expected) in [
            (
                "sqladmin:v1 instances.list p --filter x",
                ("sqladmin:v1", "instances.list", "p --filter x"),
            ),
            ("sql.instances.list p", ("", "sql.instances.list", "p")),
            ("./a.b.json files.list", ("./a.b.json", "files.list", "")),
            ("drive about.get", ("drive", "about.get", "")),
            (
                "--account ann@example.com --all drive:v3 files.list",
                ("drive:v3", "files.list", "--account ann@example.com --all"),
            ),
            (
                "--account=a drive:v3 -q files.list x",
                ("drive:v3", "files.list", "--account=a -q x"),
            ),
            (
                "--dry-run drive:v3 files.list",
                ("drive:v3", "files.list", "--dry-run"),
            ),
            (
                "-p fields=x -ofile drive:v3 files.list",
                ("drive:v3", "files.list", "-p fields=x -ofile"),
            ),
            ("drive:v3 --help", ("drive:v3", "", "--help")),
            ("drive:v3 -- x", ("drive:v3", "", "-- x")),
        ] {
            let (api, method, rest) = expected;
            assert_eq!(
                read(line),
                Ok((api.into(), method.into(), rest.into())),
                "{line}"
            );
        }
    }

    #[test]
    fn what_follows_two_dashes_is_no_option() {
        let has = |line: &str| {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let words = Words::of(&words, &own_options::command()).unwrap();
            (words.has(&["--quiet"]), words.has_value("--endpoint-url"))
        };
        let called = "drive:v3 about.get";
        assert_eq!(has(&format!("{called} --quiet")), (true, false));
        assert_eq!(has(&format!("{called} --endpoint-url x")), (false, true));
        assert_eq!(has(&format!("{called} --endpoint-url=x")), (false, true));
        let names = format!("{called} -- --quiet --endpoint-url=x");
        assert_eq!(has(&names), (false, false));
    }

    #[test]
    fn options_of_methods_follow_the_method() {
        let error = read("--page-size 3 drive:v3 files.list").unwrap_err();
        assert!(
            error.contains("--page-size") && error.contains("follow its name"),
            "{error}"
        );
        let error = read("--acount x drive:v3 files.list").unwrap_err();
        assert!(error.contains("did you mean `--account`?"), "{error}");
    }
}
