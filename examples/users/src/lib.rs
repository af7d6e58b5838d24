//! What the programs in `src/bin` share: where they sign in, and a browser for those who run them without one.

mod browser;
mod machine;
mod provider;
mod sign_in;

pub use browser::Browser;
pub use machine::Machine;
pub use provider::Provider;
pub use sign_in::sign_in;

/// What can go wrong in an example.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
