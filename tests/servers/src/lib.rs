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
