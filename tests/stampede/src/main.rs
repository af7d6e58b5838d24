//! Thousands of callers want the same token at once, of every type of credentials, from servers that have good and bad days.
//!
//! For each type one line reports how many token requests one refresh needed at most, with any behavior of the server: one. A request that met
//! a fault, and the one that repeats it, count as one. The exit status is 1 when any type needs more, when a caller gets an error while a
//! token is valid, or when credentials do not recover after a fault.

mod issuer;
mod subjects;
mod trials;

use std::process::ExitCode;

use clap::Parser;

/// A crowd that wants the same token.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many callers ask at once.
    #[arg(long, default_value_t = 10_000)]
    callers: usize,
    /// Only these types.
    #[arg(long = "type")]
    types: Vec<String>,
    /// Report what each trial needed.
    #[arg(long)]
    verbose: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut failed = false;
    for subject in subjects::all() {
        if !arguments.types.is_empty() && !arguments.types.iter().any(|name| name == subject.name) {
            continue;
        }
        let mut most = 0;
        for trial in trials::ALL {
            match trial.run(&subject, arguments.callers).await {
                Ok(requests) => {
                    most = most.max(requests);
                    if arguments.verbose {
                        eprintln!("  {}: {}: {requests}", subject.name, trial.name());
                    }
                    if requests != 1 {
                        eprintln!(
                            "{}: {}: {requests} token requests",
                            subject.name,
                            trial.name()
                        );
                        failed = true;
                    }
                }
                Err(error) => {
                    eprintln!("{}: {}: {error}", subject.name, trial.name());
                    failed = true;
                }
            }
        }
        let plural = if most == 1 { "" } else { "s" };
        println!(
            "{}: {} callers, {most} token request{plural}",
            subject.name, arguments.callers
        );
    }
    ExitCode::from(u8::from(failed))
}
