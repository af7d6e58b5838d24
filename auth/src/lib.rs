//! Credentials for Google APIs: who a program is, turned into request headers.
//!
//! ```no_run
//! # #[cfg(feature = "service-account")]
//! use gapi_auth::{AuthRequest, Credentials, Scopes, ServiceAccount};
//!
//! # #[cfg(feature = "service-account")]
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let credentials = ServiceAccount::from_file("service.json")?
//!     .scopes(["https://www.googleapis.com/auth/drive.readonly"])
//!     .subject("user@example.com");
//!
//! // Everything with an identity gives headers; any HTTP client can send them.
//! let url = "https://www.googleapis.com/drive/v3/about?fields=user".parse()?;
//! let headers = credentials.headers(&AuthRequest::new(&url, Scopes::Default(&[]))).await?;
//! let answer = reqwest::Client::new().get(url.to_string()).headers(headers.headers().clone()).send().await?;
//! if answer.status() == 401 && credentials.reject(&headers) {
//!     // The token was revoked early: ask for headers again, and repeat the request once.
//! }
//! # Ok(()) }
//! ```
//!
//! | identity | type |
//! |---|---|
//! | a service account's key, with a token exchange or self-signed tokens | [`ServiceAccount`] |
//! | a user of a Workspace domain, through domain-wide delegation | [`ServiceAccount::subject`] |
//! | an ID token, for Cloud Run, Identity-Aware Proxy and one's own services | [`IdTokenCredentials`] |
//! | a user who authorized an app, as `gcloud auth application-default login` does | [`AuthorizedUser`] |
//! | a user who is to authorize an app: on the web, on the own machine, on a device | [`Flow`], [`InstalledAppFlow`], [`DeviceFlow`] |
//! | a token that something else obtained | [`AccessToken`] |
//! | a function that obtains tokens | [`from_fn`] |
//! | an API key, or nobody | [`ApiKey`], [`Anonymous`] |
//! | a type of your own that fetches tokens | [`TokenSource`], wrapped in [`Cached`] |
//! | a type of your own that makes headers | [`Credentials`] |
//!
//! Whatever fetches tokens goes through one cache, [`Cached`]: ten thousand concurrent callers cause one token request,
//! tokens are refreshed early and in the background, and a failed refresh never costs a token that is still valid.
//! No constructor touches the network, and nothing here shows a secret in `Debug`, `Display` or tracing output.

mod anonymous;
mod api_key;
mod cache;
mod credentials;
mod environment;
mod error;
mod headers;
mod id_token;
#[cfg(any(feature = "service-account", feature = "authorized-user"))]
mod oauth;
mod scopes;
#[cfg(feature = "service-account")]
mod service_account;
mod signer;
mod source;
mod static_token;
mod token;
#[cfg(feature = "authorized-user")]
mod user;

pub use anonymous::Anonymous;
pub use api_key::ApiKey;
pub use cache::Cached;
pub use credentials::{AuthRequest, Credentials, Scopes};
pub use environment::{Environment, OperatingSystem, Program, ProgramOutput};
pub use error::{AuthError, AuthErrorKind};
pub use headers::AuthHeaders;
pub use id_token::{IdTokenCredentials, IdTokenSource};
#[cfg(feature = "service-account")]
pub use service_account::ServiceAccount;
pub use signer::{Signature, Signer};
pub use source::{FetchContext, FnSource, TokenSource, from_fn};
pub use static_token::AccessToken;
pub use token::Token;
#[cfg(feature = "authorized-user")]
pub use user::{AuthorizedUser, FileStore, MemoryStore, StoreLock, TokenKey, TokenStore};
#[cfg(feature = "user-flows")]
pub use user::{
    ClientSecrets, Console, DeviceAuthorization, DeviceFlow, Flow, InstalledAppFlow, LocalServer,
    PendingAuthorization,
};

/// The universe of everybody who does not have one of their own: `googleapis.com`.
pub const DEFAULT_UNIVERSE: &str = "googleapis.com";
