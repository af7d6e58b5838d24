//! ID tokens: who a program is, for a service that is not a Google API.

mod credentials;
#[cfg(feature = "id-token")]
mod expiry;
mod source;
#[cfg(feature = "id-token-verification")]
mod verify;

pub use credentials::IdTokenCredentials;
pub use source::IdTokenSource;
#[cfg(feature = "id-token-verification")]
pub use verify::{IdTokenCheck, IdTokenClaims, IdTokenError, IdTokenVerifier};
