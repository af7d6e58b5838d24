//! The `gapi` command: typed Google API clients from Discovery documents.

mod expand;
mod file;
mod generate;
mod keep;
mod problem;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use problem::Problem;

/// Typed Google API clients for Rust, from Discovery documents.
#[derive(Debug, Parser)]
#[command(
    name = "gapi",
    version,
    after_help = "Exit status: 0 when all went well, 1 when something is wrong or stale, 2 when the arguments are."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Generate(generate::Arguments),
    Expand(expand::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Generate(arguments) => generate::run(&arguments),
        Command::Expand(arguments) => expand::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(problems) => {
            problem::show(problems);
            ExitCode::FAILURE
        }
    }
}

/// What a command ends with: nothing, or all that is wrong.
type Outcome<T = ()> = Result<T, Vec<Problem>>;
