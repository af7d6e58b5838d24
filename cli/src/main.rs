//! The `gapi` command: typed Google API clients from Discovery documents.

mod auth;
mod call;
mod completions;
mod diagnostic;
mod diff;
mod doc_index;
mod documents;
mod expand;
mod fetch;
mod file;
mod generate;
mod list;
mod methods;
mod print;
mod selection_args;
mod show;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use print::print;

/// Typed Google API clients for Rust, from Discovery documents.
#[derive(Debug, Parser)]
#[command(
    name = "gapi",
    version,
    after_help = "Exit status: 0 when all went well, 1 when something is wrong or stale, 2 when the arguments are, \
                  3 when `diff` finds what it denies; `gapi call --help` has those of calls."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Fetch(fetch::Arguments),
    List(list::Arguments),
    Methods(methods::Arguments),
    Show(show::Arguments),
    Call(call::Arguments),
    Generate(generate::Arguments),
    Expand(expand::Arguments),
    Diff(diff::Arguments),
    Auth(auth::Arguments),
    Completions(completions::Arguments),
}

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    completions::complete(Arguments::command);
    if let Some(words) = call::words() {
        return call::run(&words);
    }
    let done = |()| ExitCode::SUCCESS;
    let outcome = match Arguments::parse().command {
        Command::Fetch(arguments) => fetch::run(&arguments).map(done),
        Command::List(arguments) => list::run(&arguments).map(done),
        Command::Methods(arguments) => methods::run(&arguments).map(done),
        Command::Show(arguments) => show::run(&arguments).map(done),
        Command::Generate(arguments) => generate::run(&arguments).map(done),
        Command::Expand(arguments) => expand::run(&arguments).map(done),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Auth(arguments) => auth::run(&arguments).map(done),
        Command::Call(arguments) => return call::run(&arguments.words),
        Command::Completions(arguments) => completions::run(&arguments).map(done),
    };
    match outcome {
        Ok(code) => code,
        Err(failures) => {
            print::show(failures);
            ExitCode::FAILURE
        }
    }
}
