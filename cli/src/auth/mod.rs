//! `gapi auth`: a user signs in once, and all programs that use gapi find the token.

mod accounts;
mod login;
mod revoke;
mod status;
mod token;
mod transfer;

use crate::diagnostic::{Outcome, block_on};

/// Sign in once for all programs that use gapi, and manage the accounts
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Tokens are stored in the folder that the variable GAPI_TOKENS names, else in gapi/tokens in your folder for settings \
                  (~/.config on Linux). Programs look for them after Application Default Credentials; of several accounts they \
                  take the one that GAPI_ACCOUNT names, else the one that signed in last."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Login(login::Arguments),
    Status(status::Status),
    /// List the accounts that are signed in
    List,
    Revoke(revoke::Arguments),
    #[command(aliases = ["token", "print-access-token"])]
    PrintToken(token::Arguments),
    PrintIdentityToken(token::IdentityToken),
    Import(transfer::Import),
    Export(transfer::Export),
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    block_on(async {
        match &arguments.command {
            Command::Login(arguments) => login::run(arguments).await,
            Command::Status(arguments) => status::status(arguments).await,
            Command::List => status::list().await,
            Command::Revoke(arguments) => revoke::run(arguments).await,
            Command::PrintToken(arguments) => token::run(arguments).await,
            Command::PrintIdentityToken(arguments) => token::identity(arguments).await,
            Command::Import(arguments) => transfer::import(arguments).await,
            Command::Export(arguments) => transfer::export(arguments).await,
        }
    })?
}
