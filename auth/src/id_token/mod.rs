//! ID tokens: who a program is, for a service that is not a Google API.

mod credentials;
#[cfg(feature = "id-token")]
mod expiry;
mod source;

pub use credentials::IdTokenCredentials;
pub use source::IdTokenSource;
