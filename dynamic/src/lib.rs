//! Calls any method of any Google API at run time, from its Discovery document.
//!
//! Programs that know their APIs generate modules with `gapi::api!`, and have types. This crate is for tools that learn at run time what
//! to call: Python's `build("sqladmin", "v1")`, on the same client, with the same retries, paging, uploads and operations.
//!
//! ```no_run
//! use gapi_dynamic::Service;
//!
//! # async fn example(client: gapi::Client) -> Result<(), Box<dyn std::error::Error>> {
//! let sqladmin = Service::open("sqladmin:v1")?;
//! let list = sqladmin.find("instances.list")?;
//! let page = list.call().set("project", "my-project").set("maxResults", 50).send(&client).await?;
//! println!("{}", page.value()?["items"][0]["name"]);
//! # Ok(()) }
//! ```
//!
//! | to .. | see |
//! |---|---|
//! | open a document, find a method | [`Service`], [`MethodEntry`], [`Method`] |
//! | set parameters and a body, check and send them | [`Request`] |
//! | read a response | [`Json`], [`Operation`] |
//! | report mistakes | [`Diagnostics`] |
//! | allow other hosts | [`Hosts`] |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod check;
mod diagnostics;
mod excerpt;
#[cfg(feature = "fetch")]
pub mod fetch;
mod hosts;
mod json;
mod method;
mod operation;
mod outline;
mod request;
mod service;
mod tables;
#[cfg(all(test, checkout))]
mod tests;

/// The program of the package's README compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

/// The programs of the guide compile.
#[cfg(all(doctest, checkout, feature = "fetch"))]
#[doc = include_str!("../../docs/guide/dynamic.md")]
mod guide {}

pub use diagnostics::{Diagnostic, DiagnosticKind, Diagnostics};
pub use hosts::Hosts;
pub use json::{Json, properties};
pub use method::Method;
pub use operation::Operation;
pub use outline::MethodEntry;
pub use request::Request;
pub use service::Service;
