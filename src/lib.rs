//! Typed clients for Google's APIs, generated from their Discovery documents.
//!
//! A document goes in, a module of plain request values comes out, and one runtime sends them:
//!
#![cfg_attr(
    all(feature = "macros", feature = "auth", feature = "reqwest"),
    doc = "```no_run"
)]
#![cfg_attr(
    not(all(feature = "macros", feature = "auth", feature = "reqwest")),
    doc = "```ignore"
)]
//! gapi::api! {
//!     /// Cloud SQL Admin.
//!     pub mod sqladmin = "discovery-docs/sqladmin.v1.json" { instances.{list, get}, operations.get };
//! }
//! use gapi::{Client, auth::ServiceAccount};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let credentials = ServiceAccount::from_file("service.json")?;
//! let client = Client::new(credentials);
//! let page = sqladmin::instances().list("my-project").max_results(50).send(&client).await?;
//!
//! let mut all = sqladmin::instances().list("my-project").items(&client);
//! while let Some(instance) = all.try_next().await? {
//!     println!("{}", instance.name.as_deref().unwrap_or("?"));
//! }
//! # Ok(()) }
//! # fn main() {}
//! ```
//!
//! A request is data: it can be cloned, stored, sent from any thread, or [looked at](Call::to_http) without being sent. How it is
//! sent is said on [`Sending`]: time limits, headers, `fields`, and the rest of [`CallOptions`].
//!
//! | you want | look at |
//! |---|---|
//! | to set up a client | [`Client`], [`ClientBuilder`] |
//! | options for one call | [`Sending`], [`CallOptions`] |
//! | status and headers of an answer | [`Sending::with_meta`], [`Response`] |
//! | a list, page by page or entry by entry | [`Pages`], [`Items`] |
//! | to send or fetch a file | [`Media`], [`Upload`], [`Download`] |
//! | to know what went wrong | [`Error`], [`ErrorKind`], [`ErrorDetail`] |
//! | values of messages | [`value`] |

mod call;
mod client;
mod error;
mod execute;
pub mod generated;
mod media;
mod method;
mod paging;
mod response;
mod url;
pub mod value;
mod wire;

#[cfg(feature = "auth")]
pub use gapi_auth as auth;
pub use gapi_auth::Credentials;
pub use gapi_transport as transport;

pub use crate::{
    call::{Call, Request, answer::Answer, body::Body, options::CallOptions, sending::Sending},
    client::{Client, ClientBuilder, ScopePolicy},
    error::{
        Error, ErrorDetail, ErrorInfo, ErrorKind, FieldViolation, HelpLink, PreconditionViolation,
        QuotaViolation, ResourceInfo,
    },
    media::{Chunks, Download, Media, Upload},
    method::{
        Api, Endpoint, Location, MediaDownload, MediaUpload, Method, Operation, OperationShape,
        Paging, Parameter, Slot, Verb,
    },
    paging::{Items, Pages},
    response::Response,
    url::HttpRequest,
    wire::{Object, OpenEnum, Param, UnknownField, Wire},
};

/// Makes a module of requests from a Discovery document.
///
/// ```
/// gapi::api! {
///     /// Cloud SQL Admin.
///     pub mod sqladmin = "discovery-docs/sqladmin.v1.json" { instances.{list, get}, operations.get };
///     /// OAuth2, whole, by the name and version that `discovery-docs/index.json` knows.
///     pub mod oauth2 = "oauth2:v2";
/// }
/// # fn main() {}
/// ```
///
/// Between the braces stand the methods that are wanted, by resource: `instances.{list, get}`, `operations.*` (all methods of a resource),
/// `projects.**` (of its sub-resources too), `type Service` (a schema that no method uses). Without braces everything is made.
#[cfg(feature = "macros")]
#[macro_export]
macro_rules! api {
    ($($input:tt)*) => {
        $crate::__private::api! { $crate; $($input)* }
    };
}

/// What the macros of this crate need to find.
#[cfg(feature = "macros")]
#[doc(hidden)]
pub mod __private {
    pub use gapi_macros::api;
}

/// The programs of the README compile.
#[cfg(all(doctest, feature = "macros", feature = "auth", feature = "reqwest"))]
#[doc = include_str!("../README.md")]
struct Readme;
