//! Where the third-party servers are that the tests of this package talk to, and the browser in which their users sign in.

mod browser;

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
