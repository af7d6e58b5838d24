//! The file of a first program, which never replaces one that is there.

use std::path::Path;

use crate::diagnostic::{Failure, Outcome};

/// The program of `cargo new`, without its line ends.
const HELLO: &str = r#"fn main() { println!("Hello, world!"); }"#;

/// Where a program goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// The file, relative to the package.
    pub(super) file: String,
    /// The example's name, unless it is the package's main program.
    pub(super) example: Option<String>,
    pub(super) state: State,
}

/// What becomes of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It does not exist yet.
    New,
    /// It is cargo's own first program.
    Replaced,
    /// It is there, and uses the document.
    Present,
}

/// Decides the file of a program for a document, in the folder of a package. `name` is that of an example. A package that has other targets gets
/// no main program.
pub(super) fn target(folder: &Path, has_targets: bool, spec: &str, name: &str) -> Outcome<Target> {
    let name = name.trim_start_matches("r#");
    let mut candidates = vec![("src/main.rs".to_owned(), None)];
    let example = |name: String| (format!("examples/{name}.rs"), Some(name));
    candidates.push(example(name.to_owned()));
    candidates.push(example(format!("{name}_list")));
    let mut taken = Vec::new();
    for (file, example) in candidates {
        let state = match std::fs::read_to_string(folder.join(&file)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                if example.is_none() && has_targets {
                    continue;
                }
                State::New
            }
            Err(error) => return Err(Failure::io("read", Path::new(&file), &error).into()),
            Ok(text) if is_hello(&text) => State::Replaced,
            Ok(text) if uses(&text, spec) => State::Present,
            Ok(_) => {
                taken.push(file);
                continue;
            }
        };
        return Ok(Target {
            file,
            example,
            state,
        });
    }
    let failure = Failure::new(format!("{} are other programs", taken.join(", ")));
    Err(failure
        .help("files that are there are never replaced; move one of them")
        .into())
}

fn is_hello(text: &str) -> bool {
    text.split_whitespace().collect::<Vec<_>>().join(" ") == HELLO
}

/// Whether a source file has a module of a document.
fn uses(text: &str, spec: &str) -> bool {
    text.contains("api!") && text.contains(&format!("\"{spec}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(files: &[(&str, &str)]) -> Outcome<(String, State)> {
        let folder = tempfile::tempdir().unwrap();
        for (file, text) in files {
            let path = folder.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let has_targets = folder.path().join("src/lib.rs").exists();
        let target = target(folder.path(), has_targets, "tasks:v1", "tasks")?;
        Ok((target.file, target.state))
    }

    #[test]
    fn programs_of_the_user_stay() {
        let hello = "fn main() {\n    println!(\"Hello, world!\");\n}\n";
        let own = "fn main() { run() }";
        let ours = "gapi::api! { mod tasks = \"tasks:v1\" { tasks.list }; }";
        for (files, file, state) in [
            (&[][..], "src/main.rs", State::New),
            (&[("src/main.rs", hello)], "src/main.rs", State::Replaced),
            (&[("src/main.rs", ours)], "src/main.rs", State::Present),
            (&[("src/lib.rs", "")], "examples/tasks.rs", State::New),
            (&[("src/main.rs", own)], "examples/tasks.rs", State::New),
            (
                &[("src/main.rs", own), ("examples/tasks.rs", ours)],
                "examples/tasks.rs",
                State::Present,
            ),
            (
                &[("src/main.rs", own), ("examples/tasks.rs", own)],
                "examples/tasks_list.rs",
                State::New,
            ),
        ] {
            assert_eq!(of(files).unwrap(), (file.to_owned(), state), "{files:?}");
        }
        let all = ["src/main.rs", "examples/tasks.rs", "examples/tasks_list.rs"];
        let failure = of(&all.map(|file| (file, own))).unwrap_err();
        assert!(failure[0].message.contains("examples/tasks_list.rs"));
    }
}
