//! What many calls at once cost the process that makes them, with gapi, hand-written code and other clients: processor time, peak memory, and
//! instructions.
//!
//! The server and each client are processes of their own. The clients take turns, and the median over the rounds counts, so that a busy
//! machine changes the figures, but not their ratios.

mod clients;
mod driver;
mod server;

use std::{net::SocketAddr, process::ExitCode};

use clap::{Parser, Subcommand};

/// Why something could not be measured.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Measures crowds of calls: of each client the processor time of a call, the peak memory, and the ratios to hand-written reqwest.
#[derive(Debug, Parser)]
#[command(name = "crowd", disable_version_flag = true)]
struct Arguments {
    #[command(subcommand)]
    role: Option<Role>,
    #[command(flatten)]
    measure: driver::Measure,
}

#[derive(Debug, Subcommand)]
enum Role {
    /// Respond to requests until the program is killed. Prints its address.
    #[command(hide = true)]
    Server {
        /// How many streams a connection of HTTP/2 may have at once.
        #[arg(long)]
        streams: u32,
    },
    /// Print the sizes of the futures of a call, and of a decoded page.
    Sizes,
    /// Make calls, and print what they cost.
    #[command(hide = true)]
    Client {
        #[arg(value_enum)]
        client: clients::Kind,
        address: SocketAddr,
        #[command(flatten)]
        crowd: clients::Crowd,
    },
}

fn main() -> ExitCode {
    // reqwest takes the process's provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let arguments = Arguments::parse();
    let done = match arguments.role {
        Some(Role::Server { streams }) => server::run(streams),
        Some(Role::Client {
            client,
            address,
            crowd,
        }) => clients::run(client, address, &crowd),
        Some(Role::Sizes) => clients::print_sizes(),
        None => driver::run(&arguments.measure),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
