//! Credentials for Google APIs: the identity of a program as request headers.
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
//! // All credentials return headers, which any HTTP client can send.
//! let url = "https://www.googleapis.com/drive/v3/about?fields=user".parse()?;
//! let headers = credentials.headers(&AuthRequest::new(&url, Scopes::Default(&[]))).await?;
//! let response = reqwest::Client::new().get(url.to_string()).headers(headers.headers().clone()).send().await?;
//! if response.status() == 401 && credentials.reject(&headers) {
//!     // The token was revoked early: request new headers, and repeat the request once.
//! }
//! # Ok(()) }
//! ```
//!
//! | identity | type |
//! |---|---|
//! | the credentials of the environment (Application Default Credentials) | [`default`](default()) |
//! | the service account of a machine of Google Cloud | [`MetadataServer`] |
//! | a service account's key, with a token exchange or self-signed tokens | [`ServiceAccount`] |
//! | a user of a Workspace domain, through domain-wide delegation | [`ServiceAccount::subject`] |
//! | an ID token, for Cloud Run, Identity-Aware Proxy and custom services | [`IdTokenCredentials`] |
//! | a user who authorized an app, as `gcloud auth application-default login` does | [`AuthorizedUser`] |
//! | a user who will authorize an app: on the web, on the same machine, on a device | [`Flow`], [`InstalledAppFlow`], [`DeviceFlow`] |
//! | a service account that other credentials impersonate, without a key | [`Impersonated`] |
//! | an identity of another provider: AWS, Azure, GitHub Actions, Kubernetes, OpenID Connect, SAML, X.509 | [`ExternalAccount`] |
//! | a person who signed in through a workforce pool | [`ExternalAccountAuthorizedUser`] |
//! | other credentials with fewer permissions | [`Downscoped`] |
//! | a service account of Google Distributed Cloud | [`GdchServiceAccount`] |
//! | a token that something else obtained | [`AccessToken`] |
//! | a function that obtains tokens | [`from_fn`] |
//! | an API key, or no identity | [`ApiKey`], [`Anonymous`] |
//! | a custom type that fetches tokens | [`TokenSource`], wrapped in [`Cached`] |
//! | a custom type that makes headers | [`Credentials`] |
//!
//! All tokens are cached by [`Cached`]: ten thousand concurrent callers cause one token request, tokens are refreshed early and in the background, and a
//! failed refresh does not discard a valid token. Constructors do not use the network. `Debug`, `Display` and tracing output contain no secrets.

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(
    not(feature = "default"),
    allow(
        dead_code,
        unused_imports,
        reason = "shared by kinds of credentials that may be off"
    )
)]

#[cfg(feature = "adc")]
mod adc;
#[cfg(any(feature = "service-account", feature = "impersonation"))]
mod assertion;
mod cache;
#[cfg(feature = "client-certificate")]
mod client_certificate;
#[cfg(feature = "oauth")]
mod config;
#[cfg(feature = "oauth")]
mod configured;
mod credentials;
#[cfg(feature = "signatures")]
#[cfg_attr(
    not(feature = "default"),
    allow(dead_code, reason = "shared by kinds that may be off")
)]
mod crypto;
#[cfg(feature = "downscoped")]
mod downscoped;
mod environment;
mod error;
#[cfg(feature = "external-account")]
mod external_account;
#[cfg(feature = "external-account")]
mod external_account_authorized_user;
mod facade;
mod fetch_context;
#[cfg(feature = "gdch")]
mod gdch;
mod headers;
#[cfg(feature = "impersonation")]
mod iam;
mod id_token;
#[cfg(feature = "impersonation")]
mod impersonated;
#[cfg(feature = "oauth")]
mod json;
#[cfg(feature = "metadata")]
mod metadata;
#[cfg(feature = "oauth")]
mod oauth;
#[cfg(any(
    feature = "service-account",
    feature = "gdch",
    feature = "client-certificate"
))]
mod pem;
mod provided;
#[cfg(feature = "oauth")]
mod reach;
#[cfg(feature = "oauth")]
mod redact;
mod redacted_path;
#[cfg(feature = "impersonation")]
mod regional_boundary;
mod request;
#[cfg(feature = "service-account")]
mod service_account;
#[cfg(feature = "signed-url")]
mod signed_url;
mod signer;
mod source;
#[cfg(any(feature = "external-account", feature = "downscoped"))]
mod sts;
mod token;
mod token_retry;
#[cfg(feature = "authorized-user")]
mod user;

#[cfg(feature = "adc")]
pub use adc::{ApplicationDefault, DefaultCredentials, Origin, default};
pub use cache::Cached;
#[cfg(feature = "client-certificate")]
pub use client_certificate::ClientCertificate;
pub use credentials::Credentials;
#[cfg(feature = "downscoped")]
pub use downscoped::{AccessBoundary, AccessBoundaryRule, Downscoped};
pub use environment::{Environment, OperatingSystem, Program, ProgramOutput};
pub use error::{AuthError, AuthErrorKind};
#[cfg(feature = "external-account")]
pub use external_account::{
    AwsCredentials, AwsSupplier, ExternalAccount, SubjectTokenSupplier, SupplierContext,
};
#[cfg(feature = "external-account")]
pub use external_account_authorized_user::ExternalAccountAuthorizedUser;
pub use fetch_context::FetchContext;
#[cfg(feature = "gdch")]
pub use gdch::GdchServiceAccount;
pub use headers::AuthHeaders;
pub use id_token::IdTokenCredentials;
#[cfg(feature = "id-token-verification")]
pub use id_token::{IdTokenCheck, IdTokenClaims, IdTokenError, IdTokenVerifier};
#[cfg(feature = "impersonation")]
pub use impersonated::Impersonated;
#[cfg(feature = "metadata")]
pub use metadata::MetadataServer;
pub use provided::{AccessToken, Anonymous, ApiKey, FnSource, from_fn};
#[cfg(feature = "oauth")]
pub use reach::UrlPolicy;
pub use redacted_path::RedactedPath;
#[cfg(feature = "impersonation")]
pub use regional_boundary::RegionalAccessBoundary;
pub use request::{AuthRequest, DEFAULT_UNIVERSE, IntoScopes, Scopes};
pub use secrecy::{ExposeSecret, SecretString};
#[cfg(feature = "service-account")]
pub use service_account::ServiceAccount;
#[cfg(feature = "signed-url")]
pub use signed_url::{PostPolicy, SignedPost, SignedUrl};
pub use signer::{Signature, Signer};
pub use source::{IdTokenSource, TokenSource};
pub use token::Token;
pub use token_retry::TokenRetryPolicy;
#[cfg(feature = "keyring-store")]
pub use user::KeyringStore;
#[cfg(feature = "authorized-user")]
pub use user::{AuthorizedUser, FileStore, MemoryStore, StoreLock, TokenKey, TokenStore};
#[cfg(feature = "user-flows")]
pub use user::{
    ClientSecrets, Console, DeviceAuthorization, DeviceFlow, Flow, InstalledAppFlow, LocalServer,
    PendingAuthorization,
};

/// The program of the package's README compiles.
#[cfg(all(doctest, feature = "adc"))]
#[doc = include_str!("../README.md")]
mod readme {}
