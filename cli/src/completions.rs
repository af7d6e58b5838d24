//! `gapi completions`: scripts for the completion of shells.

use clap_complete::Shell;

use crate::diagnostic::Outcome;
use crate::print::raw;

/// Print what a shell needs to complete gapi's words
#[derive(Debug, clap::Args)]
#[command(after_help = "In ~/.bashrc: source <(gapi completions bash)")]
pub(crate) struct Arguments {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments, command: &mut clap::Command) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, command, "gapi", &mut script);
    raw(&String::from_utf8_lossy(&script))
}
