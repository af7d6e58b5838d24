//! The accounts that are signed in.

use gapi_auth::{AuthError, AuthorizedUser, Environment, FileStore, TokenKey, TokenStore};

use crate::diagnostic::{Exit, Failure, Outcome};

/// Returns the store of tokens.
pub(super) fn store() -> Outcome<FileStore> {
    FileStore::default_location(&Environment::system()).map_err(failure)
}

/// Returns the error with its hint on a line of its own.
pub(super) fn failure(error: AuthError) -> Vec<Failure> {
    let text = error.to_string();
    let failure = match error.hint() {
        Some(hint) => {
            let message = text.strip_suffix(hint).map_or(text.as_str(), |text| text);
            Failure::new(message.trim_end_matches("; ")).help(hint)
        }
        None => Failure::new(text),
    };
    failure.exit(Exit::Credentials).into()
}

/// Returns the keys of all users who are signed in, or of one account.
pub(super) async fn keys(store: &FileStore, account: Option<&str>) -> Outcome<Vec<TokenKey>> {
    let keys = store.list().await.map_err(failure)?;
    let wanted = |key: &TokenKey| account.is_none_or(|account| key.account == account);
    Ok(keys.into_iter().filter(wanted).collect())
}

/// Returns the user that programs find: the one with this account, else `GAPI_ACCOUNT`, else who signed in last.
pub(super) fn found(account: Option<&str>) -> Outcome<Option<AuthorizedUser>> {
    match account {
        Some(account) => AuthorizedUser::signed_in_to(store()?, Some(account)),
        None => AuthorizedUser::signed_in(),
    }
    .map_err(failure)
}

/// Returns the user that programs find.
pub(super) fn user(account: Option<&str>) -> Outcome<AuthorizedUser> {
    found(account)?.ok_or_else(|| none(account).help("run `gapi auth login`").into())
}

/// Returns the error of an account, or of any, that is not signed in.
pub(super) fn none(account: Option<&str>) -> Failure {
    let message = match account {
        Some(account) => format!("{account} is not signed in"),
        None => "no user is signed in".to_owned(),
    };
    Failure::new(message).exit(Exit::Credentials)
}
