//! The `gapi` command: typed Google API clients from Discovery documents.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test fails by panicking"))]

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
mod init;
mod input;
mod list;
mod methods;
mod page;
mod print;
mod redact;
mod selection_args;
mod show;
mod wrap;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

use diagnostic::Failure;
use print::{Colours, print};

/// Typed Google API clients for Rust, from Discovery documents.
#[derive(Debug, Parser)]
#[command(
    name = "gapi",
    version,
    after_help = "Exit status: 0 when all went well, 1 when something is wrong or stale, 2 when the arguments are, \
                  3 when `diff` finds what it denies, 4 without valid credentials, 5 without a document, 6 without a usable response, \
                  7 when a local file cannot be read or written."
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Print JSON; an error is an object in the last line of the standard error stream
    #[arg(long, global = true)]
    json: bool,
    /// Colours in texts for people: auto, always or never
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Colours::Auto, hide_possible_values = true, hide_default_value = true)]
    color: Colours,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Arguments),
    Fetch(fetch::Arguments),
    Index(fetch::index::Arguments),
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
    let arguments = Arguments::try_parse().unwrap_or_else(|error| wrong(&error));
    print::set_json(arguments.json);
    arguments.color.apply();
    let done = |()| ExitCode::SUCCESS;
    let outcome = match arguments.command {
        Command::Init(arguments) => init::run(&arguments).map(done),
        Command::Fetch(arguments) => fetch::run(&arguments).map(done),
        Command::Index(arguments) => fetch::index::run(&arguments).map(done),
        Command::List(arguments) => list::run(&arguments).map(done),
        Command::Methods(arguments) => methods::run(&arguments).map(done),
        Command::Show(arguments) => show::run(&arguments).map(done),
        Command::Generate(arguments) => generate::run(&arguments).map(done),
        Command::Expand(arguments) => expand::run(&arguments).map(done),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Auth(arguments) => auth::run(&arguments).map(done),
        Command::Call(mut arguments) => {
            if print::is_json() {
                arguments.words.insert(0, "--json".into());
            }
            return call::run(&arguments.words);
        }
        Command::Completions(arguments) => completions::run(&arguments).map(done),
    };
    match outcome {
        Ok(code) => code,
        Err(failures) => ExitCode::from(print::show(failures) as u8),
    }
}

/// Prints the help, the version, or what is wrong with the arguments, and ends the process.
fn wrong(error: &clap::Error) -> ! {
    let mut words = std::env::args_os().take_while(|word| word != "--");
    let is_json = words.any(|word| word == "--json");
    let text = redact::text_of(error);
    if !error.use_stderr() || (!is_json && text == error.to_string()) {
        error.exit();
    }
    print::set_json(is_json);
    let message = text.lines().next().unwrap_or_default();
    let failure = Failure::usage(message.trim_start_matches("error: "))
        .help("`gapi --help` has the arguments");
    std::process::exit(print::show(vec![failure]) as i32)
}
