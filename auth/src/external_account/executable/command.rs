//! A command line as words, without a shell.

use crate::OperatingSystem;

/// The words of `command`, as programs of `os` expect to be called; `None` where a quotation mark lacks its counterpart, or where there are no words.
///
/// On Windows a backslash is a part of a path, and double quotation marks keep words together. Elsewhere the rules of POSIX shells hold.
pub(super) fn split(os: OperatingSystem, command: &str) -> Option<Vec<String>> {
    let words = match os {
        OperatingSystem::Windows => split_windows(command),
        OperatingSystem::Linux | OperatingSystem::MacOs => shlex::split(command),
    };
    words.filter(|words| !words.is_empty())
}

fn split_windows(command: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut is_quoted = false;
    for character in command.chars() {
        match character {
            '"' => {
                is_quoted = !is_quoted;
                // Two quotation marks are a word without characters.
                word.get_or_insert_default();
            }
            _ if character.is_whitespace() && !is_quoted => words.extend(word.take()),
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    (!is_quoted).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_the_platform_splits_them() {
        let windows = |command| split(OperatingSystem::Windows, command);
        let linux = |command| split(OperatingSystem::Linux, command);
        let words = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect());
        assert_eq!(
            windows(r"C:\tools\get-token.exe --audience x"),
            words(&[r"C:\tools\get-token.exe", "--audience", "x"])
        );
        assert_eq!(
            windows(r#""C:\Program Files\tok.exe" "" a" "b\"#),
            words(&[r"C:\Program Files\tok.exe", "", "a b\\"])
        );
        assert_eq!(
            windows(r"\\server\share\tok.exe 'x"),
            words(&[r"\\server\share\tok.exe", "'x"])
        );
        assert_eq!(
            linux(r#"/bin/to\ ken 'a "b' "c""#),
            words(&["/bin/to ken", "a \"b", "c"])
        );
        for nothing in ["", " \t", "\"x"] {
            assert_eq!(
                (windows(nothing), linux(nothing)),
                (None, None),
                "{nothing:?}"
            );
        }
    }
}
