//! Where the third-party servers are that the tests of this package talk to, and the browser in which their users sign in.

mod browser;

use std::process::Command;

pub use browser::Browser;

/// The base URL of the server `name`, from the environment variable that `cargo xtask test-servers` sets.
///
/// # Panics
/// Without the variable: these tests only make sense with their server.
#[must_use]
pub fn server(name: &str) -> String {
    let variable = format!("GAPI_SERVER_{}", name.to_uppercase().replace('-', "_"));
    std::env::var(&variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run these tests with `cargo xtask test-servers`")
    })
}

/// The base URL of a server that need not be there, such as an emulator of the Google Cloud SDK.
#[must_use]
pub fn optional_server(name: &str) -> Option<String> {
    let variable = format!("GAPI_SERVER_{}", name.to_uppercase().replace('-', "_"));
    let url = std::env::var(&variable).ok();
    if url.is_none() {
        println!(
            "passed over: {variable} is not set, because the Google Cloud SDK is not installed"
        );
    }
    url
}

/// The built command `gapi`.
///
/// # Panics
/// Without the variable that names it.
#[must_use]
pub fn command() -> Command {
    Command::new(std::env::var_os("GAPI_COMMAND").unwrap_or_else(|| {
        panic!("GAPI_COMMAND is not set: run these tests with `cargo xtask test-servers`")
    }))
}

/// The Python of the third-party servers, with a program of its own.
///
/// # Panics
/// Without the variable that names it.
#[must_use]
pub fn python(program: &str) -> Command {
    let client = client("python");
    let mut command = Command::new(client.get_program());
    command.args(["-c", program]);
    command
}

/// A third-party client, as `cargo xtask test-servers` installed it: the metadata client of `python` or `node`.
///
/// # Panics
/// Without the variable that names it.
#[must_use]
pub fn client(name: &str) -> Command {
    let variable = format!("GAPI_CLIENT_{}", name.to_uppercase());
    let text = std::env::var(&variable).unwrap_or_else(|_| {
        panic!("{variable} is not set: run these tests with `cargo xtask test-servers`")
    });
    // The program and its script, each on a line of its own, because either may have spaces.
    let mut words = text.lines();
    let mut command = Command::new(words.next().unwrap_or_default());
    command.args(words);
    command
}
