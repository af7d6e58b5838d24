//! Completion in shells: of gapi's own words, and of the APIs, methods, parameters and values of documents.
//!
//! A shell runs `gapi` for each completion, with the variable `COMPLETE`. Nothing is fetched then, and no credentials are read.

mod bash;
mod catalog;
mod words;

use clap::Command;
use clap_complete::Shell;
use clap_complete::env::{CompleteEnv, Elvish, EnvCompleter, Fish, Powershell, Shells, Zsh};

use crate::diagnostic::{Failure, Outcome};
use crate::print::{is_json, json, raw};
use bash::Bash;

/// The variable that a shell sets.
const VARIABLE: &str = "COMPLETE";

const SHELLS: Shells<'static> = Shells(&[&Bash, &Elvish, &Fish, &Powershell, &Zsh]);

/// Print what a shell needs to complete gapi's words
#[derive(Debug, clap::Args)]
#[command(after_help = "In ~/.bashrc: source <(gapi completions bash)")]
pub(crate) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let name = arguments.shell.to_string();
    let shells = SHELLS;
    let completer: &dyn EnvCompleter = shells
        .completer(&name)
        .ok_or_else(|| Failure::new(format!("there is no completion for {name}")))?;
    let mut script = Vec::new();
    completer
        .write_registration(VARIABLE, "gapi", "gapi", "gapi", &mut script)
        .map_err(|error| Failure::new(format!("cannot write the script: {error}")))?;
    let script = String::from_utf8_lossy(&script);
    if is_json() {
        return json(&serde_json::json!({ "code": script }));
    }
    raw(&script)
}

/// Completes the words of a shell, and ends the process, if a shell asks for it.
pub(crate) fn complete(command: fn() -> Command) {
    CompleteEnv::with_factory(|| words::command(command()))
        .var(VARIABLE)
        .shells(SHELLS)
        .complete();
}
