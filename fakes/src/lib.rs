//! Embedded servers on loopback that speak as Google's do: what the examples, tests and benches of gapi run against.
//!
//! Nothing here knows gapi. A request is judged by the Discovery document and by the OAuth specifications, strictly,
//! so that a client's mistake is seen here before Google sees it:
//!
//! - [`Server`] accepts connections, keeps a log of requests, and breaks on demand ([`Fault`]);
//! - [`oauth::TokenEndpoint`] verifies assertions signed with RS256 and issues tokens;
//! - [`oauth::AuthorizationServer`] signs users in, asks for their consent (or takes it for given), and issues what follows from it;
//! - [`Canned`] has the same responses every time, for valid requests;
//! - [`id_tokens::IdTokenIssuer`] issues ID tokens and shows its keys, and [`id_tokens::CloudRunService`] wants to see them;
//! - [`federation::SecurityTokenService`] and [`federation::IamCredentials`] make identities into others, of the keys of an
//!   [`federation::Ec2Instance`] for example;
//! - [`signed_urls::SignedStorage`] checks signed URLs of Cloud Storage;
//! - [`discovery::Document`] routes and checks requests by a Discovery document;
//! - [`metadata::MetadataServer`] is what machines of Google Cloud ask for their identity;
//! - [`cloud_sql::CloudSql`] is a small Cloud SQL Admin API;
//! - [`compute::Compute`] is a small Compute Engine;
//! - [`drive::Drive`] is a small Drive: files that are listed, made, fetched and deleted;
//! - [`storage::Storage`] takes and gives objects of any size, in sessions and ranges, with every trouble on the way;
//! - [`noise::Noise`] changes bytes at random;
//! - [`apis::Apis`] is small versions of BigQuery, Calendar with batches, Pub/Sub, Sheets and Gmail in one server;
//! - [`Google`] is all of it in one server, with a service account that may use it.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> std::io::Result<()> {
//! let google = gapi_fakes::Google::start().await?;
//! assert!(google.url().starts_with("http://127.0.0.1:"));
//! assert!(google.key_json().contains("private_key"));
//! # Ok(()) }
//! ```

pub mod apis;
mod canned;
pub mod cloud_sql;
pub mod compute;
pub mod discovery;
pub mod drive;
pub mod federation;
mod google;
pub mod id_tokens;
pub mod keys;
mod lock;
pub mod metadata;
mod multipart;
pub mod noise;
pub mod oauth;
pub mod rpc;
mod server;
pub mod signed_urls;
pub mod storage;
mod time;

pub use canned::Canned;
pub use google::Google;
pub use server::{Entry, Fault, Gate, Reply, Request, Routes, Server, Service};
