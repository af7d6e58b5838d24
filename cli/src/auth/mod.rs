//! `gapi auth`: a person signs in once, and every program of gapi finds the token.

mod identity_token;
mod login;
mod look;
mod revoke;
mod token;
mod transfer;

use gapi_auth::{AuthError, AuthorizedUser, Environment, FileStore, TokenKey, TokenStore};

use crate::{Failure, Outcome};

/// Sign in once for all programs that use gapi, and look after who is signed in
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Tokens are kept in the folder that the variable GAPI_TOKENS names, else in gapi/tokens in your folder for settings \
                  (~/.config on Linux). Programs find them after the places of Application Default Credentials; of several accounts they \
                  take the one that GAPI_ACCOUNT names, else the one that signed in last."
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Login(login::Arguments),
    Status(look::Status),
    List(look::List),
    Revoke(revoke::Arguments),
    PrintToken(token::Arguments),
    PrintIdentityToken(identity_token::Arguments),
    Import(transfer::Import),
    Export(transfer::Export),
}

pub(crate) fn run(arguments: &Arguments) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(format!("cannot start: {error}")))?;
    runtime.block_on(async {
        match &arguments.command {
            Command::Login(arguments) => login::run(arguments).await,
            Command::Status(arguments) => look::status(arguments).await,
            Command::List(arguments) => look::list(arguments).await,
            Command::Revoke(arguments) => revoke::run(arguments).await,
            Command::PrintToken(arguments) => token::run(arguments).await,
            Command::PrintIdentityToken(arguments) => identity_token::run(arguments).await,
            Command::Import(arguments) => transfer::import(arguments).await,
            Command::Export(arguments) => transfer::export(arguments).await,
        }
    })
}

/// Where tokens are kept.
fn store() -> Outcome<FileStore> {
    FileStore::default_location(&Environment::system()).map_err(failure)
}

/// What went wrong, with the way out on a line of its own.
fn failure(error: AuthError) -> Vec<Failure> {
    let text = error.to_string();
    let failure = match error.hint() {
        Some(hint) => {
            let message = text.strip_suffix(hint).map_or(text.as_str(), |text| text);
            Failure::new(message.trim_end_matches("; ")).help(hint)
        }
        None => Failure::new(text),
    };
    failure.into()
}

/// The keys of everybody who is signed in, or of one account.
async fn keys(store: &FileStore, account: Option<&str>) -> Outcome<Vec<TokenKey>> {
    let keys = store.list().await.map_err(failure)?;
    let wanted = |key: &TokenKey| account.is_none_or(|account| key.account == account);
    Ok(keys.into_iter().filter(wanted).collect())
}

/// The user that programs find: the one who is named, else `GAPI_ACCOUNT`, else who signed in last.
fn user(account: Option<&str>) -> Outcome<AuthorizedUser> {
    let found = match account {
        Some(account) => AuthorizedUser::signed_in_to(store()?, Some(account)),
        None => AuthorizedUser::signed_in(),
    };
    found.map_err(failure)?.ok_or_else(|| {
        let who = account.unwrap_or("nobody");
        let verb = if account.is_some() { "is not" } else { "is" };
        Failure::new(format!("{who} {verb} signed in"))
            .help("run `gapi auth login`")
            .into()
    })
}
